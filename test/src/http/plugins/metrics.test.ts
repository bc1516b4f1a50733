import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import t from "tap";
import { serverCaller } from "../../../../src/access/caller.ts";
import { startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);
const therapist = await server.as("therapist@test.example");

/** Values by name with labels, as Prometheus reads them. */
async function scrape(): Promise<Map<string, number>> {
	const { status, text, headers } = await server.stranger.get("/metrics");
	t.equal(status, 200);
	t.match(headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
	const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
	return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

const counted = (method: string, route: string, status: number) =>
	`heart_http_requests_total{method="${method}",route="${route}",status="${status}"}`;

t.test("requests are counted by route and status, and timed", async (t) => {
	const { patient, other } = server.people.profiles;
	await therapist.get(`/fhir/Patient/${patient}`);
	await therapist.get(`/fhir/Patient/${patient}`);
	await therapist.get(`/fhir/Patient/${other}`);
	await therapist.get("/no/such/place?name=Paula");
	const metrics = await scrape();
	t.equal(metrics.get(counted("GET", "/fhir/:type/:id", 200)), 2);
	t.equal(metrics.get(counted("GET", "/fhir/:type/:id", 404)), 1);
	t.equal(metrics.get(counted("GET", "none", 404)), 1);
	t.equal(metrics.get('heart_http_request_duration_seconds_count{method="GET",route="/fhir/:type/:id"}'), 3);
	t.equal(metrics.get('heart_http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/fhir/:type/:id"}'), 3);
	t.equal(metrics.get("heart_http_requests_under_way"), 1, "the scrape itself");
	t.ok((metrics.get("process_resident_memory_bytes") ?? 0) > 0);
});

t.test("a client that hangs up is not under way for ever", async (t) => {
	const { port } = new URL(server.base);
	const socket = connect(Number(port), "127.0.0.1");
	socket.write(
		`POST /fhir HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${therapist.token}\r\ncontent-type: application/fhir+json\r\ncontent-length: 1000\r\n\r\n{`,
	);
	await until(async () => (await scrape()).get("heart_http_requests_under_way") === 2);
	socket.destroy();
	await until(async () => (await scrape()).get("heart_http_requests_under_way") === 1);
	t.pass("the count went up, and down again");
});

t.test("connections, who waits for one, and transactions tried again", async (t) => {
	const held = Promise.withResolvers<void>();
	const writes = Array.from({ length: 10 }, () => server.database.write(serverCaller, () => held.promise));
	const connections = (metrics: Map<string, number>, kind: string, state: string) =>
		metrics.get(`heart_database_connections{kind="${kind}",state="${state}"}`);
	await sleep(100);
	const { connections: now } = server.database.load();
	t.same(now.write, { open: 8, busy: 8, waiting: 2 });
	held.resolve();
	await Promise.all(writes);
	let failures = 2;
	await server.database.write(serverCaller, (tx) =>
		failures-- > 0
			? tx.query(sql`do $$ begin raise exception using errcode = '40001'; end $$`)
			: tx.query(sql`select 1`),
	);
	const metrics = await scrape();
	t.equal(connections(metrics, "write", "busy"), 0);
	t.ok((connections(metrics, "read", "open") ?? 0) > 0);
	t.equal(metrics.get("heart_database_retries"), 2);
	t.equal(metrics.get("heart_database_up"), 1);
});

t.test("where no write gets a connection, the server is not ready, and says so in time", async (t) => {
	const held = Promise.withResolvers<void>();
	const writes = Array.from({ length: 8 }, () => server.database.write(serverCaller, () => held.promise));
	const since = Date.now();
	const answer = await server.stranger.get("/health/ready");
	t.equal(answer.status, 503);
	t.ok(Date.now() - since < 10_000);
	t.equal((await server.stranger.get("/health/live")).status, 200);
	held.resolve();
	await Promise.all(writes);
	t.equal((await server.stranger.get("/health/ready")).status, 200);
});

t.test("nothing of a person is in the figures", async (t) => {
	await server.stranger.post("/api/auth/login", { email: "patient@test.example", password: "wrong" });
	await therapist.get("/fhir/Patient?name=Paula");
	const { text } = await server.stranger.get("/metrics");
	t.notMatch(text, /paula|patient@|test\.example|@/i);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; tries < 300; tries++) {
		if (await holds()) return;
		await sleep(20);
	}
	throw new Error("it did not come about");
}
