import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, authorize, redeem, tokenFor } from "../support/smart.ts";

const server = await startTestServer(t);
await addTestApps(server);
const { people } = server;

t.test("standalone: a patient's app gets what was granted, for the patient", async (t) => {
	const asked = { scope: "openid fhirUser launch/patient offline_access patient/Observation.rs patient/Patient.r" };
	const { code, verifier, state, browser } = await authorize(server, asked, { email: "patient@test.example" });
	t.ok(code, browser.text);
	t.equal(browser.query.get("state"), state);
	const answer = await redeem(server, "public-app", code, verifier);
	t.equal(answer.status, 200, JSON.stringify(answer.body));
	const { body } = answer;
	t.same(body.scope.split(" ").sort(), asked.scope.split(" ").sort());
	t.equal(body.patient, String(people.profiles.patient));
	t.equal(body.need_patient_banner, true);
	t.match(answer.headers.get("cache-control"), /no-store/);
	t.match(answer.headers.get("pragma"), /no-cache/);
	t.ok(body.refresh_token);
	t.ok(body.id_token);
	const app = sessionAt(server.base, body.access_token);
	t.equal((await app.get(`/fhir/Patient/${body.patient}`)).status, 200);
	t.equal((await app.get("/fhir/Observation")).status, 200);
	t.equal((await app.get("/fhir/Condition")).status, 403);
	t.equal((await app.get("/api/vitals")).status, 403);
});

t.test("launched by a therapist for one of their patients", async (t) => {
	const therapist = await server.as("therapist@test.example");
	const made = await therapist.post("/api/launch", { clientId: "secret-app", patient: people.profiles.patient2 });
	t.equal(made.status, 201, made.text);
	const url = new URL(made.body.url);
	t.equal(url.searchParams.get("iss"), `${server.base}/fhir`);
	const scope = "launch openid fhirUser user/Patient.rs patient/Observation.rs";
	const body = await tokenFor(
		server,
		{ client: "secret-app", scope, launch: made.body.launch },
		{ email: "therapist@test.example" },
	);
	t.equal(body.patient, String(people.profiles.patient2));
	t.same(body.scope.split(" ").sort(), scope.split(" ").sort());
});
