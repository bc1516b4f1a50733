import { createHash } from "node:crypto";
import t from "tap";
import { relyingParty } from "../../src/auth/hospital/relying-party.ts";
import { type Roguery, startRogueProvider, trusting } from "../support/identity-provider.ts";
import { startTestServer } from "../support/server.ts";
import { Browser } from "../support/smart.ts";

// A provider that lies, answers half, or not at all: nobody gets in, and people are told so on a page.

const rogue = await startRogueProvider(t);
const server = await startTestServer(t, { config: trusting(rogue.issuer) });
const person = { sub: "1", email: "patient@test.example", email_verified: true };

/** Goes to the provider and comes back with a code. */
async function signIn(
	roguery: Roguery = {},
	claims: object = {},
): Promise<{ browser: Browser; asked: URLSearchParams }> {
	const browser = new Browser(server.base);
	rogue.person = { ...person, ...claims };
	await browser.open("/sign-in/hospital");
	const asked = browser.url.startsWith(rogue.issuer) ? browser.query : new URLSearchParams();
	rogue.nonce = asked.get("nonce") ?? "";
	rogue.roguery = roguery;
	const answer = new URLSearchParams({ code: "c", state: asked.get("state") ?? "" });
	await browser.open(`${server.base}/sign-in/hospital/callback?${answer}`);
	rogue.roguery = {};
	return { browser, asked };
}

t.test("what is asked for: a code with PKCE, a state and a nonce nobody can guess", async (t) => {
	const { browser, asked } = await signIn();
	t.equal(browser.url, `${server.base}/apps`, browser.text);
	t.match(Object.fromEntries(asked), {
		response_type: "code",
		scope: "openid email",
		client_id: "heart",
		redirect_uri: `${server.base}/sign-in/hospital/callback`,
		code_challenge_method: "S256",
	});
	const another = await signIn();
	for (const name of ["state", "nonce", "code_challenge"]) t.not(asked.get(name), another.asked.get(name), name);
	const challenge = createHash("sha256").update(rogue.verifier).digest("base64url");
	t.equal(another.asked.get("code_challenge"), challenge, "and the verifier comes with the code");
});

t.test("ID tokens that are not for this sign-in", async (t) => {
	const now = Math.floor(Date.now() / 1000);
	const forged: [string, Roguery][] = [
		["another issuer's", { claims: { iss: "https://id.another.example" } }],
		["another client's", { claims: { aud: "another" } }],
		["several clients', for another", { claims: { aud: ["heart", "another"], azp: "another" } }],
		["of another sign-in", { claims: { nonce: "another" } }],
		["without a nonce", { claims: { nonce: undefined } }],
		["expired", { claims: { iat: now - 900, exp: now - 600 } }],
		["without an end", { claims: { exp: undefined } }],
		["about nobody", { claims: { sub: undefined } }],
		["signed by somebody else", { wrongKey: true }],
		["not signed", { unsigned: true }],
		["not there", { noIdToken: true }],
	];
	for (const [what, roguery] of forged) {
		const { browser } = await signIn(roguery);
		t.equal(browser.status, 403, what);
		t.match(browser.text, /<h1>You are not signed in/, what);
		await browser.open(`${server.base}/apps`);
		t.match(browser.url, /\/sign-in/, what);
	}
});

t.test("where an app wants a new sign-in, the answer says when that was", async (t) => {
	const party = relyingParty(
		{ issuer: rogue.issuer, clientId: "heart", clientSecret: "x", name: "Saint Example", scopes: "openid" },
		{ redirectUri: "http://x/cb", onTrouble: () => undefined },
	);
	const now = Math.floor(Date.now() / 1000);
	const ties = { state: "s", nonce: "n", verifier: "v".repeat(43), since: now };
	rogue.person = person;
	rogue.nonce = "n";
	for (const auth_time of [undefined, now - 3600]) {
		rogue.roguery = { claims: { auth_time } };
		await t.rejects(party.identity("?code=c&state=s", ties), /could not be verified/);
	}
	rogue.roguery = { claims: { auth_time: now } };
	t.equal((await party.identity("?code=c&state=s", ties)).subject, "1");
	rogue.roguery = {};
});

t.test("an address is verified when the provider says so in so many words", async (t) => {
	for (const email_verified of [false, "true", 1, null, undefined]) {
		const { browser } = await signIn({}, { sub: "2", email: "patient2@test.example", email_verified });
		t.equal(browser.status, 403, String(email_verified));
		t.match(browser.text, /no verified e-mail address/);
	}
	for (const email of [
		"",
		" ",
		7,
		["patient2@test.example"],
		"patient2@test.example\u0000",
		"%",
		"patient_@test.example",
	]) {
		const { browser } = await signIn({}, { sub: "3", email, email_verified: true });
		t.equal(browser.status, 403, String(email));
	}
	for (const sub of ["x".repeat(5000), "\u0000", "<b>"]) {
		const { browser } = await signIn({}, { sub, email: "nobody@hospital.example" });
		t.equal(browser.status, 403, sub.slice(0, 10));
		t.notMatch(browser.text, /<b>/);
	}
	const { browser } = await signIn({}, { sub: "9", email: "deleted-1@deleted.invalid", email_verified: true });
	t.equal(browser.status, 403);
});

t.test("down, slow or broken: a page that says so", async (t) => {
	for (const tokenStatus of [500, 503]) {
		const { browser } = await signIn({ tokenStatus });
		t.equal(browser.status, 503, String(tokenStatus));
		t.match(browser.text, /cannot be reached just now/);
		t.ok(Number(browser.headers.get("retry-after")) > 0);
	}
	t.equal((await signIn({ tokenStatus: 400 })).browser.status, 403);
	const { browser } = await signIn({ hang: true });
	t.equal(browser.status, 503, "an answer that never comes");
});

t.test("never there, or somebody else", async (t) => {
	const other = await startRogueProvider(t);
	other.roguery = { issuerOfItself: rogue.issuer };
	for (const issuer of [other.issuer, "http://127.0.0.1:1"]) {
		const { base, logged } = await startTestServer(t, { config: trusting(issuer) });
		const browser = new Browser(base);
		await browser.open("/sign-in/hospital");
		t.equal(browser.status, 503, issuer);
		t.match(browser.text, /cannot be reached just now/);
		t.match(browser.text, /Back to signing in/);
		t.match(logged.join(""), /the hospital's sign-in does not work/);
		await browser.open("/sign-in");
		await browser.submit({ email: "patient@test.example", password: "heart-test-2026" });
		t.equal(browser.url, `${base}/apps`, "a password is good all the same");
	}
});

t.test("behind TLS its cookie is one no other host can set", async (t) => {
	const { base } = await startTestServer(t, {
		config: { ...trusting(rogue.issuer), baseUrl: "https://heart.example" },
	});
	const { headers } = await fetch(`${base}/sign-in/hospital`, { redirect: "manual" });
	const asked = new URL(headers.get("location") ?? "").searchParams;
	t.equal(asked.get("redirect_uri"), "https://heart.example/sign-in/hospital/callback");
	const [cookie = ""] = headers.getSetCookie();
	t.match(cookie, /^__Host-heart_hospital=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
	t.match(headers.get("cache-control"), /no-store/);
	t.equal(headers.get("referrer-policy"), "no-referrer");
});

t.test("a provider that is gone is noticed within a minute", async (t) => {
	const at = { now: 0 };
	let up = true;
	const get: typeof fetch = async (input, init) =>
		up ? fetch(input, init) : Promise.reject(new TypeError("fetch failed"));
	const provider = {
		issuer: rogue.issuer,
		clientId: "heart",
		clientSecret: "x",
		name: "Saint Example",
		scopes: "openid",
	};
	const party = relyingParty(provider, {
		redirectUri: "http://x/cb",
		onTrouble: () => undefined,
		get,
		now: () => at.now,
	});
	const ties = { state: "s", nonce: "n", verifier: "v".repeat(43), since: null };
	await party.authorizeUrl(ties);
	up = false;
	await party.authorizeUrl(ties);
	at.now = 61_000;
	await t.rejects(party.authorizeUrl(ties), /cannot be reached just now/);
	up = true;
	t.match(await party.authorizeUrl({ ...ties, since: 7 }), /prompt=login&max_age=0/);
});

t.test("without a provider there is no button and no such page", async (t) => {
	const { base } = await startTestServer(t);
	const browser = new Browser(base);
	await browser.open("/sign-in");
	t.notMatch(browser.text, /Sign in with/);
	await browser.open("/sign-in/hospital");
	t.equal(browser.status, 404);
	await browser.open("/sign-in/hospital/callback?code=x&state=y");
	t.equal(browser.status, 404);
});
