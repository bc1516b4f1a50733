import { sql } from "kysely";
import pg from "pg";
import t from "tap";
import { type Caller, callerOf, serverCaller } from "../../../src/access/caller.ts";
import { Failure } from "../../../src/fhir/failure.ts";
import { type Database, openDatabase } from "../../../src/store/database.ts";
import type { Found, Lookup } from "../../../src/store/lookups.ts";
import { template } from "../../../src/store/statement.ts";
import { createTestDatabase } from "../../support/postgres.ts";

const scratch = await createTestDatabase();
const db = await openDatabase({ url: scratch.serverUrl, poolSize: 4 });
t.teardown(async () => {
	await db.close();
	await scratch.drop();
});

const therapist = callerOf({ id: 9001, role: "therapist" });
const other = callerOf({ id: 9002, role: "therapist" });
const patient = callerOf({ id: 9003, role: "patient" });
const stranger = callerOf({ id: 9099, role: "patient" });

await db.write(serverCaller, async (tx) => {
	await tx.query(sql`insert into users (id, email, name, role, password) values
		(9001, 't1@test', 'T1', 'therapist', 'secret'), (9002, 't2@test', 'T2', 'therapist', 'secret'),
		(9003, 'p1@test', 'P1', 'patient', 'secret'), (9004, 'p2@test', 'P2', 'patient', 'secret')`);
	await tx.query(sql`insert into patients (id, therapist_id, user_id, name) values
		(9101, 9001, 9003, 'P1'), (9102, 9002, 9004, 'P2'), (9103, 9002, null, 'No account')`);
	await tx.query(sql`insert into exercises (id, name) values (9401, 'Walk')`);
	await tx.query(
		sql`insert into exercise_prescriptions (id, patient_id, exercise_id) values (9301, 9101, 9401), (9302, 9103, 9401)`,
	);
	await tx.query(sql`insert into vitals_samples (id, user_id, heart_rate, recorded_at) values
		(9201, 9003, 70, '2025-01-01Z'), (9202, 9004, 71, '2025-01-02Z')`);
});

const ids = async (caller: Caller, table: string) =>
	(
		await db.read(caller, (tx) =>
			tx.query(sql<{ id: number }>`select id from ${sql.table(table)} where id > 9000 order by id`),
		)
	).map((row) => row.id);

const failure = async (work: Promise<unknown>) => {
	try {
		await work;
	} catch (error) {
		return error instanceof Failure ? error.kind : `not a Failure: ${String(error)}`;
	}
	return "none";
};

t.test("each caller sees their own rows and those in their care", async (t) => {
	t.strictSame(await ids(patient, "vitals_samples"), [9201]);
	t.strictSame(await ids(therapist, "vitals_samples"), [9201]);
	t.strictSame(await ids(other, "vitals_samples"), [9202]);
	t.strictSame(await ids(stranger, "vitals_samples"), []);
	t.strictSame(await ids(serverCaller, "vitals_samples"), [9201, 9202]);
	t.strictSame(await ids(patient, "users"), [9001, 9003]);
	t.strictSame(await ids(therapist, "users"), [9001, 9003]);
	t.strictSame(await ids(other, "patients"), [9102, 9103]);
	t.strictSame(await ids(patient, "exercise_prescriptions"), [9301]);
	t.strictSame(await ids(other, "exercise_prescriptions"), [9302]);
	t.strictSame(await ids(stranger, "exercises"), [9401]);
});

t.test("nobody writes what is not theirs, reads secrets or makes themselves admin", async (t) => {
	const run = (caller: Caller, text: string) => failure(db.write(caller, (tx) => tx.query(sql.raw(text))));
	t.equal(await run(patient, "insert into vitals_samples (user_id, recorded_at) values (9004, now())"), "forbidden");
	t.equal(await run(patient, "select password from users"), "forbidden");
	t.equal(await run(therapist, "select access_token from device_connections"), "forbidden");
	t.equal(await run(patient, "update users set role = 'admin' where id = 9003"), "forbidden");
	t.equal(await run(patient, "update exercises set name = 'x'"), "forbidden");
	t.equal(await run(therapist, "delete from fhir.row_history"), "forbidden");
	t.equal(await run(therapist, "select * from auth.token"), "forbidden");
	t.equal(
		await run(patient, "insert into fhir.resource (type, id, shared) values ('Practitioner', 'x1', true)"),
		"forbidden",
	);
});

t.test("nothing of a caller stays on a connection", async (t) => {
	const one: Database = await openDatabase({ url: scratch.serverUrl, poolSize: 1 });
	t.teardown(() => one.close());
	const who = (caller: Caller) =>
		one.read(caller, (tx) =>
			tx.query(sql<{ role: string; me: number }>`select current_user::text as role, access.me() as me`),
		);
	await who(therapist);
	await failure(one.write(patient, (tx) => tx.query(sql`select 1 / 0`)));
	await failure(one.read(serverCaller, () => Promise.reject(new Error("stop"))));
	t.strictSame(await who(patient), [{ role: "heart_person", me: 9003 }]);
});

t.test("values arrive as postgres-types.ts says", async (t) => {
	const rows = await db.read(serverCaller, (tx) =>
		tx.query(sql`select timestamptz '2025-01-01 10:00:00.123456+01' as at, date '2025-02-03' as day, jsonb '{"a": 1.00}' as doc,
			1.50::numeric as exact, 12345678901::int8 as big, 1.5::float8 as double, array['2025-01-01Z'::timestamptz] as list`),
	);
	t.strictSame(rows, [
		{
			at: "2025-01-01T09:00:00.123456Z",
			day: "2025-02-03",
			doc: '{"a": 1.00}',
			exact: "1.50",
			big: 12345678901,
			double: 1.5,
			list: ["2025-01-01T00:00:00.000Z"],
		},
	]);
});

t.test("rows are versioned, their history kept without secrets, and shown to whom the row was shown", async (t) => {
	await db.write(therapist, (tx) => tx.query(sql`update vitals_samples set heart_rate = 80 where id = 9201`));
	await db.write(serverCaller, (tx) => tx.query(sql`delete from vitals_samples where id = 9201`));
	await db.write(serverCaller, (tx) => tx.query(sql`update users set name = 'Q1' where id = 9003`));
	const history = (caller: Caller) =>
		db.read(caller, (tx) =>
			tx.query(sql<{
				version: number;
				op: string;
				rate: number | null;
			}>`select version, op, (image ->> 'heart_rate')::integer as rate
				from fhir.row_history where table_name = 'vitals_samples' and row_id = 9201 order by version`),
		);
	t.strictSame(await history(patient), [
		{ version: 1, op: "U", rate: 70 },
		{ version: 2, op: "U", rate: 80 },
		{ version: 3, op: "D", rate: null },
	]);
	t.strictSame(await history(other), []);
	const images = await db.read(serverCaller, (tx) =>
		tx.query(sql<{ image: string }>`select image::text as image from fhir.row_history where table_name = 'users'`),
	);
	t.equal(images.length, 1);
	t.notMatch(images[0]?.image, /password|secret/);
});

t.test("claimed ids are skipped, residue guards drop their parameters, links name patients", async (t) => {
	await db.write(patient, (tx) => tx.query(sql`insert into fhir.claim values ('exercises', 9500)`));
	const inserted = await db.write(serverCaller, (tx) =>
		tx.query(sql<{ id: number }>`insert into exercises (id, name) values (9500, 'Row') returning id`),
	);
	t.not(inserted[0]?.id, 9500);
	const overrides = await db.write(serverCaller, async (tx) => {
		await tx.query(sql`insert into fhir.resource (type, id, user_id, table_name, row_id, overrides, guards) values
			('Observation', '9202-heart-rate', 9004, 'vitals_samples', 9202, '{code,value-quantity}', '{"heart_rate": ["value-quantity"]}'),
			('Patient', 'chosen', 9003, 'patients', 9101, '{}', null)`);
		await tx.query(sql`update vitals_samples set heart_rate = 72 where id = 9202`);
		return tx.query(
			sql<{
				overrides: string[];
				version: number;
			}>`select overrides, version from fhir.resource where id = '9202-heart-rate'`,
		);
	});
	t.strictSame(overrides, [{ overrides: ["code"], version: 1 }]);
	const person = await db.read(patient, (tx) => tx.query(sql`select patient_id, fhir_id, subject from fhir.person`));
	t.strictSame(person, [{ patient_id: 9101, fhir_id: "chosen", subject: true }]);
});

t.test("failures name the constraint and never the value", async (t) => {
	const run = async (text: string) => {
		try {
			await db.write(serverCaller, (tx) => tx.query(sql.raw(text)));
		} catch (error) {
			if (error instanceof Failure) return [error.kind, error.message];
			throw error;
		}
		return [];
	};
	t.match(await run("insert into users (email, name) values ('t1@test', 'x')"), ["conflict", /users_email_unique/]);
	t.match(await run("delete from users where id = 9001"), ["conflict", /referenced/]);
	t.match(await run("update vitals_samples set heart_rate = 4000"), ["invalid", /vitals_samples_heart_rate_check/]);
	t.match(await run("update users set name = null"), ["invalid", /name must not be empty/]);
	t.match(await run("set local statement_timeout = 20; select pg_sleep(1)"), ["too-costly", /too long/]);
});

t.test("a write is retried when others were faster, and a swallowed error never commits", async (t) => {
	const bump = () =>
		db.write(
			serverCaller,
			async (tx) => {
				const rows = await tx.query(sql<{ notes: string | null }>`select notes from providers where id = 9601`);
				await tx.query(sql`update providers set notes = ${String(Number(rows[0]?.notes ?? 0) + 1)} where id = 9601`);
			},
			{ isolation: "serializable" },
		);
	await db.write(serverCaller, (tx) =>
		tx.query(sql`insert into providers (id, user_id, name) values (9601, 9003, 'Dr')`),
	);
	await Promise.all([bump(), bump(), bump()]);
	const rows = await db.read(serverCaller, (tx) => tx.query(sql`select notes from providers where id = 9601`));
	t.strictSame(rows, [{ notes: "3" }]);
	await t.rejects(
		db.write(serverCaller, async (tx) => {
			await tx.query(sql`select 1 / 0`).catch(() => undefined);
			return "done";
		}),
	);
	await t.rejects(
		db.read(serverCaller, (tx) => tx.query(sql`delete from providers`)),
		/read-only/,
	);
	t.equal(await failure(openDatabase({ url: "postgres://nobody@127.0.0.1:1/none" })), "unavailable");
});

t.test(
	"numbers taken in advance are forgotten where a crash of Postgres may have set their sequence back",
	async (t) => {
		const sequence = "public.vitals_samples_id_seq";
		const beside = await openDatabase({ url: scratch.serverUrl, poolSize: 1 });
		const owner = new pg.Client(scratch.ownerUrl);
		await owner.connect();
		t.teardown(async () => {
			await beside.close();
			await owner.end();
		});
		const taken = async (from: Database) =>
			(await from.write(serverCaller, (tx) => tx.numbers(sequence, 1)))[0] as number;
		const first = await taken(db);
		// What a crash leaves when nothing was committed since the numbers were taken: no connection, and a sequence that knows nothing of them.
		await owner.query(
			"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and usename = 'heart_server'",
		);
		await owner.query(`select setval('${sequence}', ${first})`);
		const numbers = [first];
		for (let count = 0; count < 70; count++) numbers.push(await taken(db), await taken(beside));
		t.equal(new Set(numbers).size, numbers.length, "each is given once");
	},
);

t.test(
	"what a write looks up first is asked with others' lookups, everything after it within the transaction",
	async (t) => {
		const rate = template<Found<{ n: number | null; xid: string | null; pid: number }>, "ids">(
			(place) => sql`
			select v.heart_rate n, pg_current_xact_id_if_assigned()::text xid, pg_backend_pid() pid, k.key::int "$key"
			from unnest(${place("ids")}::int[]) with ordinality k (id, key) join vitals_samples v on v.id = k.id`,
		);
		const rateOf: Lookup<number, { n: number | null; xid: string | null; pid: number }> = {
			statement: (ids) => rate({ ids }),
		};
		await db.write(serverCaller, (tx) =>
			tx.query(
				sql`insert into vitals_samples (id, user_id, heart_rate, recorded_at) values (9291, 9003, 70, '2025-01-03Z')`,
			),
		);
		const seen = await db.write(patient, async (tx) => {
			const first = await tx.find(rateOf, 9291);
			const others = await tx.find(rateOf, 9202);
			await tx.query(sql`update vitals_samples set heart_rate = 99 where id = 9291`);
			const own = await tx.find(rateOf, 9291);
			return { first: first?.n, others, own: own?.n, within: own?.xid !== null, apart: first?.pid !== own?.pid };
		});
		t.strictSame(seen, { first: 70, others: undefined, own: 99, within: true, apart: true });
		const nothing = await db.write(patient, async (tx) => (await tx.find(rateOf, 9291))?.n);
		t.equal(nothing, 99, "a write that only looks something up is none");
		const stepped = await db.write(patient, (tx) => tx.step(async (part) => (await part.find(rateOf, 9291))?.n));
		t.equal(stepped, 99);
		const snapshot = await db.write(patient, async (tx) => (await tx.find(rateOf, 9291))?.n, {
			isolation: "repeatable read",
		});
		t.equal(snapshot, 99, "with a snapshot of its own, in it");
	},
);
