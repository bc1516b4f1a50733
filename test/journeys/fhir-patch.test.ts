import t from "tap";
import { organization } from "../src/http/fhir/session.ts";
import { heartRateOf } from "../support/observations.ts";
import { type Answer, sessionAt, startTestServer } from "../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const therapist = await server.as("therapist@test.example");
const other = await server.as("therapist2@test.example");
const beside = sessionAt(await server.beside(), therapist.token);
const jsonPatch = { "content-type": "application/json-patch+json" };

const heartRate = (value: number) => heartRateOf(people.profiles.patient, value);
const setValue = (value: number) => [{ op: "replace", path: "/valueQuantity/value", value }];
const setValueByPath = (valueDecimal: number) => ({
	resourceType: "Parameters",
	parameter: [
		{
			name: "operation",
			part: [
				{ name: "type", valueCode: "replace" },
				{ name: "path", valueString: "Observation.value.value" },
				{ name: "value", valueDecimal },
			],
		},
	],
});

t.test("either kind of patch changes the row under a mapped resource, and leaves a version", async (t) => {
	const made = await therapist.post("/fhir/Observation", heartRate(70));
	const path = `/fhir/Observation/${made.body.id}`;
	const first = await therapist.patch(path, setValue(71), jsonPatch);
	t.equal(first.status, 200, first.text);
	t.equal(first.headers.get("etag"), 'W/"2"');
	t.equal(first.body.valueQuantity.value, 71);
	const row = `/api/vitals/${made.body.id.split("-")[1]}`;
	t.equal((await therapist.get(row)).body.heartRate, 71, "natively, too");
	const second = await therapist.patch(path, setValueByPath(72), { "content-type": "application/fhir+json" });
	t.equal(second.status, 200, second.text);
	t.equal((await therapist.get(row)).body.heartRate, 72);
	const history = await therapist.get(`${path}/_history`);
	t.same(
		history.body.entry.map(
			({ resource }: { resource: { valueQuantity: { value: number } } }) => resource.valueQuantity.value,
		),
		[72, 71, 70],
	);
});

t.test("a resource stored whole; Prefer; decimals as written", async (t) => {
	const made = await therapist.post("/fhir/Organization", organization("patched"));
	const path = `/fhir/Organization/${made.body.id}`;
	const minimal = await therapist.patch(path, [{ op: "add", path: "/active", value: true }], {
		...jsonPatch,
		prefer: "return=minimal",
	});
	t.same([minimal.status, minimal.text], [200, ""]);
	t.equal((await therapist.get(path)).body.active, true);
	const extended = await therapist.patch(
		path,
		'[{"op":"add","path":"/extension","value":[{"url":"http://x.example","valueDecimal":1.50}]}]',
		jsonPatch,
	);
	t.match(extended.text, /"valueDecimal":1\.50/);
});

t.test("If-Match, what is not there, what is deleted, what somebody else's", async (t) => {
	const made = await therapist.post("/fhir/Observation", heartRate(80));
	const path = `/fhir/Observation/${made.body.id}`;
	const stale = await therapist.patch(path, setValue(81), { ...jsonPatch, "if-match": 'W/"7"' });
	t.equal(stale.status, 412);
	t.equal((await therapist.patch(path, setValue(81), { ...jsonPatch, "if-match": 'W/"1"' })).status, 200);
	const hidden = await other.patch(path, setValue(82), jsonPatch);
	const none = await other.patch("/fhir/Observation/vs-999999-hr", setValue(82), jsonPatch);
	t.same([hidden.status, none.status], [404, 404]);
	t.equal((await therapist.patch("/fhir/Observation/vs-999999-hr", [], jsonPatch)).status, 404);
	t.equal((await therapist.delete(path)).status, 204);
	t.equal((await therapist.patch(path, setValue(83), jsonPatch)).status, 410);
	t.equal((await server.stranger.patch(path, setValue(83), jsonPatch)).status, 401);
});

t.test("what is wrong is said, with its place, and nothing changes", async (t) => {
	const made = await therapist.post("/fhir/Observation", heartRate(90));
	const path = `/fhir/Observation/${made.body.id}`;
	const expect = async (status: number, body: unknown, type: string, expression?: string) => {
		const answer = await therapist.patch(path, body, { "content-type": type });
		t.equal(answer.status, status, `${JSON.stringify(body)}: ${answer.text}`);
		t.equal(answer.body.resourceType, "OperationOutcome");
		if (expression !== undefined) t.same(answer.body.issue[0].expression, [expression]);
	};
	const [json, fhir] = ["application/json-patch+json", "application/fhir+json"];
	await expect(400, "[{", json);
	await expect(400, "", json);
	await expect(400, [{ op: "explode", path: "/status" }], json, "[0].op");
	await expect(422, [{ op: "test", path: "/status", value: "amended" }], json, "[0]");
	await expect(422, [{ op: "remove", path: "/status" }], json, "Observation.status");
	await expect(422, [{ op: "replace", path: "/status", value: "fine" }], json, "Observation.status");
	await expect(422, [{ op: "replace", path: "/id", value: "another" }], json, "Observation.id");
	await expect(422, [{ op: "replace", path: "/resourceType", value: "Patient" }], json, "Observation.resourceType");
	await expect(400, [{ op: "replace", path: "", value: 1 }], json);
	await expect(400, heartRate(91), fhir, "resourceType");
	await expect(400, setValueByPath(91).parameter[0], fhir);
	await expect(415, "<diff/>", "application/xml-patch+xml");
	await expect(415, "x", "text/plain");
	const now = await therapist.get(path);
	t.same([now.headers.get("etag"), now.body.valueQuantity.value], ['W/"1"', 90]);
});

t.test("conditional patch: one match, else 404 or 412", async (t) => {
	for (const name of ["twin", "twin", "single"]) await therapist.post("/fhir/Organization", organization(name));
	const patch = [{ op: "add", path: "/active", value: false }];
	const by = (value: string) => therapist.patch(`/fhir/Organization?identifier=urn:test|${value}`, patch, jsonPatch);
	t.equal((await by("single")).body.active, false);
	t.equal((await by("twin")).status, 412);
	t.equal((await by("nobody")).status, 404);
	t.equal((await therapist.patch("/fhir/Organization", patch, jsonPatch)).status, 400, "no condition");
	t.equal((await therapist.patch("/fhir/Organization?nonsense=1", patch, jsonPatch)).status, 400, "an unknown one");
});

t.test("in a transaction and a batch: as a Binary, or as Parameters; all or nothing", async (t) => {
	const made = await therapist.post("/fhir/Observation", heartRate(60));
	const data = Buffer.from(JSON.stringify(setValue(61))).toString("base64");
	const binary = { resourceType: "Binary", contentType: "application/json-patch+json", data };
	const request = { method: "PATCH", url: `Observation/${made.body.id}` };
	const send = (type: string, ...entry: object[]) => therapist.post("/fhir", { resourceType: "Bundle", type, entry });
	const value = async () => (await therapist.get(`/fhir/Observation/${made.body.id}`)).body.valueQuantity.value;
	const transaction = await send("transaction", { resource: binary, request });
	t.equal(transaction.body.entry[0].response.status, "200 OK", transaction.text);
	t.equal(await value(), 61);
	const batch = await send("batch", { resource: setValueByPath(62), request }, { resource: heartRate(1), request });
	t.same(
		batch.body.entry.map(({ response }: { response: { status: string } }) => response.status),
		["200 OK", "400 Bad Request"],
	);
	t.equal(await value(), 62);
	const failing = await send(
		"transaction",
		{ resource: setValueByPath(63), request },
		{ resource: binary, request: { method: "PATCH", url: "Observation/vs-999999-hr" } },
	);
	t.equal(failing.status, 404);
	t.same(failing.body.issue[0].expression, ["Bundle.entry[1]"]);
	t.equal(await value(), 62);
	const twice = await send("transaction", { resource: binary, request }, { resource: setValueByPath(64), request });
	t.equal(twice.status, 400, "no resource twice in one transaction");
});

t.test("twenty patches at once, on two servers: each is done to what the one before it left", async (t) => {
	const made = await therapist.post("/fhir/Organization", { ...organization("busy"), alias: ["first"] });
	const path = `/fhir/Organization/${made.body.id}`;
	const answers: Answer[] = await Promise.all(
		Array.from({ length: 20 }, (_, index) =>
			(index % 2 === 0 ? therapist : beside).patch(
				path,
				[{ op: "add", path: "/alias/-", value: `alias ${index}` }],
				jsonPatch,
			),
		),
	);
	t.same(new Set(answers.map(({ status }) => status)), new Set([200]));
	const { body } = await therapist.get(path);
	t.equal(body.alias.length, 21, "none is lost");
	t.equal(body.meta.versionId, "21");
});

t.test("a trial leaves nothing; /metadata says that it can be done", async (t) => {
	const made = await therapist.post("/fhir/Observation", heartRate(50));
	const path = `/fhir/Observation/${made.body.id}`;
	const tried = await therapist.patch(path, setValue(51), { ...jsonPatch, "x-dry-run": "true" });
	t.equal(tried.body.valueQuantity.value, 51);
	t.equal((await therapist.get(path)).body.valueQuantity.value, 50);
	const { body } = await server.stranger.get("/fhir/metadata");
	t.same(body.patchFormat, ["application/json-patch+json", "application/fhir+json"]);
	t.ok(body.rest[0].resource[0].interaction.some(({ code }: { code: string }) => code === "patch"));
});
