import pg from "pg";
import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { addTestApps, authorize, authorizeUrl, Browser, callback, redeem, token, tokenFor } from "../support/smart.ts";

// launch/encounter of a standalone launch (SMART App Launch 2.2, “Requesting context with scopes”): the only visit, the one chosen, or none.

const server = await startTestServer(t);
await addTestApps(server);
const { base, people } = server;
const therapist = await server.as("therapist@test.example");
const asked = { scope: "launch/patient launch/encounter patient/Encounter.rs patient/Patient.rs" };
const patient = { email: "patient@test.example" };

async function visit(of: number, more: object = {}): Promise<string> {
	const made = await therapist.post("/fhir/Encounter", {
		resourceType: "Encounter",
		status: "finished",
		class: { system: "http://terminology.hl7.org/CodeSystem/v3-ActCode", code: "AMB", display: "ambulatory" },
		subject: { reference: `Patient/${of}` },
		...more,
	});
	if (made.status !== 201) throw new Error(made.text);
	return made.body.id;
}

t.test("no visit: the launch goes on without, and says so by the scope that is not granted", async (t) => {
	const body = await tokenFor(server, asked, patient);
	t.notOk("encounter" in body);
	t.equal(body.patient, String(people.profiles.patient));
	t.equal(body.scope, "launch/patient patient/Encounter.rs patient/Patient.rs");
});

t.test("the only one is taken, shown and returned, also by introspection and refresh", async (t) => {
	const only = await visit(people.profiles.patient, { period: { start: "2026-05-04T10:00:00Z" } });
	const scope = `${asked.scope} offline_access`;
	const { browser, code, verifier } = await authorize(server, { scope, client: "secret-app" }, patient);
	t.ok(code, browser.text);
	const { body } = await redeem(server, "secret-app", code, verifier);
	t.equal(body.encounter, only);
	t.equal(body.scope, scope);
	t.equal((await sessionAt(base, body.access_token).get(`/fhir/Encounter/${only}`)).status, 200);
	const again = await token(base, "secret-app", { grant_type: "refresh_token", refresh_token: body.refresh_token });
	t.equal(again.body.encounter, only);
	const page = new Browser(base);
	await page.open(authorizeUrl(server, asked).url);
	await page.submit({ email: patient.email, password: "heart-test-2026" });
	t.match(page.text, /Visit: <strong>ambulatory<\/strong>, from 2026-05-04/);
});

t.test("of several the person chooses one, or none in particular", async (t) => {
	const later = await visit(people.profiles.patient, {
		type: [{ text: "Check-up <b>" }],
		period: { start: "2026-06-01" },
	});
	const through = async (choose: string) => {
		const browser = new Browser(base);
		const { url, verifier } = authorizeUrl(server, asked);
		await browser.open(url);
		await browser.submit({ email: patient.email, password: "heart-test-2026" });
		t.match(browser.text, /Choose the visit/);
		t.match(browser.text, /Check-up &lt;b&gt; <span class="soft">from 2026-06-01/);
		t.match(browser.text, new RegExp(`value="${later}" required checked`), "the newest first");
		await browser.submit({ encounter: choose });
		t.match(browser.text, /Allow access\?/, browser.text);
		await browser.submit({ decision: "allow" });
		return (await redeem(server, "public-app", browser.query.get("code"), verifier)).body;
	};
	t.equal((await through(later)).encounter, later);
	const none = await through("*");
	t.notOk("encounter" in none);
	t.notMatch(none.scope, /launch\/encounter/);
});

t.test("somebody else's visit cannot be chosen, nor one that is gone", async (t) => {
	const others = await visit(people.profiles.patient2);
	const gone = await visit(people.profiles.patient);
	t.equal((await therapist.delete(`/fhir/Encounter/${gone}`)).status, 204);
	for (const encounter of [others, gone, "nothing", "\u0000", "a".repeat(3000), "_id=x&status=finished"]) {
		const browser = new Browser(base);
		await browser.open(authorizeUrl(server, asked).url);
		await browser.submit({ email: patient.email, password: "heart-test-2026" });
		t.notOk(browser.text.includes(others) || browser.text.includes(gone), "not even shown");
		await browser.submit({ encounter });
		t.equal(browser.status, 403, encounter.slice(0, 20));
		t.match(browser.text, /no such visit/);
		const form = new URLSearchParams({ decision: "allow", encounter, patient: String(people.profiles.patient) });
		for (const scope of asked.scope.split(" ")) form.append("scope", scope);
		await browser.open(/action="(\/interaction\/[^"]+)"/.exec(browser.text)?.[1] ?? "", form);
		t.equal(browser.status, 403, "nor by sending the form");
		t.notOk(browser.url.startsWith(callback));
	}
});

t.test("a therapist chooses the patient, then the visit; launch/encounter alone asks for both", async (t) => {
	const second = await visit(people.profiles.patient2, { period: { start: "2026-07-01" } });
	const browser = new Browser(base);
	const { url, verifier } = authorizeUrl(server, { scope: "launch/encounter user/Encounter.rs" });
	await browser.open(url);
	await browser.submit({ email: "therapist@test.example", password: "heart-test-2026" });
	t.match(browser.text, /Choose the patient/);
	await browser.submit({ patient: String(people.profiles.patient2) });
	t.match(browser.text, /Choose the visit/);
	await browser.submit({ encounter: second });
	await browser.submit({ decision: "allow" });
	const { body } = await redeem(server, "public-app", browser.query.get("code"), verifier);
	t.match(body, {
		encounter: second,
		patient: String(people.profiles.patient2),
		scope: "launch/encounter user/Encounter.rs",
	});
});

t.test("who saw which visits is in the access log", async (t) => {
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	const { rows } = await owner.query(
		"select returned, patients from audit.access_log where action = 'search' and target = 'Encounter' and actor = $1",
		[`user:${people.patient}`],
	);
	await owner.end();
	t.ok(
		rows.some(({ returned }) => returned.length > 1 && returned.every((one: string) => one.startsWith("Encounter/"))),
	);
	t.ok(rows.every(({ patients }) => patients.length === 1 && patients[0] === people.patient));
});
