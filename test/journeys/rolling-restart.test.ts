import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import t from "tap";
import { openDatabase } from "../../src/store/database.ts";
import { createPeople, testPassword } from "../support/people.ts";
import { testDatabase, testKey } from "../support/postgres.ts";
import { sessionAt } from "../support/server.ts";
import { freePort, type ServerProcess, startServerProcess } from "../support/server-process.ts";

// Two servers on one database behind a balancer that asks /health/ready, restarted one after the other while clients read and write over
// connections they keep: no request is lost, none is done twice.

const place = await testDatabase(t);
const people = await openDatabase({ url: place.serverUrl, poolSize: 1 });
const ids = await createPeople(people);
await people.close();

interface Member {
	readonly port: number;
	process: ServerProcess;
	ready: boolean;
}

async function start(port: number): Promise<ServerProcess> {
	const one = startServerProcess({
		DATABASE_URL: place.ownerUrl,
		TOKEN_ENCRYPTION_KEY: testKey.toString("base64"),
		PORT: String(port),
		BASE_URL: "http://heart.example",
		SHUTDOWN_NOTICE_SECONDS: "1",
	});
	t.teardown(() => one.kill());
	await one.ready();
	return one;
}

const members: Member[] = [];
for (let count = 0; count < 2; count++) {
	const port = await freePort();
	members.push({ port, process: await start(port), ready: true });
}

let balancing = true;
const balancer = (async () => {
	while (balancing) {
		for (const member of members) {
			const answer = await fetch(`http://127.0.0.1:${member.port}/health/ready`).catch(() => undefined);
			member.ready = answer?.ok === true;
		}
		await sleep(50);
	}
})();

const { token } = await (async () => {
	const first = sessionAt(`http://127.0.0.1:${members[0]?.port}`, "");
	return (await first.post("/api/auth/login", { email: "therapist@test.example", password: testPassword })).body;
})();

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
let turn = 0;

/** One request to whichever server is ready, over a connection that is kept; no second try. */
function ask(method: string, path: string, body?: object): Promise<number> {
	const ready = members.filter((member) => member.ready);
	const { port } = ready[turn++ % ready.length] as Member;
	const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
	return new Promise((resolve, reject) => {
		const sent = request({ agent, host: "127.0.0.1", port, method, path, headers }, (answer) => {
			answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
		});
		sent.once("error", reject);
		sent.end(body === undefined ? undefined : JSON.stringify(body));
	});
}

t.test("a rolling restart of two servers loses nothing", async (t) => {
	let going = true;
	const outcomes: Record<string, number> = {};
	const client = async (number: number) => {
		for (let count = 0; going; count++) {
			const writes = count % 2 === 0;
			const vitals = { userId: ids.patient, heartRate: 60 + number, recordedAt: new Date().toISOString() };
			const sent = writes ? ask("POST", "/api/vitals", vitals) : ask("GET", `/fhir/Patient/${ids.profiles.patient}`);
			const outcome = await sent.then(
				(status) => `${writes ? "write" : "read"} ${status}`,
				(error: Error) => error.message,
			);
			outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
		}
	};
	const clients = [1, 2, 3, 4].map(client);
	for (const member of members) {
		await sleep(200);
		member.process.child.kill("SIGTERM");
		t.equal(await member.process.ended, 0, "it ends in order");
		member.process = await start(member.port);
		for (let tries = 0; !member.ready && tries < 200; tries++) await sleep(20);
		t.ok(member.ready, "and is back");
	}
	going = false;
	await Promise.all(clients);
	t.comment(JSON.stringify(outcomes));
	t.same(Object.keys(outcomes).sort(), ["read 200", "write 201"], "every request was answered");
	const stored = await sessionAt(`http://127.0.0.1:${members[0]?.port}`, token).get(
		`/fhir/Observation?patient=${ids.profiles.patient}&_total=accurate&_count=0`,
	);
	t.equal(stored.body.total, outcomes["write 201"], "each write is there once");
});

t.test(
	"what is under way at SIGTERM is finished, with the connection closed after it; idle connections do not hold it up",
	async (t) => {
		const [member] = members as [Member, ...Member[]];
		balancing = false;
		await balancer;
		const idle = await fetch(`http://127.0.0.1:${member.port}/health/live`);
		t.equal(idle.headers.get("connection"), "keep-alive");
		const entry = Array.from({ length: 300 }, (_, index) => ({
			resource: { resourceType: "Organization", name: `Clinic ${index}` },
			request: { method: "POST", url: "Organization" },
		}));
		const bundle = JSON.stringify({ resourceType: "Bundle", type: "transaction", entry });
		const headers = { authorization: `Bearer ${token}`, "content-type": "application/fhir+json" };
		const answered = new Promise<{ status: number | undefined; connection: string | undefined }>((resolve, reject) => {
			const sent = request(
				{ host: "127.0.0.1", port: member.port, path: "/fhir", method: "POST", headers },
				(answer) => {
					answer
						.resume()
						.once("end", () => resolve({ status: answer.statusCode, connection: answer.headers.connection }));
				},
			);
			sent.once("error", reject);
			// Half of the body before the signal, the rest while the server drains.
			sent.write(bundle.slice(0, 1000), () => {
				setTimeout(() => member.process.child.kill("SIGTERM"), 50);
				setTimeout(() => sent.end(bundle.slice(1000)), 400);
			});
		});
		await sleep(250);
		const ready = await fetch(`http://127.0.0.1:${member.port}/health/ready`);
		t.equal(ready.status, 503);
		t.same(await ready.json(), { status: "stopping" });
		t.equal(ready.headers.get("connection"), "close");
		t.same(await answered, { status: 200, connection: "close" });
		t.equal(await member.process.ended, 0);
	},
);
