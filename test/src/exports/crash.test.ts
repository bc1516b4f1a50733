import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import t from "tap";
import { accessLog } from "../../../src/audit/access-log.ts";
import { exportParts, exportTask } from "../../../src/export-work.ts";
import { openQueue } from "../../../src/jobs/queue.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { serverUrl } from "../../../src/store/server-login.ts";
import { ended, kickedOff, type Line, linesOf, pathOf } from "../../support/exports.ts";
import { testKey } from "../../support/postgres.ts";
import { startTestServer } from "../../support/server.ts";

// This file is also the process that is killed: with an address it makes exports of that database, in tiny pieces, so that it takes long.

const quiet = { debug: () => undefined, warn: () => undefined, error: () => undefined };
const rows = 2000;
const victimsName = "export victim";

const [, , victimsUrl] = process.argv;
if (victimsUrl === undefined) await test();
else await beVictim(victimsUrl);

async function beVictim(url: string): Promise<void> {
	const database = await openDatabase({ url, poolSize: 3, applicationName: victimsName });
	const queue = openQueue({ connection: database.queue, log: quiet, lookEverySeconds: 0.5 });
	const settings = { sizes: { piece: 1000, file: 50_000 } };
	const base = "http://victim.example/fhir";
	await queue.start([exportTask(exportParts({ database, queue, accessLog: accessLog(database), base, settings }))]);
	process.stdout.write("ready");
}

async function test(): Promise<void> {
	const server = await startTestServer(t, {
		lookForJobsEverySeconds: 0.5,
		exports: { sizes: { piece: 20_000, file: 200_000 } },
	});
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	await owner.query(
		`insert into vitals_samples (user_id, recorded_at, heart_rate) select $1, timestamptz '2025-01-01' + n * interval '1 minute', 60 + n % 40 from generate_series(1, $2::int) n`,
		[server.people.patient, rows],
	);
	const therapist = await server.as("therapist@test.example");

	/** Waits until so many exports are under way. */
	async function running(count: number): Promise<void> {
		while ((await owner.query("select from fhir.export where state = 'running'")).rowCount !== count) await sleep(20);
	}

	async function piecesOf(id: string | undefined): Promise<number> {
		return Number((await owner.query("select count(*) n from fhir.export_piece where export_id = $1", [id])).rows[0].n);
	}

	async function startedVictim(): Promise<ChildProcess> {
		const victim = spawn(process.execPath, [fileURLToPath(import.meta.url), serverUrl(server.ownerUrl, testKey)], {
			env: { PATH: process.env.PATH ?? "" },
			stdio: ["ignore", "pipe", "inherit"],
		});
		await once(victim.stdout, "data");
		return victim;
	}

	async function killed(victim: ChildProcess): Promise<void> {
		victim.kill("SIGKILL");
		await once(victim, "exit");
	}

	/** Stops it where it has no change of an export or of the queue under way, for whose end others would wait, as they should. */
	async function stopped(victim: ChildProcess): Promise<void> {
		for (;;) {
			victim.kill("SIGSTOP");
			await sleep(50);
			const { rowCount } = await owner.query(
				`select from pg_locks l join pg_stat_activity a on a.pid = l.pid join pg_class c on c.oid = l.relation
				where a.application_name = $1 and l.granted and l.mode in ('RowExclusiveLock', 'RowShareLock')
					and (c.oid = 'fhir.export'::regclass or c.relnamespace = 'jobs'::regnamespace)`,
				[victimsName],
			);
			if (rowCount === 0) return;
			victim.kill("SIGCONT");
			await sleep(1 + Math.random() * 5);
		}
	}

	/** A minute passes, for the queue: who has a job was last heard of then. */
	async function missed(): Promise<void> {
		const { rowCount } = await owner.query(
			"update jobs.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active' and name = 'run-export'",
		);
		if (rowCount !== 1) throw new Error("no export was under way");
	}

	/** The jobs of exports are left to the victim: this server's are tied up by an export each that waits for a change under way. */
	async function tiedUp(): Promise<() => Promise<void>> {
		const client = new pg.Client({ connectionString: server.ownerUrl });
		await client.connect();
		await client.query("begin; create table tying_up (n int)");
		const others = await Promise.all([1, 2].map(() => kickedOff(therapist, "/fhir/$export?_type=Patient")));
		await running(2);
		return async () => {
			await client.query("rollback");
			await client.end();
			for (const status of others) await ended(therapist, status);
		};
	}

	/** An export that the victim has begun, and nobody else. */
	async function begunByVictim(what: string) {
		const letGo = await tiedUp();
		const victim = await startedVictim();
		const status = await kickedOff(therapist, what);
		// The victim waits, too, and has the job for sure.
		await running(3);
		await letGo();
		return { victim, status, id: status.split("/").at(-1) };
	}

	t.test("killed in the middle: another server makes it anew, nothing double, nothing missing", async (t) => {
		const { victim, status, id } = await begunByVictim("/fhir/Patient/$export?_type=Observation,Patient");
		const pieces = () => piecesOf(id);
		while ((await pieces()) < 20) await sleep(5);
		await killed(victim);
		const left = await pieces();
		const { rows: before } = await owner.query("select state, attempt from fhir.export where id = $1", [id]);
		t.comment(`killed with ${left} pieces, ${JSON.stringify(before[0])}`);
		t.equal((await therapist.get(status)).status, 202);
		await missed();
		const answer = await ended(therapist, status);
		t.equal(answer.status, 200);
		const lines: Line[] = [];
		for (const { url } of answer.body.output) lines.push(...(await linesOf(therapist, pathOf(url))));
		const observations = lines.filter(({ resourceType }) => resourceType === "Observation");
		t.equal(observations.length, rows);
		t.equal(new Set(observations.map((line) => line.id)).size, rows);
		const { rows: after } = await owner.query("select attempt from fhir.export where id = $1", [id]);
		t.ok(after[0].attempt > before[0].attempt);
		const { rows: foreign } = await owner.query(
			"select count(*)::int n from fhir.export_file where export_id = $1 and attempt <> $2",
			[id, after[0].attempt],
		);
		t.equal(foreign[0].n, 0, "nothing of the first try is left");
	});

	t.test("given up for dead, but alive: it cannot write beside the next try", async (t) => {
		const { victim, status, id } = await begunByVictim("/fhir/Patient/$export?_type=Observation");
		while ((await piecesOf(id)) < 20) await sleep(5);
		await stopped(victim);
		await missed();
		const answer = await ended(therapist, status);
		t.equal(answer.status, 200);
		const count = await piecesOf(id);
		victim.kill("SIGCONT");
		// It goes on, sees that the export is no longer its own, and takes other work.
		const next = await kickedOff(therapist, "/fhir/Patient/$export?_type=Patient");
		t.equal((await ended(therapist, next)).status, 200);
		await sleep(1000);
		t.equal(await piecesOf(id), count);
		const ids: string[] = [];
		for (const { url } of answer.body.output)
			ids.push(...(await linesOf(therapist, pathOf(url))).map((line) => line.id));
		t.equal(ids.length, rows);
		t.equal(new Set(ids).size, rows);
		await killed(victim);
	});

	t.test("DELETE in the middle stops it, and nothing is left", async (t) => {
		const { victim, status, id } = await begunByVictim("/fhir/Patient/$export?_type=Observation");
		const pieces = () => piecesOf(id);
		while ((await pieces()) < 5) await sleep(5);
		t.match((await therapist.get(status)).headers.get("x-progress"), /^Observation: \d+ resources so far$/);
		t.equal((await therapist.delete(status)).status, 202);
		t.equal((await therapist.get(status)).status, 404);
		t.equal(await pieces(), 0);
		while (
			(await owner.query("select from jobs.job where name = 'run-export' and state in ('created', 'active', 'retry')"))
				.rowCount !== 0
		)
			await sleep(20);
		t.equal(await pieces(), 0, "whoever was making it has noticed");
		await killed(victim);
	});
}
