import t from "tap";
import { testDatabase, testKey } from "../support/postgres.ts";
import { freePort, startServerProcess } from "../support/server-process.ts";

const key = testKey.toString("base64");

t.test("wrong settings end the start with one line each", async (t) => {
	const one = startServerProcess({ PORT: "abc", DEMO: "perhaps" });
	t.equal(await one.ended, 1);
	t.equal(one.err(), 'PORT: "abc" is not a port number (1-65535)\nDEMO: "perhaps" is neither true nor false\n');
});

t.test("a database that does not answer is named in one line, without its password", async (t) => {
	const one = startServerProcess({ DATABASE_URL: "postgresql://u:hunter2@127.0.0.1:1/x", TOKEN_ENCRYPTION_KEY: key });
	t.equal(await one.ended, 1);
	t.match(one.err(), /^DATABASE_URL: .*127\.0\.0\.1:1\n$/);
	t.notMatch(one.err(), /hunter2/);
});

t.test("a taken port, then an orderly life and end", async (t) => {
	const port = await freePort();
	const database = await testDatabase(t);
	const env = { DATABASE_URL: database.ownerUrl, TOKEN_ENCRYPTION_KEY: key, PORT: String(port) };
	const first = startServerProcess(env);
	await first.ready();
	t.match(first.out(), `http://localhost:${port}/fhir`);
	t.notMatch(first.out(), /demo\.example/, "no demo people in a database somebody brought");
	t.equal((await fetch(`http://127.0.0.1:${port}/health/ready`)).status, 200);

	const second = startServerProcess(env);
	t.equal(await second.ended, 1);
	t.equal(second.err(), `PORT: ${port} on 127.0.0.1 is taken; stop what listens there or set PORT\n`);

	first.child.kill("SIGTERM");
	t.equal(await first.ended, 0);
	t.equal(first.err(), "");
});
