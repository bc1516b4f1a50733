import pg from "pg";
import t from "tap";
import { testPassword } from "../support/people.ts";
import { startTestServer } from "../support/server.ts";
import { addTestApps, authorizeUrl, Browser, callback } from "../support/smart.ts";

// A sign-in whose password was right when it was compared, and is the old one when the session would begin: there is no session.

const server = await startTestServer(t);
await addTestApps(server);
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

const asked = { scope: "launch/patient patient/Patient.rs" };

/** Gives an account another password once somebody waits for it to be decided. */
async function changeWhile(email: string, action: () => Promise<unknown>): Promise<void> {
	await owner.query("begin");
	await owner.query("update public.users set password = $2 where email = $1", [email, `old of ${Math.random()}`]);
	const done = action();
	for (let tries = 0; tries < 500; tries++) {
		const { rows } = await owner.query("select 1 from pg_locks where not granted");
		if (rows.length > 0) break;
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
	await owner.query("commit");
	await done;
}

async function isSignedIn(browser: Browser): Promise<boolean> {
	await browser.open(`${server.base}/apps`);
	return !browser.url.includes("/sign-in");
}

t.test("on the sign-in page", async (t) => {
	const browser = new Browser(server.base);
	await browser.open("/sign-in");
	await changeWhile("patient@test.example", () =>
		browser.submit({ email: "patient@test.example", password: testPassword }),
	);
	t.equal(browser.status, 401);
	t.match(browser.text, /wrong/);
	t.notOk(await isSignedIn(browser));
});

t.test("for an app: changed before the browser comes back to the authorization server", async (t) => {
	const browser = new Browser(server.base);
	await browser.open(authorizeUrl(server, asked).url);
	const [, action = ""] = /action="(\/interaction\/[^"]+)"/.exec(browser.text) ?? [];
	const form = new URLSearchParams({ email: "patient2@test.example", password: testPassword });
	const resume = await browser.post(action, form);
	t.match(resume, /\/oauth\/auth\//);
	await owner.query("update public.users set password = 'another' where email = 'patient2@test.example'");
	await browser.open(resume);
	t.notOk(browser.url.startsWith(callback));
	t.equal(browser.status, 400);
	t.match(browser.text, /<h1>Start again/);
	t.notOk(await isSignedIn(browser));
});

t.test("a session that is used at that moment ends all the same", async (t) => {
	const browser = new Browser(server.base);
	await browser.open("/sign-in");
	await browser.submit({ email: "therapist@test.example", password: testPassword });
	t.ok(await isSignedIn(browser));
	await changeWhile("therapist@test.example", () => browser.open(authorizeUrl(server, asked).url));
	t.notOk(await isSignedIn(browser));
});
