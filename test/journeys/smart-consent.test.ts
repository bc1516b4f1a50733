import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, authorize, authorizeUrl, Browser, callback, redeem, tokenFor } from "../support/smart.ts";

// conformance.md A.2, A.5, A.6: what people are asked, and that just what they agreed to is given.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const { profiles } = people;
const patient = { email: "patient@test.example" };
const therapist = { email: "therapist@test.example" };
const categories = "http://terminology.hl7.org/CodeSystem/observation-category";

t.test("every scope is a ticked checkbox with the scope as its value and words beside it", async (t) => {
	const scopes =
		"openid fhirUser launch/patient offline_access patient/Observation.rs patient/Patient.read patient/Condition.cruds unknown patient/Nothing.rs patient/Observation.sr";
	const browser = await new Browser(base).open(authorizeUrl(server, { scope: scopes }).url);
	t.match(browser.text, /<input [^>]*name="email"/);
	await browser.submit({ email: patient.email, password: "heart-test-2026" });
	const ticked = [...browser.text.matchAll(/<input type="checkbox" name="scope" value="([^"]+)" checked>/g)].map(
		([, value]) => value,
	);
	t.same(ticked, [
		"openid",
		"fhirUser",
		"launch/patient",
		"offline_access",
		"patient/Observation.rs",
		"patient/Patient.read",
		"patient/Condition.cruds",
	]);
	t.match(
		browser.text,
		new RegExp(`value="patient/Observation.rs\\?category=${categories}\\|vital-signs">`),
		"its categories, not ticked",
	);
	t.match(browser.text, /See measurements and observations of this patient/);
	t.match(browser.text, /Paula Patient/);
	t.match(browser.text, /Public app/);
	await browser.submit({ decision: "deny" });
	t.ok(browser.url.startsWith(callback));
	t.equal(browser.query.get("error"), "access_denied");
	t.notOk(browser.query.get("code"));
});

t.test("consent is asked every time, also right after the last", async (t) => {
	const asked = { scope: "launch/patient patient/Patient.rs" };
	const { browser } = await authorize(server, asked, patient);
	await browser.open(authorizeUrl(server, asked).url);
	t.match(browser.text, /Allow access/);
	t.match(browser.text, /You gave this app access before/);
	t.notMatch(browser.text, /name="password"/, "signed in still");
	await browser.open(authorizeUrl(server, { ...asked, more: { prompt: "none" } }).url);
	t.equal(browser.query.get("error"), "consent_required");
});

t.test("types that were unticked are not there: the limited app", async (t) => {
	const all =
		"launch/patient patient/Patient.rs patient/Observation.rs patient/Condition.rs patient/MedicationStatement.rs";
	const kept = ["launch/patient", "patient/Patient.rs", "patient/Condition.rs"];
	const body = await tokenFor(server, { scope: all }, { ...patient, scopes: kept });
	t.same(body.scope.split(" "), kept);
	const app = sessionAt(base, body.access_token);
	for (const [type, status] of [
		["Patient", 200],
		["Condition", 200],
		["Observation", 403],
		["MedicationStatement", 403],
	] as const) {
		t.equal(
			(await app.get(`/fhir/${type}?${type === "Patient" ? "_id" : "patient"}=${body.patient}`)).status,
			status,
			type,
		);
	}
});

t.test("categories in place of a whole type", async (t) => {
	const own = await server.as(therapist.email);
	const observation = (category: string, at: string) => ({
		resourceType: "Observation",
		status: "final",
		category: [{ coding: [{ system: categories, code: category }] }],
		code: { text: category },
		subject: { reference: `Patient/${profiles.patient}` },
		effectiveDateTime: at,
		valueString: "x",
	});
	const made: Record<string, string> = {};
	for (const category of ["laboratory", "vital-signs", "survey", "social-history"]) {
		made[category] = (await own.post("/fhir/Observation", observation(category, "2026-03-01T10:00:00Z"))).body.id;
	}
	const granted = ["laboratory", "survey"].map((one) => `patient/Observation.rs?category=${categories}|${one}`);
	const scopes = ["launch/patient", "patient/Patient.rs", ...granted];
	const body = await tokenFor(
		server,
		{ scope: "launch/patient patient/Patient.rs patient/Observation.rs" },
		{ ...patient, scopes },
	);
	t.same(body.scope.split(" ").sort(), [...scopes].sort());
	const app = sessionAt(base, body.access_token);
	const found = async (query: string) =>
		((await app.get(`/fhir/Observation?${query}`)).body.entry ?? [])
			.map((one: { resource: { id: string } }) => one.resource.id)
			.sort();
	const both = [made.laboratory, made.survey].sort();
	t.same(await found(`patient=${body.patient}`), both);
	t.same(await found(`patient=${body.patient}&category=laboratory`), [made.laboratory]);
	t.same(await found(`patient=${body.patient}&category=vital-signs`), []);
	t.same(await found(`patient=${body.patient}&code:missing=true`), []);
	for (const category of ["laboratory", "survey"])
		t.equal((await app.get(`/fhir/Observation/${made[category]}`)).status, 200);
	for (const category of ["vital-signs", "social-history"]) {
		const answer = await app.get(`/fhir/Observation/${made[category]}`);
		t.equal(answer.status, 404);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	const asked = await tokenFor(server, { scope: `launch/patient ${granted[0]} patient/Patient.rs` }, patient);
	t.ok(asked.scope.includes(granted[0] as string), "an app may ask for a category itself");
	t.same(((await sessionAt(base, asked.access_token).get("/fhir/Observation")).body.entry ?? []).length, 1);
	const writing = await tokenFor(
		server,
		{ scope: `launch/patient patient/Observation.cruds?category=${categories}|survey` },
		patient,
	);
	const writer = sessionAt(base, writing.access_token);
	t.equal((await writer.post("/fhir/Observation", observation("survey", "2026-03-02T10:00:00Z"))).status, 201);
	t.equal((await writer.post("/fhir/Observation", observation("laboratory", "2026-03-02T10:00:00Z"))).status, 403);
	t.equal(
		(
			await writer.put(`/fhir/Observation/${made.survey}`, {
				...observation("laboratory", "2026-03-01T10:00:00Z"),
				id: made.survey,
			})
		).status,
		403,
		"nothing leaves its category",
	);
	t.equal(
		(
			await writer.put(`/fhir/Observation/${made.laboratory}`, {
				...observation("survey", "2026-03-01T10:00:00Z"),
				id: made.laboratory,
			})
		).status,
		403,
		"nor enters it",
	);
	t.ok([403, 404].includes((await writer.delete(`/fhir/Observation/${made.laboratory}`)).status));
	t.equal((await writer.delete(`/fhir/Observation/${made.survey}`)).status, 204);
	const bundle = await writer.post("/fhir", {
		resourceType: "Bundle",
		type: "transaction",
		entry: [
			{ resource: observation("survey", "2026-03-03T10:00:00Z"), request: { method: "POST", url: "Observation" } },
			{ resource: observation("vital-signs", "2026-03-03T10:00:00Z"), request: { method: "POST", url: "Observation" } },
		],
	});
	t.equal(bundle.status, 403);
	t.match(bundle.text, /Bundle\.entry\[1\]/);
});

t.test("a therapist chooses among their patients; a patient has one and is not asked", async (t) => {
	const scope = "openid fhirUser launch/patient patient/Patient.rs";
	const browser = await new Browser(base).open(authorizeUrl(server, { scope }).url);
	await browser.submit({ email: therapist.email, password: "heart-test-2026" });
	t.match(browser.text, /Choose the patient/);
	t.match(browser.text, /Paula Patient/);
	t.match(browser.text, /Peter Second/);
	t.notMatch(browser.text, /Olga/);
	const body = await tokenFor(server, { scope }, { ...therapist, patient: profiles.patient2 });
	t.equal(body.patient, String(profiles.patient2));
	const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1], "base64url").toString());
	t.equal(claims.fhirUser, `${base}/fhir/Practitioner/user-${people.therapist}`);
	const app = sessionAt(base, body.access_token);
	t.equal((await app.get(`/fhir/Practitioner/user-${people.therapist}`)).status, 200, "who they are can be read");
	t.equal((await app.get("/fhir/Practitioner")).status, 403);
	t.equal((await app.get(`/fhir/Patient/${profiles.patient}`)).status, 404);
});

t.test("EHR launch: a visit goes with it; POST as well as GET; v1 scopes come back as v1", async (t) => {
	const own = await server.as(therapist.email);
	const encounter = {
		resourceType: "Encounter",
		status: "finished",
		class: { code: "AMB" },
		subject: { reference: `Patient/${profiles.patient}` },
	};
	const visit = (await own.post("/fhir/Encounter", encounter)).body.id;
	const foreign = (
		await own.post("/fhir/Encounter", { ...encounter, subject: { reference: `Patient/${profiles.patient2}` } })
	).body.id;
	t.equal(
		(await own.post("/api/launch", { clientId: "secret-app", patient: profiles.patient, encounter: foreign })).status,
		400,
	);
	const { launch } = (
		await own.post("/api/launch", { clientId: "secret-app", patient: profiles.patient, encounter: visit })
	).body;
	const scope = "launch openid fhirUser offline_access user/Encounter.read user/Patient.read";
	const { query, verifier, state } = authorizeUrl(server, { client: "secret-app", scope, launch });
	const browser = await new Browser(base).open(`${base}/oauth/auth`, query);
	await browser.submit({ email: therapist.email, password: "heart-test-2026" });
	await browser.submit({ decision: "allow" });
	t.equal(browser.query.get("state"), state);
	const { body } = await redeem(server, "secret-app", browser.query.get("code"), verifier);
	t.equal(body.patient, String(profiles.patient));
	t.equal(body.encounter, visit);
	t.same(body.scope.split(" ").sort(), scope.split(" ").sort());
	t.type(body.need_patient_banner, "boolean");
	const style = await fetch(body.smart_style_url);
	t.equal(style.status, 200);
	await style.json();
	const app = sessionAt(base, body.access_token);
	t.equal((await app.get(`/fhir/Encounter/${visit}`)).status, 200);
	t.equal((await app.get(`/fhir/Encounter/${foreign}`)).status, 200, "user/ scopes reach what the person reaches");
	t.equal((await app.post("/fhir/Encounter", encounter)).status, 403, ".read is no write");
});

t.test("a public client's token answer is for its browser", async (t) => {
	const { code, verifier } = await authorize(server, { scope: "launch/patient patient/Patient.rs" }, patient);
	const response = await fetch(`${base}/oauth/token`, {
		method: "POST",
		headers: { origin: "https://app.example" },
		body: new URLSearchParams({
			grant_type: "authorization_code",
			code: code ?? "",
			redirect_uri: callback,
			code_verifier: verifier,
			client_id: "public-app",
		}),
	});
	t.equal(response.status, 200);
	t.ok(["*", "https://app.example"].includes(response.headers.get("access-control-allow-origin") ?? ""));
	const preflight = await fetch(`${base}/oauth/token`, {
		method: "OPTIONS",
		headers: { origin: "https://app.example", "access-control-request-method": "POST" },
	});
	t.ok(preflight.ok);
	t.ok(preflight.headers.get("access-control-allow-origin"));
});
