import { hashSync } from "@node-rs/bcrypt";
import t from "tap";
import { passwords } from "../../../src/auth/passwords.ts";
import { testPassword } from "../../support/people.ts";
import { startTestServer } from "../../support/server.ts";

const server = await startTestServer(t);
const { stranger } = server;
const login = (email: string, password = testPassword) => stranger.post("/api/auth/login", { email, password });

t.test("login, me, logout", async (t) => {
	const answer = await login("PATIENT@test.example");
	t.equal(answer.status, 200, answer.text);
	t.same(Object.keys(answer.body).sort(), ["expiresAt", "token", "user"]);
	t.match(answer.body.token, /^[\w-]{43}$/);
	const hours = (Date.parse(answer.body.expiresAt) - Date.now()) / 3600_000;
	t.ok(hours > 11.9 && hours < 12.1);
	const session = await server.as("patient@test.example");
	t.equal((await session.get("/api/auth/me")).body.email, "patient@test.example");
	t.equal((await session.post("/api/auth/logout")).status, 204);
	t.equal((await session.get("/api/auth/me")).status, 401);
});

t.test("register", async (t) => {
	const given = { email: "Ann@test.example", password: "correct horse", name: "Ann" };
	const made = await stranger.post("/api/auth/register", given);
	t.equal(made.status, 201, made.text);
	t.match(made.body.user, { role: "patient", name: "Ann" });
	t.notMatch(made.text, /password/);
	t.equal((await stranger.post("/api/auth/register", { ...given, email: "ann@TEST.example" })).status, 409);
	t.equal(
		(await stranger.post("/api/auth/register", { ...given, email: "b@test.example", role: "admin" })).status,
		400,
	);
	t.equal(
		(await stranger.post("/api/auth/register", { ...given, email: "b@test.example", password: "short" })).status,
		400,
	);
	t.equal(
		(await stranger.post("/api/auth/register", { ...given, email: "b@test.example", password: "é".repeat(37) })).body
			.errors[0].path,
		"password",
	);
	t.equal((await stranger.post("/api/auth/register", { ...given, email: "nobody" })).status, 400);
	const race = await Promise.all(
		Array.from({ length: 8 }, (_, at) =>
			stranger.post("/api/auth/register", { ...given, email: at % 2 ? "r@test.example" : "R@test.example" }),
		),
	);
	t.equal(race.filter(({ status }) => status === 201).length, 1);
});

t.test("ten failures on one account, then not even the right password; others are not touched", async (t) => {
	for (let at = 0; at < 10; at++) t.equal((await login("Other@test.example", "wrong")).status, 401);
	const refused = await login("other@test.example");
	t.equal(refused.status, 429);
	t.ok(Number(refused.headers.get("retry-after")) > 0);
	t.equal((await login("patient2@test.example")).status, 200);
	t.equal((await login("other@TEST.example")).status, 429, "in whatever case");
	for (let at = 0; at < 10; at++) await login("patient@test.example", "wrong");
	t.equal((await login("pat\u0130ent@test.example")).status, 429, "nor with a letter that PostgreSQL makes an i");
	for (let at = 0; at < 12; at++) t.equal((await login("nobody@test.example", "wrong")).status, at < 10 ? 401 : 429);
});

t.test("fifty failures from one address", async (t) => {
	for (let at = 0; at < 20; at++) await login(`x${at}@test.example`, "wrong");
	t.equal((await login("patient2@test.example")).status, 429);
});

t.test("hashes of other bcrypt flavours are accepted; what bcrypt would cut off is not", async (t) => {
	const { verify, hash } = passwords(4);
	for (const version of ["2a", "2b", "2y"] as const)
		t.ok(await verify("secret 12", hashSync("secret 12", { cost: 4, version })));
	const longest = "a".repeat(72);
	t.ok(await verify(longest, await hash(longest)));
	t.notOk(await verify(`${longest}b`, await hash(longest)));
	t.notOk(await verify("nobody's password", undefined));
	t.notOk(await verify("", null));
});
