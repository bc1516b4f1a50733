import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import {
	addClient,
	addTestApps,
	authorize,
	authorizeUrl,
	Browser,
	callback,
	redeem,
	token,
	tokenFor,
} from "../support/smart.ts";

// What somebody would try who wants more than they were given.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const { profiles } = people;
const patient = { email: "patient@test.example" };
const therapist = { email: "therapist@test.example" };
const own = await server.as(therapist.email);
const stranger = await server.as("therapist2@test.example");

async function launch(patientId: number, clientId = "public-app", session = own): Promise<string> {
	const answer = await session.post("/api/launch", { clientId, patient: patientId });
	if (answer.status !== 201) throw new Error(answer.text);
	return answer.body.launch;
}

t.test("aud: another server's, none at all: no code", async (t) => {
	for (const aud of ["https://inferno.healthit.gov/invalid_aud", `${base}/fhir2`, `${base}`, `${base}/fhir/x`, ""]) {
		const { browser } = await authorize(server, { scope: "launch/patient patient/*.rs", more: { aud } }, patient);
		t.notMatch(browser.url, /[?&]code=/, aud);
	}
	const { browser } = await authorize(server, { scope: "launch/patient patient/*.rs", more: { aud: null } }, patient);
	t.notMatch(browser.url, /[?&]code=/);
	const slash = await authorize(server, { scope: "launch/patient patient/*.rs", aud: `${base}/fhir/` }, patient);
	t.ok(slash.code, "a trailing slash is the same server");
});

t.test("PKCE: none, plain, for all kinds of clients: no code", async (t) => {
	for (const client of ["public-app", "secret-app"]) {
		for (const more of [
			{ code_challenge: null, code_challenge_method: null },
			{ code_challenge_method: "plain" },
			{ code_challenge_method: null },
		]) {
			const { browser } = await authorize(server, { client, scope: "launch/patient patient/*.rs", more }, patient);
			t.notMatch(browser.url, /[?&]code=/, JSON.stringify(more));
		}
	}
});

t.test("no open redirect: what is not registered to the letter is answered here", async (t) => {
	for (const redirect_uri of [
		"https://evil.example/",
		`${callback}/`,
		`${callback}?x=1`,
		"http://127.0.0.1:1/callback",
		"http://127.0.0.1:9876@evil.example/callback",
		"javascript:alert(1)",
		"//evil.example",
	]) {
		const { url } = authorizeUrl(server, { scope: "launch/patient", more: { redirect_uri } });
		const browser = await new Browser(base).open(url);
		t.ok(browser.url.startsWith(`${base}/oauth/auth`), `${redirect_uri} -> ${browser.url}`);
		t.equal(browser.status, 400);
		t.match(browser.headers.get("content-security-policy"), /frame-ancestors 'none'/);
	}
	for (const address of [
		"https://evil.example",
		"//evil.example",
		"/\\evil.example",
		"/apps//evil",
		"javascript:alert(1)",
		"/apps?x=//evil",
	]) {
		const browser = await new Browser(base).open(`${base}/sign-in?return=${encodeURIComponent(address)}`);
		await browser.submit({ email: patient.email, password: "heart-test-2026" });
		t.ok(browser.url.startsWith(`${base}/`), browser.url);
	}
	const browser = await new Browser(base).open(
		`${base}/oauth/session/end?post_logout_redirect_uri=https://evil.example`,
	);
	t.notMatch(browser.text, /evil/);
	await browser.submit({ logout: "yes" });
	t.ok(browser.url.startsWith(`${base}/`), browser.url);
});

t.test("a launch works once, for who made it, for its app and within its time", async (t) => {
	const scope = "launch user/Patient.rs";
	const one = await launch(profiles.patient);
	t.equal((await tokenFor(server, { scope, launch: one }, therapist)).patient, String(profiles.patient));
	t.notOk((await authorize(server, { scope, launch: one }, therapist)).code, "once");
	t.notOk(
		(await authorize(server, { scope, launch: await launch(profiles.patient) }, { email: "therapist2@test.example" }))
			.code,
		"somebody else",
	);
	t.notOk(
		(await authorize(server, { scope, launch: await launch(profiles.patient) }, patient)).code,
		"not even the patient",
	);
	t.notOk(
		(await authorize(server, { client: "other-app", scope, launch: await launch(profiles.patient) }, therapist)).code,
		"another app",
	);
	t.notOk((await authorize(server, { scope, launch: "made-up" }, therapist)).code);
	const old = await launch(profiles.patient);
	const { default: pg } = await import("pg");
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	await client.query("update auth.launch set expires_at = now() where used_at is null");
	await client.end();
	t.notOk((await authorize(server, { scope, launch: old }, therapist)).code, "too late");
});

t.test("who may launch what", async (t) => {
	const as = async (name: string, body: object) =>
		(await (await server.as(`${name}@test.example`)).post("/api/launch", body)).status;
	t.equal(await as("patient", { clientId: "public-app", patient: profiles.patient }), 403);
	t.equal(await as("therapist2", { clientId: "public-app", patient: profiles.patient }), 404);
	t.equal(await as("therapist", { clientId: "nobody", patient: profiles.patient }), 400);
	t.equal(await as("therapist", { clientId: "public-app", patient: profiles.patient, encounter: "none" }), 400);
	t.equal(await as("admin", { clientId: "public-app", patient: profiles.patient }), 201);
});

t.test("two launches in one browser, mixed up in every order, never share a patient", async (t) => {
	const scope = "launch patient/Patient.rs patient/Observation.rs";
	const signedIn = (await authorize(server, { scope, launch: await launch(profiles.patient) }, therapist)).browser;
	const wanted = [profiles.patient, profiles.patient2, profiles.patient2, profiles.patient];
	const started = [];
	for (const patientId of wanted) {
		const asked = authorizeUrl(server, { scope, launch: await launch(patientId) });
		const page = await signedIn.open(asked.url);
		started.push({ ...asked, patientId, page: page.url, text: page.text });
	}
	for (const { page, text, verifier, patientId } of started.reverse()) {
		await signedIn.open(page);
		t.match(signedIn.text, patientId === profiles.patient ? /Paula Patient/ : /Peter Second/);
		t.equal(signedIn.text, text);
		await signedIn.submit({ decision: "allow" });
		const { body } = await redeem(server, "public-app", signedIn.query.get("code"), verifier);
		t.equal(body.patient, String(patientId));
		const app = sessionAt(base, body.access_token);
		t.same(
			(await app.get("/fhir/Patient")).body.entry.map((one: { resource: { id: string } }) => one.resource.id),
			[String(patientId)],
		);
	}
	const twoTabs = await Promise.all(
		[1, 2].map(async () => {
			const asked = authorizeUrl(server, { scope, launch: await launch(profiles.patient2) });
			return { ...asked };
		}),
	);
	t.equal(twoTabs.length, 2);
});

t.test("a chosen patient is one the person may see, whatever the form says", async (t) => {
	const scope = "launch/patient patient/Patient.rs";
	for (const [who, foreign] of [
		[therapist, profiles.other],
		[patient, profiles.patient2],
	] as const) {
		const browser = await new Browser(base).open(authorizeUrl(server, { scope }).url);
		await browser.submit({ email: who.email, password: "heart-test-2026" });
		const page = browser.url;
		await browser.open(`${page}?patient=${foreign}`);
		t.equal(browser.status, 403);
		await browser.open(
			page,
			new URLSearchParams({ decision: "allow", patient: String(foreign), scope: "patient/Patient.rs" }),
		);
		t.notMatch(browser.url, /[?&]code=/);
		t.equal(browser.status, 403);
	}
});

t.test("nothing is granted beyond what was asked for, nor beyond what the app was registered for", async (t) => {
	const asked = {
		scope:
			"launch/patient patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory",
	};
	for (const scope of [
		"patient/Observation.rs",
		"patient/*.cruds",
		"patient/Observation.cruds",
		"user/Observation.rs",
		"offline_access",
		"system/*.rs",
		"patient/Condition.rs",
	]) {
		const { url } = authorizeUrl(server, asked);
		const browser = await new Browser(base).open(url);
		await browser.submit({ email: patient.email, password: "heart-test-2026" });
		await browser.submit({ decision: "allow", scope: ["launch/patient", scope] });
		t.notMatch(browser.url, /[?&]code=/, scope);
		t.equal(browser.status, 400, scope);
	}
	await addClient(server, "narrow-app", { scopes: "patient/Observation.rs" });
	const body = await tokenFor(
		server,
		{ client: "narrow-app", scope: "openid fhirUser launch/patient patient/*.cruds user/*.cruds" },
		patient,
	);
	t.same(body.scope.split(" ").sort(), ["fhirUser", "launch/patient", "openid", "patient/Observation.rs"]);
	const app = sessionAt(base, body.access_token);
	t.equal((await app.get("/fhir/Observation")).status, 200);
	t.equal((await app.get("/fhir/Condition")).status, 403);
	t.equal((await app.post("/fhir/Basic", { resourceType: "Basic", code: { text: "x" } })).status, 403);
	t.equal((await app.get(`/fhir/Patient/${body.patient}`)).status, 200, "its own fhirUser");
	const system = await authorize(server, { scope: "system/*.cruds" }, patient);
	t.notOk(system.code, "nobody is the system");
});

t.test("another patient's data by every road", async (t) => {
	const observation = (id: number, extra = {}) => ({
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject: { reference: `Patient/${id}` },
		effectiveDateTime: "2026-03-01T10:00:00Z",
		valueQuantity: { value: 61, unit: "bpm", system: "http://unitsofmeasure.org", code: "/min" },
		...extra,
	});
	const hidden = (await own.post("/fhir/Observation", observation(profiles.patient2))).body;
	const whole = (
		await own.post(
			"/fhir/Observation",
			observation(profiles.patient2, {
				note: [{ text: "hidden words" }],
				identifier: [{ system: "urn:x", value: "hidden" }],
			}),
		)
	).body;
	const mine = (await own.post("/fhir/Observation", observation(profiles.patient))).body;
	for (const scope of ["launch patient/*.cruds", "launch patient/*.*"]) {
		const { access_token } = await tokenFor(server, { scope, launch: await launch(profiles.patient) }, therapist);
		const app = sessionAt(base, access_token);
		t.equal((await app.get(`/fhir/Observation/${mine.id}`)).status, 200);
		const entry = (method: string, url: string, resource?: object, more = {}) => ({
			...(resource === undefined ? {} : { resource }),
			request: { method, url, ...more },
		});
		const roads: [string, () => Promise<{ status: number; text: string }>][] = [
			["read", () => app.get(`/fhir/Observation/${hidden.id}`)],
			["vread", () => app.get(`/fhir/Observation/${hidden.id}/_history/1`)],
			["history", () => app.get(`/fhir/Observation/${whole.id}/_history`)],
			["read of the patient", () => app.get(`/fhir/Patient/${profiles.patient2}`)],
			["search", () => app.get(`/fhir/Observation?patient=${profiles.patient2}`)],
			["search by id", () => app.get(`/fhir/Observation?_id=${hidden.id},${whole.id}`)],
			["search by identifier", () => app.get("/fhir/Observation?identifier=urn:x|hidden")],
			[
				"search by post",
				() =>
					app.post("/fhir/Observation/_search", `subject=Patient/${profiles.patient2}`, {
						"content-type": "application/x-www-form-urlencoded",
					}),
			],
			["system search", () => app.get(`/fhir?_id=${hidden.id}`)],
			["include", () => app.get(`/fhir/Observation?_id=${mine.id}&_include=*`)],
			["revinclude", () => app.get(`/fhir/Patient?_revinclude=Observation:subject`)],
			["type history", () => app.get("/fhir/Observation/_history?_count=500")],
			["system history", () => app.get("/fhir/_history?_count=500")],
			["chain", () => app.get("/fhir/Observation?subject:Patient.name=Peter")],
			["reverse chain", () => app.get("/fhir/Patient?_has:Observation:patient:code=8867-4")],
			[
				"batch",
				() =>
					app.post("/fhir", {
						resourceType: "Bundle",
						type: "batch",
						entry: [entry("GET", `Observation/${whole.id}`), entry("GET", `Patient?_id=${profiles.patient2}`)],
					}),
			],
			[
				"transaction",
				() =>
					app.post("/fhir", {
						resourceType: "Bundle",
						type: "transaction",
						entry: [entry("GET", `Observation?_id=${whole.id}`)],
					}),
			],
			[
				"conditional create",
				() =>
					app.post("/fhir/Observation", observation(profiles.patient), {
						"if-none-exist": "identifier=urn:x|hidden",
						prefer: "return=representation",
					}),
			],
			[
				"conditional update",
				() => app.put("/fhir/Observation?identifier=urn:x|hidden", observation(profiles.patient2)),
			],
			["conditional delete", () => app.delete("/fhir/Observation?identifier=urn:x|hidden")],
			["update", () => app.put(`/fhir/Observation/${whole.id}`, { ...observation(profiles.patient2), id: whole.id })],
			[
				"taking it over",
				() => app.put(`/fhir/Observation/${whole.id}`, { ...observation(profiles.patient), id: whole.id }),
			],
			[
				"patch",
				() =>
					app.patch(`/fhir/Observation/${whole.id}`, [{ op: "add", path: "/language", value: "en" }], {
						"content-type": "application/json-patch+json",
					}),
			],
			["delete", () => app.delete(`/fhir/Observation/${whole.id}`)],
			["create for them", () => app.post("/fhir/Observation", observation(profiles.patient2))],
			[
				"create in a transaction",
				() =>
					app.post("/fhir", {
						resourceType: "Bundle",
						type: "transaction",
						entry: [entry("POST", "Observation", observation(profiles.patient2))],
					}),
			],
		];
		for (const [road, take] of roads) {
			const answer = await take();
			t.ok(answer.status < 500, `${road}: ${answer.status} ${answer.text.slice(0, 200)}`);
			// What was asked for may stand in the links.
			t.notMatch(
				answer.text.replace(/"url":"[^"]*"/g, ""),
				new RegExp(`hidden words|Peter|Patient/${profiles.patient2}"|/${hidden.id}"`),
				road,
			);
		}
		t.match((await own.get(`/fhir/Observation/${whole.id}`)).text, /hidden words/, "it is untouched");
		t.equal(
			(await own.get(`/fhir/Observation?patient=${profiles.patient2}&_summary=count`)).body.total,
			2,
			"and nothing was added",
		);
	}
});

t.test("a page link is good for the grant that got it only, and a token for /fhir only", async (t) => {
	const scope = "launch/patient patient/Observation.rs";
	for (let n = 0; n < 3; n++) {
		await own.post("/fhir/Observation", {
			resourceType: "Observation",
			status: "final",
			code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
			subject: { reference: `Patient/${profiles.patient}` },
			effectiveDateTime: `2026-03-0${n + 1}T11:00:00Z`,
			valueQuantity: { value: 60, unit: "bpm", system: "http://unitsofmeasure.org", code: "/min" },
		});
	}
	const app = sessionAt(base, (await tokenFor(server, { scope }, patient)).access_token);
	const page = (await app.get("/fhir/Observation?_count=1")).body;
	const next = page.link.find((one: { relation: string }) => one.relation === "next").url.slice(base.length);
	t.equal((await app.get(next)).status, 200);
	const again = sessionAt(base, (await tokenFor(server, { scope }, patient)).access_token);
	t.equal((await again.get(next)).status, 403);
	const person = await server.as(patient.email);
	t.ok((await person.get(next)).status >= 400, "nor for a person's own token");
	for (const path of ["/api/vitals", "/api/auth/me", "/api/users", "/api/admin/clients", "/api/patients"]) {
		t.equal((await app.get(path)).status, 403, path);
	}
	t.equal((await app.post("/api/auth/logout")).status, 403);
	t.equal((await app.post("/api/launch", { clientId: "public-app", patient: profiles.patient })).status, 403);
});

t.test("forms of other sites are refused; pages are in no frame; cookies are out of reach of scripts", async (t) => {
	const { url } = authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" });
	const browser = await new Browser(base).open(url);
	t.match(browser.headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/);
	t.equal(browser.headers.get("x-frame-options"), "DENY");
	const page = browser.url;
	const form = { email: patient.email, password: "heart-test-2026" };
	await browser.submit(form, { origin: "https://evil.example" });
	t.equal(browser.status, 403);
	await browser.open(page);
	await browser.submit(form, { "sec-fetch-site": "cross-site" });
	t.equal(browser.status, 403);
	await browser.open(page);
	await browser.submit(form, { origin: base });
	t.match(browser.text, /Allow access/);
	for (const path of ["/logout", "/apps/revoke", "/apps/launch", "/sign-in"]) {
		const answer = await new Browser(base).open(`${base}${path}`, new URLSearchParams({}), {
			origin: "https://evil.example",
		});
		t.equal(answer.status, 403, path);
	}
	const raw = await fetch(`${base}/sign-in`, { method: "POST", redirect: "manual", body: new URLSearchParams(form) });
	for (const cookie of raw.headers.getSetCookie()) t.match(cookie, /httponly/i);
	for (const cookie of raw.headers.getSetCookie()) t.match(cookie, /samesite=lax/i);
});

t.test("an interaction is its browser's: its address alone is nothing", async (t) => {
	const { url } = authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" });
	const browser = await new Browser(base).open(url);
	const elsewhere = await new Browser(base).open(browser.url);
	t.equal(elsewhere.status, 400);
	t.notMatch(elsewhere.text, /name="password"/);
	await elsewhere.open(browser.url, new URLSearchParams({ email: patient.email, password: "heart-test-2026" }));
	t.equal(elsewhere.status, 400);
});

t.test("session fixation: signing in makes a new session, the prepared one stays nobody's", async (t) => {
	const attacker = await new Browser(base).open(
		authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" }).url,
	);
	const planted = attacker.cookieNames();
	const raw = await fetch(`${base}/sign-in`, {
		method: "POST",
		redirect: "manual",
		headers: { cookie: "_session=prepared-by-somebody-else; _session.sig=x" },
		body: new URLSearchParams({ email: patient.email, password: "heart-test-2026" }),
	});
	const session = raw.headers.getSetCookie().find((one) => one.startsWith("_session="));
	t.ok(session);
	t.notMatch(session, /prepared-by-somebody-else/);
	t.ok(planted.length > 0);
	const unsigned = new Browser(base);
	unsigned.plant(`${session?.split(";")[0]}; path=/`);
	await unsigned.open(`${base}/apps`);
	t.match(unsigned.url, /\/sign-in/, "a session's cookie without its signature is none");
});

t.test("who has an account is not told, and failures are counted together with /api/auth/login", async (t) => {
	const answers = [];
	for (const email of ["patient2@test.example", "nobody@test.example"]) {
		const browser = await new Browser(base).open(`${base}/sign-in`);
		await browser.submit({ email, password: "wrong" });
		answers.push({ status: browser.status, text: browser.text.replaceAll(email, "") });
	}
	t.same(answers[0], answers[1]);
	t.equal(answers[0]?.status, 401);
	for (let n = 0; n < 5; n++)
		await server.stranger.post("/api/auth/login", { email: "patient2@test.example", password: "wrong" });
	const browser = await new Browser(base).open(
		authorizeUrl(server, { scope: "launch/patient patient/Patient.rs" }).url,
	);
	for (let n = 0; n < 5; n++) await browser.submit({ email: "patient2@test.example", password: "wrong" });
	t.equal(browser.status, 429);
	t.ok(Number(browser.headers.get("retry-after")) > 0);
	await browser.submit({ email: "patient2@test.example", password: "heart-test-2026" });
	t.equal(browser.status, 429, "the right password as well");
	t.equal(
		(await server.stranger.post("/api/auth/login", { email: "patient2@test.example", password: "heart-test-2026" }))
			.status,
		429,
	);
});

t.test("hostile parameters are refused without a 500", async (t) => {
	for (const more of [
		{ scope: "patient/Observation.rs?category=%00" },
		{ scope: `patient/Observation.rs?code=${"a".repeat(5000)}` },
		{ state: "\u0000" },
		{ nonce: "\u0000'\"<>" },
		{ state: "x".repeat(8000) },
		{ prompt: "none" },
		{ prompt: "magic" },
		{ max_age: "-1" },
		{ request: "x.y.z" },
		{ request_uri: "https://evil.example" },
		{ response_type: "token" },
		{ response_type: "id_token" },
		{ response_mode: "fragment" },
		{ claims: "{" },
		{ resource: "https://evil.example" },
		{ client_id: "nobody" },
		{ client_id: "\u0000" },
		{ login_hint: "<script>" },
	]) {
		const { browser } = await authorize(server, { scope: "launch/patient patient/Patient.rs", more }, patient);
		t.ok(browser.status < 500, `${JSON.stringify(more).slice(0, 80)}: ${browser.status}`);
		t.notMatch(browser.text, /<script>/);
	}
	for (const form of [
		{},
		{ grant_type: "not_a_grant_type" },
		{ grant_type: "password", username: "a", password: "b" },
		{ grant_type: "authorization_code", code: "\u0000" },
		{ grant_type: "refresh_token", refresh_token: "\u0000" },
		{ grant_type: "implicit" },
	]) {
		const answer = await token(base, "public-app", form as never);
		t.equal(answer.status, 400, JSON.stringify(form));
	}
	const posted = await fetch(`${base}/oauth/token`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: "{",
	});
	t.equal(posted.status, 400);
	t.equal((await fetch(`${base}/oauth/nowhere`)).status, 404);
	t.ok(stranger.token);
});
