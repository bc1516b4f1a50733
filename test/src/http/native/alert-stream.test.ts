import { setTimeout as sleep } from "node:timers/promises";
import { EventSource } from "eventsource";
import pg from "pg";
import t from "tap";
import { type Session, startTestServer } from "../../../support/server.ts";

const server = await startTestServer(t);
const beside = await server.beside();
const { people } = server;
const therapist = await server.as("therapist@test.example");
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

interface Heard {
	readonly what: string;
	readonly alert: { id: number; title: string; userId: number; isResolved: boolean };
	readonly id: string;
}

/** A client nobody here wrote; it comes back by itself with Last-Event-ID. */
async function listen(session: Session, base = server.base) {
	const heard: Heard[] = [];
	let opened = 0;
	let resets = 0;
	let failed = 0;
	const source = new EventSource(`${base}/api/alerts/stream`, {
		fetch: (input, init) =>
			fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${session.token}` } }),
	});
	source.addEventListener("alert", ({ data, lastEventId }) => heard.push({ ...JSON.parse(data), id: lastEventId }));
	source.addEventListener("ready", () => opened++);
	source.addEventListener("reset", () => resets++);
	source.addEventListener("error", () => failed++);
	t.teardown(() => source.close());
	await until(() => opened > 0);
	return { heard, source, opened: () => opened, resets: () => resets, failed: () => failed };
}

async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(10);
}

const measure = (userId: number, values: object, session = therapist) =>
	session.post("/api/vitals", { userId, recordedAt: new Date().toISOString(), ...values });
const read = (session: Session, lastEventId?: string) =>
	fetch(`${server.base}/api/alerts/stream`, {
		headers: {
			authorization: `Bearer ${session.token}`,
			...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
		},
	});

t.test("each sees what they may, at once, from whichever server; nobody sees more", async (t) => {
	const [one, two, patient, other] = await Promise.all([
		listen(therapist),
		listen(therapist, beside),
		listen(await server.as("patient@test.example"), beside),
		listen(await server.as("therapist2@test.example")),
	]);
	await measure(people.patient, { heartRate: 140 });
	await measure(people.patient2, { heartRate: 140 });
	await measure(people.patient, { heartRate: 80 });
	await until(() => one.heard.length === 3 && two.heard.length === 3 && patient.heard.length === 2);
	const told = ({ heard }: { heard: Heard[] }) =>
		heard.map(({ what, alert }) => [what, alert.userId, alert.isResolved]);
	t.same(told(one).slice(1), [
		["raised", people.patient2, false],
		["resolved", people.patient, true],
	]);
	t.same(told(one)[0]?.slice(0, 2), ["raised", people.patient]);
	t.same(
		one.heard.map(({ id }) => id),
		two.heard.map(({ id }) => id),
	);
	t.same(
		told(patient).map(([what]) => what),
		["raised", "resolved"],
	);
	t.same(other.heard, []);
	await measure(people.other, { temperature: 103 }, await server.as("therapist2@test.example"));
	await until(() => other.heard.length === 1);
	t.equal(one.heard.length, 3);
	t.notOk("version" in (one.heard[0]?.alert ?? {}));
	for (const { source } of [one, two, patient, other]) source.close();
});

t.test(
	"nothing is lost between two connections, nor comes twice, though transactions end in another order than they began",
	async (t) => {
		const first = await listen(therapist);
		const slow = new pg.Client({ connectionString: server.ownerUrl });
		await slow.connect();
		const raise = (title: string, client: pg.Client = owner) =>
			client.query("insert into alerts (user_id, type, title) values ($1, 'vital', $2)", [people.patient, title]);
		await slow.query("begin");
		await raise("began first", slow);
		await raise("ended first");
		await sleep(300);
		t.same(first.heard, [], "what could be overtaken waits");
		const { source } = first;
		const place = (await (async () => {
			await slow.query("commit");
			await until(() => first.heard.length === 2);
			return first.heard;
		})()) as Heard[];
		t.same(
			place.map(({ alert }) => alert.title),
			["began first", "ended first"],
		);
		source.close();
		await raise("while away");
		const answer = await read(therapist, place[0]?.id);
		const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
		let text = "";
		while (!text.includes("while away")) text += (await reader?.read())?.value ?? "";
		await reader?.cancel();
		t.same(
			[...text.matchAll(/"title":"([^"]*)"/g)].map(([, title]) => title),
			["ended first", "while away"],
		);
		await slow.end();
	},
);

t.test("many at once arrive whole, on both servers", async (t) => {
	const [one, two] = await Promise.all([listen(therapist), listen(therapist, beside)]);
	await owner.query(
		"insert into alerts (user_id, type, title) select $1, 'vital', 'many ' || n from generate_series(1, 250) n",
		[people.patient],
	);
	await until(() => one.heard.length === 250 && two.heard.length === 250);
	t.same(
		one.heard.map(({ alert }) => alert.title),
		two.heard.map(({ alert }) => alert.title),
	);
	t.equal(new Set(one.heard.map(({ id }) => id)).size, 250);
	one.source.close();
	two.source.close();
});

t.test("it ends with the token, at once", async (t) => {
	const session = await server.as("patient@test.example");
	const answer = await read(session);
	const reader = answer.body?.getReader();
	t.equal((await reader?.read())?.done, false);
	await session.post("/api/auth/logout");
	for (;;) if ((await reader?.read())?.done !== false) break;
	t.equal((await read(session)).status, 401);
	t.equal((await fetch(`${server.base}/api/alerts/stream`)).status, 401);
});

t.test("a place nobody gave is refused; one that is forgotten is told so", async (t) => {
	t.equal((await read(therapist, "nonsense")).status, 400);
	t.equal((await read(therapist, "1-99999999999999999999999")).status, 400);
	for (const place of ["1-1", "9000000000000000000-1"]) {
		const answer = await read(therapist, place);
		t.equal(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
		const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
		let text = "";
		while (!text.includes("event: reset")) text += (await reader?.read())?.value ?? "";
		await reader?.cancel();
		t.match(text, /event: ready[\s\S]*event: reset/);
	}
});

t.test("a person has so many, and no more", async (t) => {
	const session = await server.as("patient2@test.example");
	const open = await Promise.all(Array.from({ length: 9 }, () => read(session)));
	const refused = open.filter(({ status }) => status === 503);
	t.equal(refused.length, 3);
	t.ok(refused[0]?.headers.get("retry-after"));
	await Promise.all(open.map(({ body }) => body?.cancel()));
	for (let status = 503; status === 503; await sleep(20)) {
		const again = await read(session);
		status = again.status;
		await again.body?.cancel();
	}
});

t.test("what was told is in the access log; a server that stops ends its streams", async (t) => {
	const { rows } = await owner.query(
		"select count(*)::int n from audit.access_log where target = 'alerts/stream' and returned <> '{}'",
	);
	t.ok(rows[0].n > 0);
	const answer = await read(therapist);
	const reader = answer.body?.getReader();
	await reader?.read();
	const closing = server.close();
	for (;;) if ((await reader?.read())?.done !== false) break;
	await closing;
});
