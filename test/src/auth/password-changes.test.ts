import pg from "pg";
import t from "tap";
import { startMailServer } from "../../support/mail-server.ts";
import { testPassword } from "../../support/people.ts";
import { sessionAt, startTestServer } from "../../support/server.ts";

const mail = await startMailServer(t);
const server = await startTestServer(t, { smtpUrl: mail.url });
const elsewhere = await server.beside();
const { people, stranger } = server;
const change = "/api/auth/password";
const reset = "/api/auth/password-reset";
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

const tokenOf = (text: string) =>
	/reset-password\?token=(?:3D)?([\w-]{43})/.exec(text.replace(/=\r\n/g, ""))?.[1] ?? "";
const ends = async (token: string) => {
	for (const since = Date.now(); Date.now() - since < 4000; await new Promise((resolve) => setTimeout(resolve, 20)))
		if ((await sessionAt(elsewhere, token).get("/api/auth/me")).status === 401) return true;
	return false;
};

t.test("a new password: other sessions end on every server, this one stays", async (t) => {
	const [here, there] = [await server.as("patient@test.example"), await server.as("patient@test.example")];
	t.equal((await sessionAt(elsewhere, there.token).get("/api/auth/me")).status, 200);
	for (const [body, status, path] of [
		[{ currentPassword: "wrong", newPassword: "another sentence" }, 403, "currentPassword"],
		[{ currentPassword: testPassword, newPassword: "short" }, 400, "newPassword"],
		[{ currentPassword: testPassword, newPassword: "é".repeat(37) }, 400, "newPassword"],
		[{ currentPassword: testPassword }, 400, "newPassword"],
	] as const) {
		const refused = await here.post(change, body);
		t.equal(refused.status, status, refused.text);
		t.equal(refused.body.errors[0].path, path);
	}
	t.equal(
		(await stranger.post(change, { currentPassword: testPassword, newPassword: "another sentence" })).status,
		401,
	);
	const done = await here.post(change, { currentPassword: testPassword, newPassword: "another sentence" });
	t.equal(done.status, 204, done.text);
	t.equal((await here.get("/api/auth/me")).status, 200);
	t.equal((await there.get("/api/auth/me")).status, 401);
	t.ok(await ends(there.token), "elsewhere, too");
	await t.rejects(server.as("patient@test.example"));
	await server.as("patient@test.example", "another sentence");
});

t.test("eight changes at once: one wins, and it is the password", async (t) => {
	const session = await server.as("patient2@test.example");
	const answers = await Promise.all(
		Array.from({ length: 8 }, (_, index) =>
			session.post(change, { currentPassword: testPassword, newPassword: `sentence number ${index}` }),
		),
	);
	const winners = answers.flatMap(({ status }, index) => (status === 204 ? [index] : []));
	t.equal(winners.length, 1, answers.map(({ status }) => status).join());
	await server.as("patient2@test.example", `sentence number ${winners[0]}`);
});

t.test("wrong passwords are counted like sign-ins", async (t) => {
	const session = await server.as("other@test.example");
	for (let count = 0; count < 10; count++)
		await session.post(change, { currentPassword: "no", newPassword: "x".repeat(9) });
	const limited = await session.post(change, { currentPassword: testPassword, newPassword: "x".repeat(9) });
	t.equal(limited.status, 429);
	t.ok(Number(limited.headers.get("retry-after")) > 0);
});

t.test("a password set by an administrator, or otherwise, ends all sessions", async (t) => {
	const session = await server.as("therapist2@test.example");
	const admin = await server.as("admin@test.example");
	t.equal((await admin.patch(`/api/users/${people.therapist2}`, { password: "given by the admin" })).status, 200);
	t.ok(await ends(session.token));
	await server.as("therapist2@test.example", "given by the admin");
});

t.test("by mail: the same answer for everybody, a token for who has an account", async (t) => {
	const asked = await stranger.post(reset, { email: "nobody@test.example" });
	const known = await stranger.post(reset, { email: "Therapist@Test.example" });
	t.equal(asked.status, 202);
	t.equal(`${known.status} ${known.text}`, `${asked.status} ${asked.text}`);
	const first = await mail.mail(1);
	t.equal(first.to, "therapist@test.example", "the account's own address");
	const session = await server.as("therapist@test.example");
	await stranger.post(reset, { email: "therapist@test.example" });
	const token = tokenOf((await mail.mail(2)).text);
	t.equal(mail.mails.length, 2, "none to nobody");
	const replaced = tokenOf(first.text);
	t.equal(
		(await stranger.post(`${reset}/confirm`, { token: replaced, newPassword: "long enough" })).status,
		400,
		"the newest only",
	);
	t.equal(
		(await stranger.post(`${reset}/confirm`, { token, newPassword: "short" })).body.errors[0].path,
		"newPassword",
	);
	const tries = await Promise.all(
		Array.from({ length: 5 }, (_, index) =>
			stranger.post(`${reset}/confirm`, { token, newPassword: `by mail number ${index}` }),
		),
	);
	const winner = tries.findIndex(({ status }) => status === 204);
	t.equal(tries.filter(({ status }) => status === 204).length, 1, "once");
	t.match(tries.find(({ status }) => status === 400)?.body.errors, [{ path: "token" }]);
	t.ok(await ends(session.token), "all sessions end");
	await server.as("therapist@test.example", `by mail number ${winner}`);
	const kept = await owner.query("select count(*)::int as n from auth.password_reset");
	t.equal(kept.rows[0].n, 0);
});

t.test("a token ends after 30 minutes", async (t) => {
	await stranger.post(reset, { email: "admin@test.example" });
	const token = tokenOf((await mail.mail(3)).text);
	const { rows } = await owner.query(
		"select extract(epoch from expires_at - created_at)::int as seconds from auth.password_reset",
	);
	t.equal(rows[0].seconds, 1800);
	await owner.query("update auth.password_reset set expires_at = now()");
	t.equal((await stranger.post(`${reset}/confirm`, { token, newPassword: "long enough" })).status, 400);
	await server.as("admin@test.example");
});

t.test("on the page a mail leads to", async (t) => {
	await stranger.post(reset, { email: "therapist2@test.example" });
	const token = tokenOf((await mail.mail(4)).text);
	const page = await stranger.get(`/reset-password?token=${token}`);
	t.match(page.text, `value="${token}"`);
	t.match(page.headers.get("content-security-policy"), /default-src 'none'/);
	t.notMatch((await stranger.get("/reset-password?token=%22%3E%3Cscript%3E")).text, /<script/);
	const form = { "content-type": "application/x-www-form-urlencoded" };
	const wrong = await stranger.post("/reset-password", `token=${token}&password=short`, form);
	t.equal(wrong.status, 400);
	t.match(wrong.text, /at least 8 characters/);
	const foreign = await stranger.post("/reset-password", `token=${token}&password=long+enough`, {
		...form,
		origin: "https://evil.example",
	});
	t.equal(foreign.status, 403);
	t.equal((await stranger.post("/reset-password", `token=${token}&password=long+enough`, form)).status, 200);
	await server.as("therapist2@test.example", "long enough");
});

t.test("asking and guessing are limited; asking keeps nobody from signing in", async (t) => {
	const answers = [];
	for (let count = 0; count < 11; count++) answers.push(await stranger.post(reset, { email: "nobody2@test.example" }));
	t.equal(answers.at(-2)?.status, 202);
	t.equal(answers.at(-1)?.status, 429);
	for (const body of [{}, { email: "" }, { email: 1 }, { email: "a\u0000b" }, { email: "a@b", more: 1 }])
		t.equal((await stranger.post(reset, body)).status, 400);
});

t.test("nothing of it is in the log", async (t) => {
	const log = server.logged.join("\n");
	t.notMatch(log, /test\.example|token=|sentence/);
});

t.test("without a mail server it is said", async (t) => {
	const without = await startTestServer(t);
	const known = await without.stranger.post(reset, { email: "patient@test.example" });
	const unknown = await without.stranger.post(reset, { email: "nobody@test.example" });
	t.equal(known.status, 400);
	t.equal(known.text, unknown.text);
});

t.test("one's own account", async (t) => {
	const session = await server.as("patient@test.example", "another sentence");
	const read = await session.get("/api/users/profile");
	t.match(read.body, { id: people.patient, email: "patient@test.example" });
	const changed = await session.put(
		"/api/users/profile",
		{ phoneNumber: "555-0100", timezone: "Europe/Berlin" },
		{ "if-match": read.headers.get("etag") ?? "" },
	);
	t.match(changed.body, { phoneNumber: "555-0100", timezone: "Europe/Berlin", name: read.body.name });
	t.equal(
		(await session.put("/api/users/profile", { name: "X" }, { "if-match": read.headers.get("etag") ?? "" })).status,
		412,
	);
	for (const [body, path] of [
		[{ email: "x@y.example" }, "email"],
		[{ role: "admin" }, "role"],
		[{ password: "something long" }, "password"],
		[{ name: null }, "name"],
		[{ name: "" }, "name"],
	] as const) {
		const refused = await session.put("/api/users/profile", body);
		t.equal(refused.status, 400);
		t.equal(refused.body.errors[0].path, path);
	}
	t.equal((await stranger.get("/api/users/profile")).status, 401);
});
