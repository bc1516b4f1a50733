import t, { type Test } from "tap";
import { collections } from "../../src/http/native/collections/all.ts";
import type { Entity } from "../../src/tables/all.ts";
import { columnsOf, tableName } from "../../src/tables/columns.ts";
import { describedRoad } from "../support/described-roads.ts";
import { noting, openRoutes, registeredRoutes, untaken } from "../support/roads.ts";
import { marker, secretRecord } from "../support/secret-record.ts";
import { type Answer, type Session, startTestServer } from "../support/server.ts";
import { alike, noTrace, unmarked } from "../support/traces.ts";

// The native half of isolation-matrix.test.ts: everybody whom a record does not concern × every collection × every road.

const server = await startTestServer(t);
const own = await server.as("therapist@test.example");
const record = await secretRecord(server, own);
const routes = await registeredRoutes(server);
/** Requests outsiders made. */
const taken = new Set<string>();

/** By collection: every order there is, with the cursor of its first page as the therapist gets it. */
const cursors = new Map<string, [sort: string, cursor: string][]>();
for (const { path, entity } of collections) {
	const orders = columnsOf(entity).flatMap(({ property }) => [property, `-${property}`]);
	const pages = await Promise.all(
		orders.map(async (sort): Promise<[string, string]> => {
			const next = (await own.get(`/api/${path}?sort=${sort}&limit=1`)).body?.nextCursor;
			return [sort, typeof next === "string" ? `&cursor=${next}` : ""];
		}),
	);
	cursors.set(path, pages);
}

for (const name of ["therapist2", "other", "patient2"]) {
	const outsider = noting(await server.as(`${name}@test.example`), taken);

	t.test(`${name}: lists, rows, writes and links`, async (t) => {
		for (const { path, entity } of collections) {
			const table = tableName(entity);
			const id = record.rows.get(table) as number;
			noTrace(t, await outsider.get(`/api/${path}?limit=500`), path);
			for (const column of columnsOf(entity)) {
				if (column.references === undefined && column.property !== "id") continue;
				const value = column.references === undefined ? id : record.rows.get(column.references);
				noTrace(t, await outsider.get(`/api/${path}?${column.property}=${value}`), `${path}?${column.property}`);
			}
			for (const [sort, cursor] of cursors.get(path) ?? [])
				noTrace(t, await outsider.get(`/api/${path}?sort=${sort}${cursor}`), `${path}?sort=${sort}${cursor}`);
			await links(t, outsider, path, entity);
			noTrace(t, await outsider.post(`/api/${path}`, {}), `POST ${path}`);
			for (const answer of [
				await outsider.put(`/api/${path}`, {}),
				await outsider.patch(`/api/${path}`, {}),
				await outsider.delete(`/api/${path}`),
				await outsider.post(`/api/${path}/${id}`, {}),
			]) {
				noTrace(t, answer, path);
				t.equal(answer.status, 405, `${path}: a method it does not have`);
			}
			if ((await outsider.get(`/api/${path}/${id}`)).status === 200) {
				// Shared by all; therapists keep these lists.
				for (const [road, take] of roadsTo(outsider))
					noTrace(t, await take(`/api/${path}/${road === "DELETE" ? 987654 : id}`), `${road} ${path}`);
				continue;
			}
			for (const [road, take] of roadsTo(outsider)) {
				const [hidden, none] = [await take(`/api/${path}/${id}`), await take(`/api/${path}/987654`)];
				alike(t, road, [hidden, `${path}/${id}`], [none, `${path}/987654`]);
			}
		}
		for (const { path, entity } of collections) {
			const id = record.rows.get(tableName(entity));
			t.equal((await own.get(`/api/${path}/${id}`)).status, 200, `${path} is untouched`);
		}
	});
}

for (const name of ["therapist2", "other", "patient2"]) {
	const outsider = noting(await server.as(`${name}@test.example`), taken);
	t.test(`${name}: what is more than rows`, async (t) => {
		for (const route of routes) {
			if (!route.url.startsWith("/api/") || openRoutes.includes(`${route.method} ${route.url}`)) continue;
			const isRows = collections.some(({ path }) => [`/api/${path}`, `/api/${path}/:id`].includes(route.url));
			const road = isRows ? undefined : describedRoad(outsider, route, record.rows);
			// Signing out would end the journey.
			if (road === undefined || route.url === "/api/auth/logout") continue;
			if (road.namesTheRecord) alike(t, `${route.method} ${route.url}`, await road.hidden(), await road.none());
			else notOf(t, (await road.hidden())[0], `${route.method} ${route.url}`);
		}
		const event = record.rows.get("calendar_events") as number;
		for (const scope of ["this", "following", "all"]) {
			const path = (id: number) => `/api/events/${id}?scope=${scope}&occurrence=2026-01-01`;
			for (const [road, take] of roadsTo(outsider).slice(2)) {
				alike(t, road, [await take(path(event)), path(event)], [await take(path(987654)), path(987654)]);
			}
		}
	});
}

for (const name of ["therapist2", "other"]) {
	const outsider = noting(await server.as(`${name}@test.example`), taken);

	t.test(`${name}: apps`, async (t) => {
		const launch = (patient: unknown) => outsider.post("/api/launch", { clientId: "demo-app", patient });
		const [hidden, none] = [await launch(server.people.profiles.patient), await launch(987654)];
		t.equal(`${hidden.status} ${hidden.text}`, `${none.status} ${none.text}`, "a launch for their patient");
		noTrace(t, hidden, "POST /api/launch");
		for (const answer of [
			await outsider.get("/api/admin/clients"),
			await outsider.post("/api/admin/clients", { name: "Mine", authMethod: "none" }),
			await outsider.get("/api/admin/clients/demo-app"),
			await outsider.patch("/api/admin/clients/demo-app", { name: "Mine" }),
			await outsider.delete("/api/admin/clients/demo-app"),
			await outsider.get("/api/admin/identity-links"),
			await outsider.post("/api/admin/identity-links", { subject: "mine", userId: 1 }),
			await outsider.get("/api/admin/identity-links/1"),
			await outsider.delete("/api/admin/identity-links/1"),
		]) {
			t.equal(answer.status, 403, "apps and who signs in by a provider are the administrators'");
		}
	});
}

t.test("every registered native route was taken by an outsider", async (t) => {
	const open = [...openRoutes, "GET /api/auth/me", "POST /api/auth/logout"];
	const native = routes.filter(({ method, url }) => url.startsWith("/api") && !open.includes(`${method} ${url}`));
	t.ok(native.length >= 26 * 4);
	t.same(untaken(native, taken), [], "a new route needs a road above, or its place among the open ones");
});

/** New rows, and changes of own ones, that refer to rows of the record, are refused like references to what never was. */
async function links(t: Test, session: Session, path: string, entity: Entity): Promise<void> {
	const whole = (await own.get(`/api/${path}/${record.rows.get(tableName(entity))}`)).body;
	const mine = (await session.get(`/api/${path}?limit=1`)).body?.data?.[0];
	const given = unmarked({ ...whole, userId: undefined }, "");
	for (const name of ["id", "createdAt", "updatedAt"]) delete given[name];
	for (const { property, references } of columnsOf(entity)) {
		if (references === undefined) continue;
		const hidden = record.rows.get(references);
		const roads: ((value: unknown) => Promise<Answer>)[] = [
			(value) => session.post(`/api/${path}`, { ...given, [property]: value }),
			...(mine === undefined
				? []
				: [(value: unknown) => session.patch(`/api/${path}/${mine.id}`, { [property]: value })]),
		];
		for (const take of roads) {
			const [theirs, none] = [await take(hidden), await take(987654)];
			noTrace(t, theirs, `${path} with their ${property}`);
			// Definitions that everybody shares may be referred to.
			if ((await session.get(`/api/${pathOf(references)}/${hidden}`)).status === 200) continue;
			t.equal(`${theirs.status} ${theirs.text}`, `${none.status} ${none.text}`, `${path} with their ${property}`);
			t.ok(theirs.status >= 400, `${path} with their ${property}: ${theirs.status}`);
		}
	}
}

function pathOf(table: string): string {
	return collections.find(({ entity }) => tableName(entity) === table)?.path ?? table;
}

function roadsTo(session: Session): [string, (path: string) => Promise<Answer>][] {
	return [
		["GET", (path) => session.get(path)],
		["GET if changed", (path) => session.get(path, { "if-none-match": '"1"' })],
		["PUT", (path) => session.put(path, {})],
		["PATCH", (path) => session.patch(path, {})],
		["PATCH of a version", (path) => session.patch(path, {}, { "if-match": '"7"' })],
		["DELETE", (path) => session.delete(path)],
	];
}

/** What is about oneself alone has no trace of anybody; a service that is not set up may say so. */
function notOf(t: Test, answer: Answer, road: string): void {
	if (answer.status === 503) t.notMatch(answer.text, marker, road);
	else noTrace(t, answer, road);
}
