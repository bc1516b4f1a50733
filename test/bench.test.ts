import pg from "pg";
import t from "tap";
import { startLimit } from "./bench/limit.ts";
import { checkSame } from "./bench/same.ts";
import { readWorld, scenarios } from "./bench/scenarios.ts";
import { benchPassword, seed, therapistEmail } from "./bench/seed.ts";
import { startTestServer } from "./support/server.ts";
import { freePort } from "./support/server-process.ts";

// A ratio to a limit that answers something else would mean nothing.
t.test("the benchmark's limit answers every scenario as the server does", async (t) => {
	const server = await startTestServer(t);
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	await seed(owner, { rows: 8000, patients: 40 });
	const port = await freePort();
	const base = `http://127.0.0.1:${port}`;
	const limit = await startLimit({ databaseUrl: server.ownerUrl, port, base });
	t.teardown(() => limit.close());
	const { token } = await server.as(therapistEmail(1), benchPassword);
	const world = await readWorld(owner);
	t.equal(world.readers.length, 4);
	t.equal(world.writers.length, 4);
	for (const scenario of scenarios) {
		await t.resolves(checkSame({ server: server.base, limit: base, token }, scenario, world), scenario.name);
	}
});
