import { sql } from "kysely";
import t from "tap";
import { callerOfApp } from "../../../src/access/caller.ts";
import { parseScopes } from "../../../src/access/scopes.ts";
import type { Transaction } from "../../../src/store/database.ts";
import { maySeePeople, readPiece } from "../../../src/store/exports/export-files.ts";
import { usersOfPatients } from "../../../src/store/exports/members.ts";
import { type Period, vanished } from "../../../src/store/exports/vanished.ts";
import { asCaller, openClinic } from "../../support/clinic.ts";

// Pieces of exports under row-level security, and the plans of what exports ask.

const clinic = await openClinic(t);
const { db, owner, therapist, therapist2, patient, system } = clinic;
const app = callerOfApp(
	{ id: 1, role: "therapist" },
	{ clientId: "app", grant: "g", scopes: parseScopes("patient/*.rs"), patientId: 1, fhirUser: undefined },
);
await owner(`insert into fhir.export (id, actor, user_id, token_hash, token_expires_at, request, address, state, expires_at)
	select 'e' || n, 'user:' || n % 4, n % 4, '', now(), '{}', '', 'complete', now() + interval '1 hour' from generate_series(0, 199) n`);
await owner(`insert into fhir.export_file (export_id, attempt, number, kind, type, resources, bytes, stored_bytes, crc)
	select 'e' || n, 1, 1, 'output', 'Patient', 1, 1, 1, 1 from generate_series(0, 199) n`);
await owner(`insert into fhir.export_piece (export_id, attempt, file, number, user_id, people, body)
	select 'e' || n, 1, 1, piece, n % 4, '{3}', 'x' from generate_series(0, 199) n, generate_series(0, 99) piece`);
await owner(`insert into vitals_samples (user_id, recorded_at, heart_rate)
	select 3 + n % 3, timestamptz '2025-01-01' + n * interval '1 minute', 60 from generate_series(1, 20000) n`);
await owner("delete from vitals_samples where id % 20 = 0");
await owner(`insert into fhir.resource (type, id, user_id, created_by, deleted, last_updated)
	select 'Observation', 'whole-' || n, 3 + n % 3, 1, n % 50 = 0, now() - n * interval '1 minute' from generate_series(1, 20000) n`);
await owner(`insert into fhir.row_history (table_name, row_id, version, op, at, user_id, image)
	select 'vitals_samples', 1000000 + n, 1, 'U', now() - n * interval '1 minute', 3 + n % 3, '{}' from generate_series(1, 20000) n`);
await owner("analyze");

const forbidden = /^not allowed$/;

t.test("a piece is read by whom its export is of, and by nobody else", async (t) => {
	const read = (caller: typeof therapist, id: string) => db.read(caller, (tx) => readPiece(tx, id, 1, 1, 5));
	t.ok(await read(therapist, "e1"));
	t.ok(await read(app, "e1"), "their app: whose it is of the two is asked before");
	t.ok(await read(patient, "e3"));
	t.ok(await read(system, "e0"), "a client without a person");
	for (const [caller, id] of [
		[therapist, "e2"],
		[therapist, "e3"],
		[therapist2, "e1"],
		[patient, "e1"],
		[patient, "e0"],
		[system, "e1"],
		[app, "e3"],
	] as const)
		t.equal(await read(caller, id), undefined, `${caller.actor} ${id}`);
});

t.test("nobody but the server itself writes, and it changes no piece", async (t) => {
	for (const caller of [patient, therapist, app]) {
		for (const statement of [
			"insert into fhir.export_piece select 'e1', 1, 1, 1000, user_id, people, body from fhir.export_piece limit 1",
			"delete from fhir.export_piece",
			"select from fhir.export",
			"select from fhir.export_file",
			"update fhir.export set user_id = 3",
		])
			await t.rejects(asCaller(clinic, caller, statement), forbidden, `${caller.role}: ${statement}`);
	}
	for (const statement of ["update fhir.export_piece set user_id = 1", "delete from fhir.export_piece"])
		await t.rejects(asCaller(clinic, system, statement), forbidden, statement);
	t.ok(await asCaller(clinic, system, "delete from fhir.export where id = 'e199'"));
	t.equal(
		(await owner("select from fhir.export_piece where export_id = 'e199'")).length,
		0,
		"they go with their export",
	);
});

t.test("who may see whom", async (t) => {
	const may = (caller: typeof therapist, people: number[]) => db.read(caller, (tx) => maySeePeople(tx, people));
	t.ok(await may(therapist, [3, 5]));
	t.ok(await may(therapist, [1, 3]), "themselves, too");
	t.notOk(await may(therapist, [3, 4]));
	t.notOk(await may(therapist, [4]));
	t.ok(await may(patient, [3]));
	t.notOk(await may(patient, [3, 5]));
	t.ok(await may(app, [3]));
	t.notOk(await may(app, [3, 5]), "an app of one patient");
	t.ok(await may(system, [3, 4, 999]));
	t.ok(await may(patient, []));
	const users = await db.read(therapist, (tx) => usersOfPatients(tx, ["1", "2", "3", "4", "99"]));
	t.same([...users].sort(), [
		["1", 3],
		["3", 5],
		["4", null],
	]);
});

t.test("plans: by keys and indexes, whoever asks", async (t) => {
	const period: Period = { from: new Date(Date.now() - 60_000).toISOString(), to: undefined };
	const asked: [string, (tx: Transaction) => Promise<unknown>, RegExp][] = [
		["a piece", (tx) => readPiece(tx, "e1", 1, 1, 5), /Seq Scan on export_piece/],
		["people", (tx) => maySeePeople(tx, [3, 5]), /Seq Scan on vitals/],
		[
			"what vanished",
			(tx) => all(vanished(tx, "Observation", period, false)),
			/Seq Scan on (vitals_samples|row_history|resource)\b/,
		],
	];
	for (const caller of [therapist, patient, app, system]) {
		for (const [what, ask, wrong] of asked) {
			t.notMatch(await planOf(caller, ask), wrong, `${caller.role}: ${what}`);
		}
	}
});

t.test("what vanished: rows of whom the caller sees, each page after the other", async (t) => {
	const period: Period = { from: new Date(Date.now() - 600_000).toISOString(), to: undefined };
	// They were there at no time of the period, having been made within it.
	t.equal((await db.read(therapist, (tx) => all(vanished(tx, "Observation", period, true)))).flat().length, 0);
	await owner("update fhir.row_history set at = at - interval '1 hour' where op = 'U' and row_id < 1000000");
	for (const [caller, users] of [
		[therapist, [3, 5]],
		[patient, [3]],
		[system, [3, 4, 5]],
	] as const) {
		const gone = (await db.read(caller, (tx) => all(vanished(tx, "Observation", period, true)))).flat();
		const [count] = await owner<{ n: number }>(
			"select count(*)::int n from fhir.row_history where table_name = 'vitals_samples' and op = 'D' and user_id = any($1)",
			[users],
		);
		t.equal(gone.length, count?.n);
		t.ok(gone.length > 300);
		t.equal(new Set(gone.map(({ id }) => id)).size, gone.length);
		t.ok(gone.every((one) => users.some((user) => user === one.owner)));
	}
});

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const page of pages) list.push(page);
	return list;
}

/** The plans of all that is asked. */
async function planOf(caller: typeof therapist, ask: (tx: Transaction) => Promise<unknown>): Promise<string> {
	const lines: string[] = [];
	await db.read(caller, async (tx) => {
		const query = (async (statement: Parameters<Transaction["query"]>[0]) => {
			if (!("text" in statement)) {
				const plan = await tx.query(sql<{ "QUERY PLAN": string }>`explain (analyze, timing off) ${statement}`);
				lines.push(...plan.map((row) => row["QUERY PLAN"]));
			}
			return tx.query(statement);
		}) as Transaction["query"];
		await ask({ ...tx, query });
	});
	return lines.join("\n");
}
