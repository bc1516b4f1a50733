import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { randomOf } from "../../src/seed/random.ts";
import { startTestServer } from "../support/server.ts";

// Many callers at once on few connections, while sessions are killed, statements time out, tables are locked and clients hang up: whoever is
// answered is answered as themselves, with everything of theirs and nothing of anybody else's.
// APART_REQUESTS=20000 TAP_TIMEOUT=900 node test/journeys/callers-apart.test.ts runs longer.

const requests = Number(process.env.APART_REQUESTS ?? 900);
const seed = Date.now() % 1_000_000;
const random = randomOf(`apart/${seed}`);
const server = await startTestServer(t, { poolSize: 2, statementTimeoutMilliseconds: 400 });
const { people } = server;
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

const names = ["patient", "patient2", "other"] as const;
const markOf = (name: string) => `Mark<${name}>`;
for (const name of names) {
	await owner.query(
		"insert into vitals_samples (user_id, recorded_at, heart_rate, notes) select $1, '2026-01-01'::timestamptz + n * interval '1 hour', 60, $2 from generate_series(1, 4) n",
		[people[name], markOf(name)],
	);
}
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
for (const name of names) {
	const resource = {
		resourceType: "Condition",
		subject: { reference: `Patient/${people.profiles[name]}` },
		code: { text: markOf(name) },
		identifier: [{ value: "one" }],
	};
	const made = await (name === "other" ? therapist2 : therapist).post("/fhir/Condition", resource);
	if (made.status !== 201) throw new Error(made.text);
}

interface Who {
	readonly name: string;
	readonly token: string;
	readonly sees: readonly string[];
}

const callers: Who[] = [
	...(await Promise.all(
		names.map(async (name) => ({ name, token: (await server.as(`${name}@test.example`)).token, sees: [name] })),
	)),
	{ name: "therapist", token: therapist.token, sees: ["patient", "patient2"] },
	{ name: "therapist2", token: therapist2.token, sees: ["other"] },
	{ name: "admin", token: (await server.as("admin@test.example")).token, sees: names },
];

/** What all of one's own is in, and nothing of anybody else's. */
const whole = [
	"/api/vitals?limit=500",
	"/fhir/Condition?identifier=one",
	"/fhir/Condition/_history",
	"/fhir/Condition?_total=accurate",
];
/** What only disturbs. */
const disturbing: readonly ((who: Who) => [method: string, path: string, body?: unknown])[] = [
	() => ["GET", "/fhir/Condition?code=x&_sort=nonsense"],
	() => ["GET", "/fhir/Observation?subject:Patient.name=x"],
	() => ["POST", "/fhir/Condition", { resourceType: "Condition" }],
	() => ["PUT", "/fhir/Basic/taken", { resourceType: "Basic", id: "taken", code: { text: "x" } }],
	({ name }) => ["POST", "/api/hydration-logs", { logDate: "2026-01-01", amountOz: 1, goalOz: 1, notes: markOf(name) }],
	() => ["DELETE", "/api/vitals/99999999"],
	() => [
		"POST",
		"/fhir",
		{ resourceType: "Bundle", type: "transaction", entry: [{ request: { method: "GET", url: "Condition" } }] },
	],
];

t.test(`${requests} requests of ${callers.length} callers on two connections, seed ${seed}`, async (t) => {
	const counts = { whole: 0, refused: 0, hungUp: 0 };
	const wrong: string[] = [];
	let left = requests;
	const client = async () => {
		while (left-- > 0) {
			const who = random.pick(callers);
			const isWhole = random.chance(0.7);
			const [method, path, body] = isWhole ? ["GET", random.pick(whole)] : random.pick(disturbing)(who);
			const patience = random.chance(0.15) ? AbortSignal.timeout(random.int(1, 12)) : AbortSignal.timeout(30_000);
			const answer = await ask(who, method as string, path as string, body, patience);
			if (answer === undefined) counts.hungUp++;
			else if (answer.status >= 500 && answer.status !== 503) wrong.push(`${who.name} ${path}: ${answer.text}`);
			else if (answer.status >= 400) counts.refused++;
			else if (isWhole) counts.whole++;
			if (answer !== undefined) judge(who, path as string, isWhole, answer);
		}
	};
	const judge = (who: Who, path: string, isWhole: boolean, { status, text }: { status: number; text: string }) => {
		for (const name of names) {
			const isTheirs = who.sees.includes(name);
			const isThere = text.includes(markOf(name));
			if (isThere && !isTheirs) wrong.push(`${who.name} sees ${name} at ${path}`);
			if (!isThere && isTheirs && isWhole && status === 200) wrong.push(`${who.name} does not see ${name} at ${path}`);
		}
	};
	const trouble = makeTrouble();
	await Promise.all(Array.from({ length: 30 }, client));
	trouble.stop();
	const { kills } = await trouble.ended;
	t.same(wrong.slice(0, 10), []);
	t.comment(`${JSON.stringify(counts)}, ${kills} sessions killed`);
	t.ok(counts.whole > requests / 10, "most are answered");
	t.ok(kills > 0);
	const faults = server.logged.filter((line) => line.includes('"level":50'));
	t.same(faults.slice(0, 2), [], "no fault in the log");
});

async function ask(who: Who, method: string, path: string, body: unknown, signal: AbortSignal) {
	const type = path.startsWith("/fhir") ? "application/fhir+json" : "application/json";
	const headers = { authorization: `Bearer ${who.token}`, ...(body === undefined ? {} : { "content-type": type }) };
	try {
		const response = await fetch(server.base + path, {
			method,
			headers,
			signal,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		return { status: response.status, text: await response.text() };
	} catch {
		return undefined;
	}
}

/** Sessions killed, cancelled and held up, one after the other. */
function makeTrouble(): { stop(): void; readonly ended: Promise<{ kills: number }> } {
	let stopped = false;
	const run = async () => {
		let kills = 0;
		while (!stopped) {
			await sleep(random.int(20, 200));
			const kind = random.next();
			const how = kind < 0.4 ? "pg_terminate_backend" : "pg_cancel_backend";
			if (kind < 0.8) {
				const { rowCount } = await owner.query(
					`select ${how}(pid) from pg_stat_activity where datname = current_database() and application_name = 'heart' order by random() limit 1`,
				);
				if (kind < 0.4) kills += rowCount ?? 0;
			} else {
				// Longer than a statement may take: what waits fails.
				await owner.query("begin; lock table fhir.resource in access exclusive mode");
				await sleep(random.int(50, 600));
				await owner.query("rollback");
			}
		}
		return { kills };
	};
	const stop = () => {
		stopped = true;
	};
	return { stop, ended: run() };
}
