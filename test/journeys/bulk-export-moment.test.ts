import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { serverUrl } from "../../src/store/server-login.ts";
import { ended, exported, kickedOff, type Line, linesOf, pathOf } from "../support/exports.ts";
import { testKey } from "../support/postgres.ts";
import { startTestServer } from "../support/server.ts";

// `transactionTime`: everything up to it, nothing after it, whatever is under way as an export begins.

const server = await startTestServer(t);
const { people } = server;
const admin = await server.as("admin@test.example");
const login = serverUrl(server.ownerUrl, testKey);

async function client(url: string, ...statements: string[]): Promise<pg.Client> {
	const connected = new pg.Client({ connectionString: url });
	await connected.connect();
	for (const statement of statements) await connected.query(statement);
	return connected;
}

const condition = (text: string) => ({
	resourceType: "Condition",
	subject: { reference: `Patient/${people.profiles.patient}` },
	code: { text },
});
const create = async (text: string) => (await admin.post("/fhir/Condition", condition(text))).body as Line;
const vital = `insert into vitals_samples (user_id, recorded_at, heart_rate) values (${people.patient}, '2026-11-01T10:00Z', 77) returning id`;

t.test("what was under way is waited for; what came after is shown as it was before", async (t) => {
	const [changed, deleted] = [await create("before"), await create("to go")];
	const slow = await client(server.ownerUrl, "begin");
	const { rows } = await slow.query(vital);
	const status = await kickedOff(admin, "/fhir/$export?_type=Observation,Condition");
	// Until it waits; were it late, the times would tell, which are looked at below.
	await sleep(700);
	const created = await create("after");
	await admin.put(`/fhir/Condition/${changed.id}`, { ...condition("changed"), id: changed.id });
	const again = (await admin.get(`/fhir/Condition/${changed.id}`)).body as Line;
	await admin.delete(`/fhir/Condition/${deleted.id}`);
	const gone = (await admin.get(`/fhir/Condition/${deleted.id}/_history`)).body.entry[0].response
		.lastModified as string;
	t.equal((await admin.get(status)).status, 202, "it waits");
	await slow.query("commit");
	await slow.end();
	const { status: end, body } = await ended(admin, status);
	t.equal(end, 200);
	const moment = body.transactionTime as string;
	for (const after of [created.meta.lastUpdated, again.meta.lastUpdated, gone])
		t.ok(after > moment, `${after} > ${moment}`);
	const lines = new Map<string, Line>();
	for (const { url } of body.output)
		for (const line of await linesOf(admin, pathOf(url))) lines.set(`${line.resourceType}/${line.id}`, line);
	t.ok(lines.has(`Observation/vs-${rows[0].id}-hr`), "the slow one");
	t.equal(lines.get(`Condition/${changed.id}`)?.code.text, "before");
	t.equal(lines.get(`Condition/${deleted.id}`)?.code.text, "to go");
	t.notOk(lines.has(`Condition/${created.id}`));
	for (const line of lines.values()) t.ok(line.meta.lastUpdated <= moment);

	const next = await exported(admin, `/fhir/$export?_type=Observation,Condition&_since=${moment}`);
	t.same(
		next.output
			.get("Condition")
			?.map(({ id }) => id)
			.sort(),
		[created.id, changed.id].sort(),
	);
	t.notOk(next.output.has("Observation"));
	const [file] = next.answer.body.deleted;
	const [bundle] = await linesOf(admin, pathOf(file.url));
	t.same(bundle?.entry, [{ request: { method: "DELETE", url: `Condition/${deleted.id}` } }]);
	await admin.delete(status);
	await admin.delete(next.status);
});

t.test(
	"who of this server may still write is waited for, who only reads elsewhere or holds an export's snapshot is not",
	async (t) => {
		const backup = await client(server.ownerUrl, "begin isolation level repeatable read", "select 1");
		const another = await client(
			login,
			"begin",
			"set local role heart_system",
			"select pg_advisory_xact_lock_shared(4022, 0)",
		);
		const done = await exported(admin, "/fhir/$export?_type=Patient");
		t.equal(done.output.get("Patient")?.length, 3);
		await Promise.all([backup.end(), another.end()]);
		const begun = await client(login, "begin", "select 1");
		const status = await kickedOff(admin, "/fhir/$export?_type=Patient");
		await sleep(500);
		t.equal((await admin.get(status)).status, 202);
		await begun.query("commit");
		await begun.end();
		t.equal((await ended(admin, status)).status, 200);
	},
);

t.test("while others write without end, following two exports misses nothing", async (t) => {
	let going = true;
	let written = 0;
	const writers = Array.from({ length: 4 }, async () => {
		while (going) {
			const { id } = await create(`n${written++}`);
			if (written % 3 === 0) await admin.put(`/fhir/Condition/${id}`, { ...condition("changed"), id });
			if (written % 5 === 0) await admin.delete(`/fhir/Condition/${id}`);
		}
	});
	const kept = new Map<string, string>();
	let since = "";
	for (let round = 0; round < 6; round++) {
		if (round === 5) {
			going = false;
			await Promise.all(writers);
		}
		const done = await exported(admin, `/fhir/$export?_type=Condition${since === "" ? "" : `&_since=${since}`}`);
		const { transactionTime, deleted } = done.answer.body;
		for (const { id, meta } of done.output.get("Condition") ?? []) {
			t.ok(meta.lastUpdated <= transactionTime);
			kept.set(id, meta.versionId);
		}
		for (const { url } of deleted) {
			for (const { entry } of await linesOf(admin, pathOf(url)))
				for (const { request } of entry) kept.delete(request.url.split("/")[1]);
		}
		since = transactionTime;
		await admin.delete(done.status);
	}
	const all = new Map<string, string>();
	for (let next: string | undefined = "/fhir/Condition?_count=1000"; next !== undefined; ) {
		const { body }: { body: Line } = await admin.get(next);
		for (const { resource } of body.entry ?? []) all.set(resource.id, resource.meta.versionId);
		next = body.link.find((one: { relation: string }) => one.relation === "next")?.url;
		if (next !== undefined) next = pathOf(next);
	}
	t.ok(written > 20, `${written} written`);
	t.same([...kept].sort(), [...all].sort());
});
