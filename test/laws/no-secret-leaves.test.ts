import pg from "pg";
import t from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import { columnsOf, tableName } from "../../src/tables/columns.ts";
import { documentedRoutes, nativeDocument } from "../support/native-document.ts";
import { secretRecord } from "../support/secret-record.ts";
import { startTestServer } from "../support/server.ts";

// Users.password and vendors' tokens leave in no answer, error, document or log line, not even hashed or sealed.

const server = await startTestServer(t);
const sessions = [
	await server.as("patient@test.example"),
	await server.as("therapist@test.example"),
	await server.as("admin@test.example"),
];
const [patient, therapist, admin] = sessions as [(typeof sessions)[0], (typeof sessions)[0], (typeof sessions)[0]];
const record = await secretRecord(server, therapist);
const secrets = ["Zwqxk accessToken", "Zwqxk refreshToken"];
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const hashes = (await owner.query<{ password: string }>("select password from users where password is not null")).rows;
secrets.push(...hashes.map(({ password }) => password), "heart-test-2026");

const seen: string[] = [];
const noted = async (answer: Promise<{ status: number; text: string; headers: Headers }>) => {
	const { status, text, headers } = await answer;
	seen.push(`${text} ${JSON.stringify([...headers])}`);
	return status;
};

t.test("every row, list and error, and what one tries to get it", async (t) => {
	for (const { path, entity } of collections) {
		const id = record.rows.get(tableName(entity));
		for (const session of sessions) {
			await noted(session.get(`/api/${path}?limit=500`));
			await noted(session.get(`/api/${path}/${id}`));
			await noted(session.patch(`/api/${path}/${id}`, {}));
			for (const name of ["password", "accessToken", "refreshToken"]) {
				if (!columnsOf(entity).some(({ property }) => property === name)) continue;
				t.equal(await noted(session.get(`/api/${path}?${name}=x`)), 400, `${path}?${name}`);
				t.equal(await noted(session.get(`/api/${path}?sort=${name}`)), 400, `${path}?sort=${name}`);
				const changed = await noted(session.patch(`/api/${path}/${id}`, { [name]: "x" }));
				t.ok([400, 403].includes(changed), `${path}: ${name}: ${changed}`);
			}
		}
	}
	for (const path of [
		"/api/auth/me",
		"/fhir/Patient",
		"/fhir/Practitioner",
		"/fhir/_history",
		"/fhir/Device",
		"/fhir/AuditEvent",
	])
		for (const session of sessions) await noted(session.get(path));
	await noted(server.stranger.post("/api/auth/login", { email: "patient@test.example", password: "wrong" }));
	await noted(server.stranger.post("/api/auth/login", '{"password":"heart-test-2026",'));
	await noted(
		server.stranger.post("/api/auth/register", {
			email: "patient@test.example",
			password: "heart-test-2026",
			name: "x",
		}),
	);
	t.equal(await noted(admin.patch(`/api/users/${server.people.patient2}`, { password: "another sentence" })), 200);
	t.equal(
		await noted(admin.post("/api/users", { email: "n@test.example", name: "N", password: "a third sentence" })),
		201,
	);
	t.equal(await noted(patient.post("/api/devices", { deviceType: "samsung", accessToken: "stolen" })), 400);
});

t.test("none of it has a secret, nor has the log", async (t) => {
	const all = seen.join("\n");
	const lines = server.logged.join("\n");
	for (const secret of [...secrets, "another sentence", "a third sentence"]) {
		t.notOk(all.includes(secret), "an answer");
		t.notOk(lines.includes(secret), "a log line");
	}
	t.notMatch(all, /\$2[aby]\$/, "a hash");
	t.notMatch(lines, /\$2[aby]\$/, "a hash");
	for (const session of sessions) t.notOk(lines.includes(session.token), "a bearer token");
	t.ok(seen.length > 200);
});

t.test("the document shows none either", async (t) => {
	for (const { method, path, route } of documentedRoutes()) {
		const answers = JSON.stringify(route.responses);
		t.notMatch(answers, /"(password|accessToken|refreshToken)"/, `${method} ${path}`);
	}
	for (const [name, schema] of Object.entries(nativeDocument().components.schemas)) {
		const members = Object.entries((schema.properties ?? {}) as Record<string, { writeOnly?: boolean }>);
		for (const [member, one] of members)
			if (/^(accessToken|refreshToken)$/.test(member)) t.fail(`${name}.${member}`);
			else if (member === "password" && /^Account(Body|Changes)$/.test(name))
				t.equal(one.writeOnly, true, `${name}.${member}`);
	}
});
