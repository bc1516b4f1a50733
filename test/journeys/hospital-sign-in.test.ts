import pg from "pg";
import t from "tap";
import { noBrowser, screens, startBrowser } from "../support/browser.ts";
import { startIdentityProvider, trusting } from "../support/identity-provider.ts";
import { startTestServer } from "../support/server.ts";
import { freePort } from "../support/server-process.ts";
import { addTestApps, authorize, authorizeUrl, Browser, callback, redeem } from "../support/smart.ts";

// Signing in at a hospital's identity provider, another oidc-provider over real HTTP: for a page, for an app that waits, by people it knows.

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const hospital = await startIdentityProvider(t, `${base}/sign-in/hospital/callback`, [
	{ sub: "h-patient", email: "Patient@test.example", email_verified: true },
	{ sub: "h-again", email: "patient@test.example", email_verified: true },
	{ sub: "h-unverified", email: "patient2@test.example", email_verified: false },
	{ sub: "h-therapist", email: "therapist@test.example", email_verified: true },
	{ sub: "h-admin", email: "admin@test.example", email_verified: true },
	{ sub: "h-stranger", email: "nobody@hospital.example", email_verified: true },
	{ sub: "h-gone", email: "leaving@test.example", email_verified: true },
	{ sub: "h-squatted", email: "squatted@test.example", email_verified: true },
]);
const server = await startTestServer(t, { port, config: trusting(hospital.issuer) });
await addTestApps(server);
const admin = await server.as("admin@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const links = "/api/admin/identity-links";

/** Somebody in two browsers that are one: here and there. */
function someone() {
	const [here, there] = [new Browser(server.base), new Browser(hospital.issuer)];
	/** From the page that has the button to the address the provider sends back to. */
	const leave = async (login: string) => {
		const button = /href="([^"]*\/hospital[^"]*)"/.exec(here.text)?.[1] ?? "no button";
		await here.open(button.replaceAll("&amp;", "&"));
		await there.open(here.url);
		if (there.text.includes('name="login"') && there.url.startsWith(hospital.issuer)) await there.submit({ login });
		return there.url;
	};
	const signIn = async (login: string) => here.open(await leave(login));
	return { here, there, leave, signIn };
}

async function isSignedIn(browser: Browser): Promise<boolean> {
	await browser.open(`${server.base}/apps`);
	return !browser.url.includes("/sign-in");
}

async function logged(): Promise<string[]> {
	const { rows } = await owner.query(
		"select actor || ' ' || action || ' ' || target || ' ' || outcome as line from audit.access_log",
	);
	return rows.map(({ line }) => line);
}

t.test(
	"for a page: an account is found by its verified address once, and by who they are there ever after",
	async (t) => {
		const { here, signIn } = someone();
		await here.open("/apps");
		t.match(here.text, /Sign in with Saint Example/);
		t.match(here.text, /name="password"/, "a password is good, too");
		await signIn("h-patient");
		t.equal(here.url, `${server.base}/apps`);
		t.match(here.text, /Your apps/);
		const { body } = await admin.get(`${links}?userId=${server.people.patient}`);
		t.match(body, { data: [{ issuer: hospital.issuer, subject: "h-patient", madeBy: "email" }], nextCursor: null });
		t.ok(body.data[0].lastUsedAt);
		const lines = await logged();
		t.ok(lines.includes(`user:${server.people.patient} login sign-in/hospital success`));
		t.ok(lines.includes(`user:${server.people.patient} create identity-links/${body.data[0].id} success`));
		// Their address changes here: they stay who they are.
		await owner.query("update public.users set email = 'moved@test.example' where id = $1", [server.people.patient]);
		const later = someone();
		await later.here.open("/sign-in");
		await later.signIn("h-patient");
		t.ok(await isSignedIn(later.here));
		t.equal((await admin.get(`${links}?userId=${server.people.patient}`)).body.data.length, 1);
		await owner.query("update public.users set email = 'patient@test.example' where id = $1", [server.people.patient]);
	},
);

t.test("an app that waits goes on after it", async (t) => {
	const { here, signIn } = someone();
	const { url, verifier, state } = authorizeUrl(server, { scope: "launch/patient openid fhirUser patient/Patient.rs" });
	await here.open(url);
	await signIn("h-patient");
	t.match(here.text, /Allow access\?/);
	await here.submit({ decision: "allow" });
	t.ok(here.url.startsWith(callback), here.url);
	t.equal(here.query.get("state"), state);
	const { status, body } = await redeem(server, "public-app", here.query.get("code"), verifier);
	t.equal(status, 200);
	t.equal(body.patient, String(server.people.profiles.patient));
	t.ok(await isSignedIn(here), "and the browser is signed in");
});

t.test("an app that wants a new sign-in gets one at the provider, too", async (t) => {
	const { here, signIn } = someone();
	await here.open("/sign-in");
	await signIn("h-patient");
	await here.open(authorizeUrl(server, { scope: "launch/patient patient/Patient.rs", more: { prompt: "login" } }).url);
	t.match(here.text, /Sign in with Saint Example/);
	const before = hospital.prompts().length;
	await signIn("h-patient");
	t.same(hospital.prompts().slice(before), ["login"]);
	t.match(here.text, /Allow access\?/);
});

t.test("who was signed in as somebody else is so no more", async (t) => {
	const { here, signIn } = someone();
	await here.open("/sign-in");
	await here.submit({ email: "other@test.example", password: "heart-test-2026" });
	const before = here.cookie("_session");
	await here.open("/sign-in");
	await signIn("h-patient");
	t.match(here.text, /for Paula Patient/);
	t.not(here.cookie("_session"), before, "under another id than whoever prepared the browser knows");
});

t.test("nobody is let in who is nobody here, and is told what to do", async (t) => {
	for (const [login, why] of [
		["h-stranger", /no account here with the e-mail address/],
		["h-unverified", /no verified e-mail address/],
		["h-admin", /not connected to an account here/],
		["h-again", /belongs to another account there/],
	] as const) {
		const { here, signIn } = someone();
		await here.open("/sign-in");
		await signIn(login);
		t.equal(here.status, 403, login);
		t.match(here.text, why);
		t.match(here.text, new RegExp(`<code>${login}</code>`));
		t.notMatch(here.text, /test\.example/, "no address of an account");
		t.notOk(await isSignedIn(here), login);
	}
	t.ok((await logged()).includes("hospital login sign-in/hospital refused"));
	const { rows } = await owner.query(
		"select count(*)::int as n from public.users where email like '%hospital.example'",
	);
	t.equal(rows[0].n, 0, "no account is made");
});

t.test("administrators connect people, and end it", async (t) => {
	const made = await admin.post(links, { subject: "h-unverified", userId: server.people.patient2 });
	t.equal(made.status, 201, made.text);
	t.match(made.body, {
		subject: "h-unverified",
		userId: server.people.patient2,
		madeBy: "administrator",
		lastUsedAt: null,
	});
	t.equal((await admin.get(made.headers.get("location") ?? "")).status, 200);
	const { here, signIn } = someone();
	await here.open("/sign-in");
	await signIn("h-unverified");
	t.ok(await isSignedIn(here));
	t.equal((await admin.post(links, { subject: "h-unverified", userId: server.people.other })).status, 409);
	t.match((await admin.post(links, { subject: "x", userId: 987654 })).body.errors, [{ path: "userId" }]);
	t.equal((await admin.post(links, { subject: "", userId: server.people.other })).status, 400);
	t.equal((await admin.get(`${links}?cursor=x`)).status, 400);
	const first = await admin.get(`${links}?limit=1`);
	t.equal(first.body.data.length, 1);
	t.not((await admin.get(`${links}?limit=1&cursor=${first.body.nextCursor}`)).body.data[0].id, first.body.data[0].id);
	t.equal((await admin.delete(`${links}/${made.body.id}`)).status, 204);
	t.equal((await admin.delete(`${links}/${made.body.id}`)).status, 404);
	t.notOk(await isSignedIn(here), "signed out");
	await here.open("/sign-in");
	await signIn("h-unverified");
	t.equal(here.status, 403);
	const lines = await logged();
	for (const action of ["create", "delete"]) {
		t.ok(lines.includes(`user:${server.people.admin} ${action} admin/identity-links/${made.body.id} success`), action);
	}
	for (const email of ["therapist", "patient"]) {
		const person = await server.as(`${email}@test.example`);
		t.equal((await person.get(links)).status, 403);
		t.equal((await person.post(links, { subject: "mine", userId: server.people.admin })).status, 403);
	}
});

t.test("a deleted account stays out, linked or not", async (t) => {
	await server.stranger.post("/api/auth/register", {
		email: "leaving@test.example",
		password: "heart-test-2026",
		name: "Leaving",
	});
	const { here, signIn } = someone();
	const leaving = await server.as("leaving@test.example");
	const { id } = (await leaving.get("/api/auth/me")).body;
	t.equal((await admin.post(links, { subject: "h-gone", userId: id })).status, 201);
	t.equal(
		(await leaving.delete("/api/users/account", { "content-type": "application/json" })).status,
		400,
		"it asks for the password",
	);
	await fetch(`${server.base}/api/users/account`, {
		method: "DELETE",
		headers: { authorization: `Bearer ${leaving.token}`, "content-type": "application/json" },
		body: JSON.stringify({ password: "heart-test-2026" }),
	});
	t.same((await admin.get(`${links}?userId=${id}`)).body.data, []);
	t.equal((await admin.post(links, { subject: "h-gone", userId: id })).status, 400);
	await here.open("/sign-in");
	await signIn("h-gone");
	t.equal(here.status, 403);
	t.notOk(await isSignedIn(here));
});

t.test("whoever signed up with an address that is not theirs is out when its owner comes", async (t) => {
	const account = { email: "squatted@test.example", password: "heart-test-2026" };
	await server.stranger.post("/api/auth/register", { ...account, name: "Squatter" });
	const squatter = await server.as(account.email);
	t.equal((await squatter.get("/api/auth/me")).status, 200);
	const { here, signIn } = someone();
	await here.open("/sign-in");
	await signIn("h-squatted");
	t.match(here.text, /its password has been removed/);
	t.match(here.text, /<a class="button" href="\/apps">Continue/);
	t.ok(await isSignedIn(here));
	t.equal((await squatter.get("/api/auth/me")).status, 401);
	t.equal((await server.stranger.post("/api/auth/login", account)).status, 401);
	const linked = await server.as("patient@test.example");
	t.equal((await linked.get("/api/auth/me")).status, 200, "accounts others made keep their password");
});

t.test("an answer is good once, and in the browser that asked for it", async (t) => {
	const one = someone();
	await one.here.open("/sign-in");
	const back = await one.leave("h-therapist");
	const another = someone();
	await another.here.open(back);
	t.equal(another.here.status, 400, "without a sign-in of its own");
	await another.here.open("/sign-in");
	await another.leave("h-patient");
	await another.here.open(back);
	t.equal(another.here.status, 400, "while it is at its own");
	t.match(another.here.text, /begun in another browser/);
	t.notOk(await isSignedIn(another.here));
	await one.here.open(back);
	t.ok(await isSignedIn(one.here), "the one that asked");
	const replayed = new Browser(server.base);
	replayed.plant(`heart_hospital=${one.here.cookie("heart_hospital")}; Path=/`);
	await replayed.open(back);
	t.equal(replayed.status, 400, "again");
	t.notOk(await isSignedIn(replayed));
});

t.test("twenty answers of one state at once: one sign-in", async (t) => {
	const { here, leave } = someone();
	await here.open("/sign-in");
	const back = await leave("h-therapist");
	const headers = { cookie: `heart_hospital=${here.cookie("heart_hospital")}` };
	const statuses = await Promise.all(
		Array.from({ length: 20 }, async () => (await fetch(back, { headers, redirect: "manual" })).status),
	);
	t.equal(statuses.filter((status) => status === 303).length, 1);
	t.equal(statuses.filter((status) => status === 400).length, 19);
});

t.test("mixed up, altered and denied", async (t) => {
	const { here, leave } = someone();
	await here.open("/sign-in");
	const back = new URL(await leave("h-therapist"));
	for (const change of [
		(url: URL) => url.searchParams.set("state", `${url.searchParams.get("state")}x`),
		(url: URL) => url.searchParams.append("state", "another"),
		(url: URL) => url.searchParams.delete("state"),
		(url: URL) => url.searchParams.set("state", "s1.x.y"),
		(url: URL) => url.searchParams.set("state", "\u0000"),
	]) {
		const url = new URL(back);
		change(url);
		await here.open(url.href);
		t.equal(here.status, 400, url.search.slice(0, 80));
	}
	const other = new URL(back);
	other.searchParams.set("iss", "https://id.another.example");
	await here.open(other.href);
	t.equal(here.status, 403, "an answer that says it is another issuer's");
	t.match(here.text, /could not be verified/);
	const denied = someone();
	await denied.here.open("/sign-in");
	await denied.signIn("");
	t.equal(denied.here.status, 403);
	t.match(denied.here.text, /did not sign in at Saint Example/);
	t.match(denied.here.text, /href="\/sign-in\?return=%2Fapps"/);
	t.notOk(await isSignedIn(denied.here));
	const wrong = someone();
	await wrong.here.open("/sign-in");
	const code = new URL(await wrong.leave("h-therapist"));
	code.searchParams.set("code", "wrong");
	await wrong.here.open(code.href);
	t.equal(wrong.here.status, 403, "a code the provider does not know");
	t.notOk(await isSignedIn(wrong.here));
});

t.test("nothing leads elsewhere, and an interaction of another browser is none", async (t) => {
	const { here, signIn } = someone();
	await here.open(`${server.base}/sign-in/hospital?return=${encodeURIComponent("//evil.example/")}`);
	t.ok(here.url.startsWith(hospital.issuer));
	await here.open(`${server.base}/sign-in?return=https://evil.example`);
	await signIn("h-patient");
	t.equal(here.url, `${server.base}/apps`);
	const { browser } = await authorize(server, { scope: "launch/patient patient/Patient.rs" }, { email: "none" });
	const action = /action="(\/interaction\/[^"]+)"/.exec(browser.text)?.[1] ?? "";
	await here.open(`${server.base}${action}/hospital`);
	t.equal(here.status, 400);
	t.match(here.text, /belongs to another browser/);
});

t.test(
	"in a browser, on a phone, without JavaScript, the provider being another site",
	{ skip: noBrowser },
	async (t) => {
		const browser = await startBrowser(t);
		const page = await (await browser.newContext({ ...screens.phone, javaScriptEnabled: false })).newPage();
		await page.goto(authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" }).url);
		await page.getByRole("link", { name: "Sign in with Saint Example" }).click();
		t.ok(page.url().startsWith(hospital.issuer));
		await page.locator("input[name=login]").fill("h-patient");
		await page.getByRole("button", { name: "Sign in" }).click();
		t.match(await page.getByRole("heading", { level: 1 }).textContent(), /Allow access/);
		t.match(await page.textContent("main"), /Paula Patient/);
		await page.goto(`${base}/apps`);
		t.match(page.url(), /\/apps$/, "signed in for other pages, too");
	},
);

t.test("no secret and no address of a person is in the log", async (t) => {
	const text = server.logged.join("");
	for (const secret of ["secret-of-heart", "h-patient", "hospital.example"]) t.notOk(text.includes(secret), secret);
});
