import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import pg from "pg";
import t from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import { entities } from "../../src/tables/all.ts";
import { tableName } from "../../src/tables/columns.ts";
import { hostileRequest, type Request } from "../support/hostile-requests.ts";
import { startTestServer } from "../support/server.ts";

// Whatever a client sends: an answer below 500 in time, no word of the inside, and nothing stored by what was refused.
// HOSTILE_RUNS=100000 HOSTILE_SEED=1 node test/journeys/hostile-input.test.ts runs longer.

const runs = Number(process.env.HOSTILE_RUNS ?? 700);
const seed = Number(process.env.HOSTILE_SEED ?? Date.now() % 1_000_000);
const server = await startTestServer(t, { bodyLimit: 300_000 });
const { token } = await server.as("therapist@test.example");
const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 1 });
t.teardown(() => owner.end());

const tables = [
	...entities.map((entity) => `public.${tableName(entity)}`),
	"fhir.resource",
	"fhir.resource_history",
	"fhir.row_history",
];
const counting = `select ${tables.map((table) => `(select count(*) from ${table})`).join(" + ")} n`;
const stored = async () => Number((await owner.query<{ n: string }>(counting)).rows[0]?.n);

const inside = /\bat .*\.ts:\d+|node_modules|\bselect \S+ from\b|PostgresError|ECONN[RA]|undefined is not|Cannot read/;

t.test(`${runs} hostile requests, seed ${seed}`, async (t) => {
	const answers = new Map<number, number>();
	let before = await stored();
	await fc.assert(
		fc.asyncProperty(
			hostileRequest(
				collections.map(({ path }) => path),
				server.people,
			),
			async (request) => {
				const { status, text } = await send(request);
				answers.set(status, (answers.get(status) ?? 0) + 1);
				if (status >= 500) throw new Error(`${status} ${text.slice(0, 500)}`);
				if (status >= 400 && inside.test(text)) throw new Error(`tells of the inside: ${text.slice(0, 500)}`);
				const after = await stored();
				if (status >= 400 && after !== before) throw new Error(`${status}, but ${after - before} rows more`);
				before = after;
			},
		),
		{ numRuns: runs, seed },
	);
	t.comment(JSON.stringify(Object.fromEntries([...answers].sort(([a], [b]) => a - b))));
	t.ok((answers.get(200) ?? 0) + (answers.get(201) ?? 0) > 0, "some of it is taken");
	t.ok((answers.get(400) ?? 0) > 0);
	const faults = server.logged.filter((line) => line.includes('"level":50'));
	t.same(faults.slice(0, 3), [], "no fault in the log");
});

t.test("bodies that are too large, cut off, slow or not what they say", async (t) => {
	const path = "/fhir/Patient";
	const json = "application/fhir+json";
	const large = JSON.stringify({ resourceType: "Patient", name: [{ text: "x".repeat(400_000) }] });
	t.equal((await send({ method: "POST", path, headers: { "content-type": json }, body: large })).status, 413);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": "application/fhir+xml" }, body: "<Patient/>" }))
			.status,
		415,
	);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": `${json}; charset=utf-16` }, body: "{}" })).status,
		415,
	);
	t.equal(
		(await send({ method: "POST", path, headers: { "content-type": json, "content-encoding": "br" }, body: "{}" }))
			.status,
		415,
	);
	const before = await stored();
	await cutOff("POST /fhir/Patient", 5000, '{"resourceType":"Patient","active":');
	await cutOff("POST /fhir", 100, '{"resourceType":"Bundle","type":"transaction","entry":[');
	await cutOff("POST /api/vitals", 100, '{"heartRate":');
	t.equal(await stored(), before);
	t.equal((await send({ method: "GET", path: "/health/ready", headers: {} })).status, 200);
});

t.test("deep nesting ends in an answer", async (t) => {
	for (const depth of [150, 2000, 9000]) {
		const body = `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(depth)}[]${"}]".repeat(depth)}}`;
		const { status } = await send({
			method: "POST",
			path: "/fhir/Patient",
			headers: { "content-type": "application/fhir+json" },
			body,
		});
		t.equal(status, 400, `${depth} levels`);
	}
});

async function send({ method, path, headers, body }: Request): Promise<{ status: number; text: string }> {
	const response = await fetch(server.base + path, {
		method,
		headers: { authorization: `Bearer ${token}`, ...headers },
		redirect: "manual",
		signal: AbortSignal.timeout(10_000),
		...(body === undefined || method === "GET" || method === "HEAD" ? {} : { body }),
	});
	return { status: response.status, text: await response.text() };
}

/** Announces a body, sends its beginning, and hangs up. */
async function cutOff(line: string, announced: number, beginning: string): Promise<void> {
	const { hostname, port } = new URL(server.base);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => undefined);
	socket.write(
		`${line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${announced}\r\n\r\n${beginning}`,
	);
	await sleep(100);
	socket.destroy();
	await sleep(100);
}
