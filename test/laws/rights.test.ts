import t, { type Test } from "tap";
import { callerOf, serverCaller } from "../../src/access/caller.ts";
import { isKept, isNotTheirs } from "../../src/access/may.ts";
import { type Operation, type PersonRole, rights } from "../../src/access/rights.ts";
import type { Failure } from "../../src/fhir/failure.ts";
import { collections } from "../../src/http/native/collections/all.ts";
import { deleteRows, insertRows, type RowValues, requireRow, updateRows } from "../../src/store/rows.ts";
import { entities } from "../../src/tables/all.ts";
import { columnsOf, entityOf, tableName } from "../../src/tables/columns.ts";
import { secretRecord } from "../support/secret-record.ts";
import { startTestServer } from "../support/server.ts";

// Who may do what: over HTTP for every role, table and operation, beside a list written by hand; by column; and in the database itself.

const server = await startTestServer(t);
const { people } = server;
const sessions = {
	patient: await server.as("patient@test.example"),
	therapist: await server.as("therapist@test.example"),
	admin: await server.as("admin@test.example"),
};
const roles = ["patient", "therapist", "admin"] as const;
const record = await secretRecord(server, sessions.therapist);
const idOf = (table: string) => record.rows.get(table) as number;

/** What the issue asks for, in nobody's code: patient, therapist, admin. */
const expected = `
	users                    ru    ru    crud
	patients                 ru    crud  crud
	providers                crud  crud  crud
	vitals                   crud  crud  crud
	medications              crud  crud  crud
	medication-logs          crud  crud  crud
	alerts                   ru    crud  crud
	calendars                crud  crud  crud
	events                   crud  crud  crud
	event-templates          crud  crud  crud
	food-categories          r     crud  crud
	food-items               r     crud  crud
	meals                    crud  crud  crud
	meal-items               crud  crud  crud
	exercises                r     crud  crud
	exercise-prescriptions   r     crud  crud
	exercise-logs            crud  crud  crud
	therapy-phases           r     crud  crud
	therapy-routines         r     crud  crud
	activities               r     crud  crud
	therapy-goals            cru   crud  crud
	devices                  crud  crud  crud
	device-sync-logs         r     r     crud
	sleep-logs               crud  crud  crud
	hydration-logs           crud  crud  crud
	daily-scores             r     r     crud`;

let days = 0;

/** A new row's body as a role sends it: everything it may set, like the record's row. */
async function bodyFor(role: PersonRole, path: string, table: string): Promise<Record<string, unknown>> {
	const entity = entityOf(table);
	const { body } = await sessions.admin.get(`/api/${path}/${idOf(table)}`);
	const caller = { ...serverCaller, personRole: role, userId: people[role] };
	const set = Object.entries(body as Record<string, unknown>).filter(
		([property]) => !isKept(caller, table, "create", property),
	);
	const given = Object.fromEntries(set);
	if (table === "users") return { ...given, email: `${role}-${Math.random()}@test.example` };
	if (table === "patients")
		return { ...given, userId: null, ...(role === "therapist" && { therapistId: people.therapist }) };
	// One a day.
	if (table === "daily_scores") return { ...given, date: `2020-01-${String(++days).padStart(2, "0")}` };
	if (table === "calendars") return { ...given, isDefault: false };
	if (table === "calendar_events")
		return { ...given, recurrenceRule: null, recurrenceException: null, parentEventId: null };
	if (entity === undefined) throw new Error(table);
	return given;
}

/** Sends one operation; true when it was done, false when it was forbidden. */
async function attempt(t: Test, role: PersonRole, path: string, table: string, operation: Operation): Promise<boolean> {
	const session = sessions[role];
	// Everybody sees their own account; only that may be changed by most.
	const own = table === "users" ? people[role] : idOf(table);
	if (operation === "read") return (await session.get(`/api/${path}/${own}`)).status === 200;
	if (operation === "create") {
		const answer = await session.post(`/api/${path}`, await bodyFor(role, path, table));
		t.ok([201, 403].includes(answer.status), `${role} create ${path}: ${answer.status} ${answer.text}`);
		return answer.status === 201;
	}
	if (operation === "update") {
		const answer = await session.patch(`/api/${path}/${own}`, {});
		t.ok([200, 403].includes(answer.status), `${role} update ${path}: ${answer.status} ${answer.text}`);
		return answer.status === 200;
	}
	const made = await sessions.admin.post(`/api/${path}`, await bodyFor("admin", path, table));
	t.equal(made.status, 201, `${path}: ${made.text}`);
	const seen = (await session.get(`/api/${path}/${made.body.id}`)).status === 200;
	const answer = await session.delete(`/api/${path}/${seen ? made.body.id : own}`);
	t.ok([204, 403].includes(answer.status), `${role} delete ${path}: ${answer.status} ${answer.text}`);
	return answer.status === 204;
}

t.test("what is said is about what is there", async (t) => {
	t.same(Object.keys(rights).sort(), entities.map(tableName).sort());
	for (const [table, { computed = [], fixed = [], ...byRole }] of Object.entries(rights)) {
		const properties = columnsOf(entityOf(table) as (typeof entities)[number]).map(({ property }) => property);
		const named = roles.flatMap((role) => {
			const { leaves = [], keeps = [], changesOnly = [] } = byRole[role];
			return [...leaves, ...keeps, ...changesOnly];
		});
		t.same(
			[...computed, ...fixed, ...named].filter((property) => !properties.includes(property)),
			[],
			table,
		);
		t.ok(
			roles.every((role) => byRole[role].may.includes("read")),
			`${table}: what may be seen may be read`,
		);
	}
});

t.test("role × table × operation, as data and as wished", async (t) => {
	const letters: Readonly<Record<string, Operation>> = { c: "create", r: "read", u: "update", d: "delete" };
	const wished = expected
		.trim()
		.split("\n")
		.map((line) => line.trim().split(/\s+/));
	t.same(
		wished.map(([path]) => path),
		collections.map(({ path }) => path),
	);
	for (const [path = "", ...byRole] of wished) {
		const table = tableName(collections.find((one) => one.path === path)?.entity as (typeof entities)[number]);
		for (const [at, role] of roles.entries()) {
			const done: string[] = [];
			for (const [letter, operation] of Object.entries(letters))
				if (await attempt(t, role, path, table, operation)) done.push(letter);
			t.equal(done.join(""), byRole[at], `${role}: ${path}`);
			const data = Object.entries(letters).filter(([, operation]) => rights[table]?.[role].may.includes(operation));
			t.equal(data.map(([letter]) => letter).join(""), byRole[at], `${role}: ${path}, as data`);
		}
	}
});

t.test("columns that are not a role's to change are refused by name, and stay", async (t) => {
	let refused = 0;
	for (const { path, entity } of collections) {
		const table = tableName(entity);
		for (const role of roles) {
			if (!rights[table]?.[role].may.includes("update")) continue;
			const caller = callerOf({ id: people[role], role });
			const url = `/api/${path}/${table === "users" ? people[role] : idOf(table)}`;
			const before = (await sessions[role].get(url)).body;
			for (const column of columnsOf(entity)) {
				const { property, type } = column;
				if (property === "version" || !isKept(caller, table, "update", property)) continue;
				const value = other(type, column.values, before[property]);
				const answer = await sessions[role].patch(url, { [property]: value });
				const status = isNotTheirs(caller, table, "update", property) ? 403 : 400;
				t.equal(answer.status, status, `${role} ${path}.${property}: ${answer.text}`);
				t.equal(answer.body.errors[0].path, property);
				refused++;
			}
			t.same((await sessions[role].get(url)).body, before, `${role}: ${path} is as it was`);
		}
	}
	t.ok(refused > 150, String(refused));
});

t.test("what the issue names", async (t) => {
	const { patient, therapist, admin } = sessions;
	const at = (path: string, table: string) => `/api/${path}/${idOf(table)}`;
	const no: [typeof patient, string, object][] = [
		[patient, `/api/users/${people.patient}`, { role: "admin" }],
		[patient, `/api/users/${people.patient}`, { password: "another one" }],
		[patient, at("patients", "patients"), { therapistId: people.therapist2 }],
		[patient, at("patients", "patients"), { maxHeartRate: 200 }],
		[therapist, at("patients", "patients"), { therapistId: people.therapist2 }],
		[therapist, at("patients", "patients"), { userId: people.patient2 }],
		[admin, at("patients", "patients"), { therapistId: people.therapist2 }],
		[patient, at("alerts", "alerts"), { severity: "critical" }],
		[patient, at("therapy-goals", "therapy_goals"), { title: "less" }],
		[therapist, `/api/users/${people.therapist}`, { role: "admin" }],
	];
	for (const [session, url, body] of no) {
		const elsewhere = session !== patient && "therapistId" in body;
		t.equal((await session.patch(url, body)).status, elsewhere ? 400 : 403, `${url} ${JSON.stringify(body)}`);
	}
	const yes: [typeof patient, string, object][] = [
		[patient, at("alerts", "alerts"), { isResolved: true, resolvedAt: "2026-03-01T08:00:00Z" }],
		[patient, at("therapy-goals", "therapy_goals"), { progress: 60, status: "in-progress" }],
		[patient, at("patients", "patients"), { city: "Zwqxk" }],
		[therapist, at("patients", "patients"), { maxHeartRate: 130, notes: "Zwqxk" }],
		[admin, `/api/users/${people.therapist}`, { phoneNumber: "1" }],
	];
	for (const [session, url, body] of yes) {
		const answer = await session.patch(url, body);
		t.equal(answer.status, 200, `${url} ${answer.text}`);
		t.match(answer.body, Object.fromEntries(Object.entries(body).filter(([name]) => name !== "resolvedAt")));
	}
	t.equal(
		(await patient.patch(`/api/users/${people.therapist}`, { name: "x" })).status,
		403,
		"their therapist's account",
	);
	t.equal(
		(await therapist.patch(`/api/users/${people.patient}`, { name: "x" })).status,
		403,
		"their patient's account",
	);
	const template = await admin.post("/api/event-templates", { name: "The system's" });
	t.equal(template.body.userId, null);
	const url = `/api/event-templates/${template.body.id}`;
	for (const session of [patient, therapist]) {
		t.equal((await session.get(url)).status, 200);
		t.equal((await session.patch(url, { name: "x" })).status, 403);
		t.equal((await session.put(url, { name: "x" })).status, 403);
		t.equal((await session.delete(url)).status, 403);
		t.equal((await session.post("/api/event-templates", { name: "x", userId: null })).status, 403);
	}
	t.equal((await admin.patch(`/api/users/${people.therapist}`, { role: "patient" })).status, 409, "has patients");
	t.equal((await therapist.delete(at("patients", "patients"))).status, 409, "has data");
});

t.test("the database itself refuses what the data say nobody of the role may", async (t) => {
	for (const [table, byRole] of Object.entries(rights)) {
		const entity = entityOf(table) as (typeof entities)[number];
		const row = await server.database.read(serverCaller, (tx) => requireRow(tx, entity, idOf(table)));
		const { id, version: _version, password: _password, accessToken: _access, refreshToken: _refresh, ...values } = row;
		for (const role of ["patient", "therapist"] as const) {
			const caller = callerOf({ id: people[role], role });
			const tried = (work: Parameters<typeof server.database.write<unknown>>[1]) =>
				server.database.write(caller, work).then(
					(done) => (done as unknown[]).filter((one) => one !== undefined).length,
					(error: Failure) => error.kind,
				);
			const { may } = byRole[role];
			if (!may.includes("create") && table !== "users")
				t.equal(
					await tried((tx) => insertRows(tx, entity, [values as RowValues])),
					"forbidden",
					`${role} insert ${table}`,
				);
			if (!may.includes("delete"))
				t.match(await tried((tx) => deleteRows(tx, entity, [id as number])), /forbidden|0/, `${role} delete ${table}`);
			const changes = Object.fromEntries(
				Object.entries(values).filter(
					([property]) => !["createdAt", "updatedAt"].includes(property) && isKept(caller, table, "update", property),
				),
			);
			const isLimited = !may.includes("update") || byRole[role].changesOnly !== undefined;
			if (isLimited && Object.keys(changes).length > 0)
				t.match(
					await tried((tx) => updateRows(tx, entity, [{ id: id as number, changes }])),
					/forbidden|0/,
					`${role} update ${table}`,
				);
		}
	}
});

function other(type: string, values: readonly string[] | undefined, now: unknown): unknown {
	if (values !== undefined) return values.find((value) => value !== now);
	if (type === "integer" || type === "float") return Number(now ?? 1) + 1;
	if (type === "boolean") return now !== true;
	if (type === "date") return "2001-02-03";
	if (type === "instant") return "2001-02-03T04:05:06.000Z";
	return "something else";
}

t.test("the same through FHIR: what is a row may be written by whom the data say", async (t) => {
	const mapped: readonly [name: string, table: string][] = [
		[`Patient/${people.profiles.patient}`, "patients"],
		[`Observation/vs-${idOf("vitals_samples")}-hr`, "vitals_samples"],
		[`MedicationStatement/med-${idOf("medications")}`, "medications"],
		[`Appointment/ev-${idOf("calendar_events")}`, "calendar_events"],
	];
	for (const [name, table] of mapped) {
		for (const role of roles) {
			const session = sessions[role];
			const may = (operation: Operation) => rights[table]?.[role].may.includes(operation);
			const { body } = await session.get(`/fhir/${name}`);
			const put = await session.put(`/fhir/${name}`, body);
			t.equal(put.status, may("update") ? 200 : 403, `${role} update ${name}: ${put.text}`);
			const { id: _id, meta: _meta, ...copy } = body;
			const made = await session.post(`/fhir/${body.resourceType}`, copy);
			t.equal(made.status, may("create") ? 201 : 403, `${role} create ${name}: ${made.text}`);
			const other = made.status === 201 ? made : await sessions.therapist.post(`/fhir/${body.resourceType}`, copy);
			const gone = await session.delete(
				`/fhir/${table === "patients" && role === "patient" ? name : `${body.resourceType}/${other.body.id}`}`,
			);
			t.equal(gone.status, may("delete") ? 204 : 403, `${role} delete ${name}: ${gone.text}`);
		}
	}
});

t.test("the same through FHIR: columns that are not a role's", async (t) => {
	const { patient, therapist } = sessions;
	const profile = `/fhir/Patient/${people.profiles.patient}`;
	const { body } = await patient.get(profile);
	const gp = [{ reference: `Practitioner/user-${people.therapist2}` }];
	for (const session of [patient, therapist])
		t.equal((await session.put(profile, { ...body, active: false, generalPractitioner: gp })).status, 200);
	const row = (await sessions.admin.get(`/api/patients/${people.profiles.patient}`)).body;
	t.equal(row.therapistId, people.therapist, "care is not given away by a Patient");
	for (const [session, account] of [
		[patient, people.therapist],
		[patient, people.patient],
		[therapist, people.therapist2],
	] as const) {
		const before = (await sessions.admin.get(`/api/users/${account}`)).body;
		const url = `/fhir/Practitioner/user-${account}`;
		const practitioner = { resourceType: "Practitioner", id: `user-${account}`, name: [{ text: "Somebody else" }] };
		const answer = await session.put(url, practitioner);
		t.ok([403, 404, 409].includes(answer.status), `${url}: ${answer.status} ${answer.text}`);
		t.equal((await session.delete(url)).status >= 200, true);
		t.same((await sessions.admin.get(`/api/users/${account}`)).body, before, `${url} is as it was`);
	}
});
