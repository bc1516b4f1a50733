import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pg from "pg";
import t from "tap";
import { type JobKind, task } from "../../../src/jobs/kind.ts";
import { openQueue } from "../../../src/jobs/queue.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { testDatabase } from "../../support/postgres.ts";

// This file is also the process that is killed: with an address it works on that database and never ends its job.

const kind: JobKind<object> = { name: "killed", retrySeconds: 1 };
const quiet = { debug: () => undefined, warn: () => undefined, error: () => undefined };

const [, , victimsUrl] = process.argv;
if (victimsUrl === undefined) await test();
else await beVictim(victimsUrl);

async function beVictim(url: string): Promise<void> {
	const database = await openDatabase({ url, poolSize: 1 });
	const queue = openQueue({ connection: database.queue, log: quiet });
	const hang = () => {
		process.stdout.write("begun");
		return new Promise<void>(() => undefined);
	};
	await queue.start([task(kind, hang)]);
}

async function test(): Promise<void> {
	const place = await testDatabase(t);
	const database = await openDatabase({ url: place.serverUrl, poolSize: 1 });
	const queue = openQueue({ connection: database.queue, log: quiet, lookEverySeconds: 0.5 });
	t.teardown(async () => {
		await queue.stop(1);
		await database.close();
	});

	t.test("a job whose server was killed is done by another", async (t) => {
		await queue.add(kind, [{ data: {} }]);
		const victim = spawn(process.execPath, [fileURLToPath(import.meta.url), place.serverUrl], {
			env: { PATH: process.env.PATH ?? "" },
			stdio: ["ignore", "pipe", "inherit"],
		});
		const ended = once(victim, "exit");
		await once(victim.stdout, "data");
		victim.kill("SIGKILL");
		await ended;
		const tries = Promise.withResolvers<number>();
		await queue.start([task(kind, async (_, { number }) => tries.resolve(number))]);
		await later(place.ownerUrl);
		t.equal(await tries.promise, 2);
	});
}

/** A minute passes, for the queue: the victim was last heard of then. */
async function later(ownerUrl: string): Promise<void> {
	const owner = new pg.Client({ connectionString: ownerUrl });
	await owner.connect();
	const { rowCount } = await owner.query(
		"update jobs.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active' and name = 'killed'",
	);
	await owner.end();
	if (rowCount !== 1) throw new Error("no job was under way");
}
