import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { startTestServer } from "../support/server.ts";

// Images and documents within resources: long base64 is never a string in the server (fhir/put-aside.ts), and nobody can tell.

const server = await startTestServer(t, { bodyMemory: 4_000_000 });
const therapist = await server.as("therapist@test.example");
const json = { "content-type": "application/fhir+json" };
/** 1.6 MB in base64, different each time. */
const image = () => randomBytes(1_200_000).toString("base64");
const binary = (data: string) => `{"resourceType":"Binary","contentType":"image/png","data":"${data}"}`;

t.test("a Binary: made, shown, changed, with its past, as if, and answered again", async (t) => {
	const [one, two] = [image(), image()];
	const made = await therapist.post("/fhir/Binary", binary(one), json);
	t.equal(made.status, 201);
	t.equal(made.body.data, one);
	t.equal(made.headers.get("content-length"), String(made.text.length));
	const path = `/fhir/Binary/${made.body.id}`;
	t.equal((await therapist.get(path)).text, made.text);
	const changed = await therapist.put(path, JSON.stringify({ ...made.body, data: two }), {
		...json,
		prefer: "return=minimal",
	});
	t.equal(changed.status, 200);
	t.equal(changed.text, "");
	t.equal((await therapist.get(path)).body.data, two);
	t.equal((await therapist.get(`${path}/_history/1`)).body.data, one);
	const asIf = await therapist.put(`${path}?_pretty=true`, JSON.stringify({ ...made.body, data: one }), {
		...json,
		"x-dry-run": "true",
	});
	t.equal(asIf.body.data, one);
	t.match(asIf.text, /^\{\n {2}"resourceType"/);
	t.equal((await therapist.get(path)).body.data, two);
	const again = { ...json, "idempotency-key": "a large one" };
	const first = await therapist.post("/fhir/Binary", binary(one), again);
	const repeated = await therapist.post("/fhir/Binary", binary(one), again);
	t.equal(repeated.headers.get("idempotent-replayed"), "true");
	t.equal(repeated.text, first.text);
	t.equal((await therapist.post("/fhir/Binary", binary(two), again)).status, 422);
});

t.test("a Bundle with a document, a patient's photo, and a patch in a Binary", async (t) => {
	const [photo, scan] = [image(), image()];
	const patch = [{ op: "add", path: "/description", value: "ä".repeat(900_000) }];
	const transaction = {
		resourceType: "Bundle",
		type: "transaction",
		entry: [
			{
				fullUrl: "urn:uuid:00000000-0000-4000-8000-000000000001",
				resource: {
					resourceType: "Patient",
					name: [{ family: "Größe" }],
					photo: [{ contentType: "image/png", data: photo }],
				},
				request: { method: "POST", url: "Patient" },
			},
			{
				resource: {
					resourceType: "DocumentReference",
					id: "scan",
					status: "current",
					subject: { reference: "urn:uuid:00000000-0000-4000-8000-000000000001" },
					content: [{ attachment: { contentType: "image/png", data: scan } }],
				},
				request: { method: "PUT", url: "DocumentReference/scan" },
			},
		],
	};
	const done = await therapist.post("/fhir", transaction, { ...json, prefer: "return=representation" });
	t.equal(done.status, 200, done.text.slice(0, 500));
	t.equal(done.body.entry[0].resource.photo[0].data, photo);
	t.equal(done.body.entry[1].resource.content[0].attachment.data, scan);
	const patient = await therapist.get(`/fhir/Patient/${done.body.entry[0].resource.id}`);
	t.equal(patient.body.photo[0].data, photo);
	const patched = await therapist.post("/fhir", {
		resourceType: "Bundle",
		type: "batch",
		entry: [
			{
				resource: {
					resourceType: "Binary",
					contentType: "application/json-patch+json",
					data: Buffer.from(JSON.stringify(patch)).toString("base64"),
				},
				request: { method: "PATCH", url: "DocumentReference/scan" },
			},
		],
	});
	t.match(patched.body.entry[0].response.status, /^200/);
	const now = await therapist.get("/fhir/DocumentReference/scan");
	t.equal(now.body.description, patch[0]?.value);
	t.equal(now.body.content[0].attachment.data, scan);
});

t.test("what is wrong is said as ever, and nothing is stored", async (t) => {
	const refused = await therapist.post("/fhir/Binary", binary(`${image()}=`), json);
	t.match(refused, { status: 400, body: { issue: [{ expression: ["Binary.data"] }] } });
	t.equal((await therapist.post("/fhir/Binary", binary(image()).slice(0, -1), json)).status, 400);
	const noContentType = await therapist.post("/fhir/Binary", `{"resourceType":"Binary","data":"${image()}"}`, json);
	t.match(noContentType, { status: 400, body: { issue: [{ expression: ["Binary.contentType"] }] } });
	t.ok(noContentType.text.length < 2000);
});

t.test("more at once than there is memory for: one after the other, all of them whole", async (t) => {
	const bodies = Array.from({ length: 8 }, image);
	const answers = await Promise.all(bodies.map((data) => therapist.post("/fhir/Binary", binary(data), json)));
	t.same(
		answers.map(({ status, body }, at) => [status, body.data === bodies[at]]),
		bodies.map(() => [201, true]),
	);
	const metrics = await server.stranger.get("/metrics");
	t.match(metrics.text, 'heart_large_bodies{what="bytes"} 0');
});

t.test("whoever hangs up in the middle or at the end leaves whole resources and no memory taken", async (t) => {
	const count = async () => (await therapist.get("/fhir/Binary?_summary=count")).body.total as number;
	const before = await count();
	const text = binary(image());
	const head = `POST /fhir/Binary HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${therapist.token}\r\ncontent-type: application/fhir+json\r\ncontent-length: ${text.length}\r\n\r\n`;
	for (const sent of [100_000, 1_500_000, text.length]) {
		const socket = connect(Number(new URL(server.base).port), "127.0.0.1");
		socket.on("error", () => undefined);
		await new Promise<void>((resolve) => socket.write(head + text.slice(0, sent), () => resolve()));
		await sleep(20);
		socket.destroy();
	}
	const isFree = async () =>
		(await server.stranger.get("/metrics")).text.includes('heart_large_bodies{what="bytes"} 0');
	for (let tries = 0; tries < 500 && !(await isFree()); tries++) await sleep(20);
	t.ok(await isFree());
	const bundle = await therapist.get("/fhir/Binary?_count=100");
	for (const { resource } of bundle.body.entry) t.ok(resource.data.length >= 1_600_000);
	t.ok((await count()) - before <= 1);
});
