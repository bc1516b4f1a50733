import fc from "fast-check";
import t from "tap";
import { valuesOf } from "../support/from-schema.ts";
import { type DocumentedRoute, documentedRoutes } from "../support/native-document.ts";
import { secretRecord } from "../support/secret-record.ts";
import { startTestServer } from "../support/server.ts";

// Requests made from openapi/native.json, valid ones and spoiled ones: no fault, and every answer as the document says (the session
// checks that). DOCUMENT_RUNS=50000 DOCUMENT_SEED=1 node test/journeys/document-fuzz.test.ts runs longer.

const numRuns = Number(process.env.DOCUMENT_RUNS ?? 600);
const seed = Number(process.env.DOCUMENT_SEED ?? Date.now() % 1_000_000);
const server = await startTestServer(t);
const sessions = {
	patient: await server.as("patient@test.example"),
	therapist: await server.as("therapist@test.example"),
	admin: await server.as("admin@test.example"),
	stranger: server.stranger,
};
const record = await secretRecord(server, sessions.therapist);

/** Routes that end a session or an account, never end themselves, or go out to vendors. */
const left = /logout|account$|password|\/stream$|\/sync-progress$|strava|polar|webhooks|\/sync$|\/push$|\/launch$/;
const routes = documentedRoutes().filter(({ path }) => !left.test(path));

interface Asked {
	readonly who: keyof typeof sessions;
	readonly method: string;
	readonly path: string;
	readonly body: unknown;
}

const ids = [...new Set([...record.rows.values(), ...Object.values(server.people.profiles), 1, 987654])];

/** One request of a route; one in three spoiled in one place. */
function asked({ method, path, route }: (typeof routes)[number]): fc.Arbitrary<Asked> {
	const parameters = route.parameters ?? [];
	const query = parameters.filter((one) => one.in === "query");
	const bodySchema = route.requestBody?.content["application/json"]?.schema;
	return fc
		.record({
			who: fc.constantFrom<Asked["who"]>("patient", "patient", "therapist", "therapist", "admin", "admin", "stranger"),
			id: fc.constantFrom(...ids),
			chosen: fc.subarray(query, { maxLength: Math.min(4, query.length) }),
			seed: fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, valuesOf(schema)]))),
			body: bodySchema === undefined ? fc.constant(undefined) : valuesOf(bodySchema),
			spoil: fc.option(fc.tuple(fc.nat(), fc.jsonValue({ maxDepth: 1 })), { freq: 2 }),
			isFitting: fc.boolean(),
		})
		.map(({ who, id, chosen, seed, body: any, spoil, isFitting }) => {
			const body = isFitting ? fitting(any) : any;
			const needed = query.filter(({ required }) => required === true);
			const given = new Map([...needed, ...chosen].map(({ name }) => [name, String(seed[name])]));
			const place = spoil === null ? "" : spoiled(route, given, body, spoil);
			const text = new URLSearchParams([...given]).toString();
			const url = path.replace(/\{\w+\}/g, place === "id" ? encodeURIComponent(spelled(spoil?.[1])) : String(id));
			return { who, method, path: text === "" ? url : `${url}?${text}`, body: place === "body" ? spoil?.[1] : body };
		});
}

/** The same body about somebody there is, without what the server sets and what it may leave out of others' rows. */
function fitting(body: unknown): unknown {
	if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
	const kept = Object.entries(body).filter(([name]) => !/^(id|createdAt|updatedAt|.*Id)$/.test(name));
	const known = { userId: server.people.patient, patientId: server.people.profiles.patient };
	const named = Object.entries(known).filter(([name]) => name in body);
	return { ...Object.fromEntries(kept), ...Object.fromEntries(named) };
}

/** Puts something else into one place; says where the caller must do it itself. */
function spoiled(
	route: DocumentedRoute,
	given: Map<string, string>,
	body: unknown,
	[at, value]: readonly [number, unknown],
): "" | "id" | "body" {
	const names = [...given.keys(), "unheardOf"];
	const members = typeof body === "object" && body !== null ? Object.keys(body) : [];
	const places = [...names.map((name) => `?${name}`), ...members.map((name) => `.${name}`), "id", "body"];
	const place = places[at % places.length] as string;
	if (place.startsWith("?")) given.set(place.slice(1), spelled(value));
	if (place.startsWith(".")) Object.assign(body as object, { [place.slice(1)]: value });
	if (place === "id" && route.parameters?.some((one) => one.in === "path") && spelled(value).length > 0) return "id";
	return place === "body" && body !== undefined ? "body" : "";
}

/** As it stands in a URL. Lone surrogates cannot. */
function spelled(value: unknown): string {
	return (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
}

t.test(`${numRuns} requests from the document, seed ${seed}`, async (t) => {
	const statuses = new Map<number, number>();
	const request = fc.constantFrom(...routes).chain(asked);
	await fc.assert(
		fc.asyncProperty(request, async ({ who, method, path, body }) => {
			const session = sessions[who];
			const text = body === undefined ? undefined : JSON.stringify(body);
			const answer =
				method === "GET"
					? await session.get(path)
					: method === "DELETE"
						? await session.delete(path)
						: await session[method.toLowerCase() as "post" | "put" | "patch"](path, text);
			statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
			if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text}`);
			if (who === "stranger" && answer.status < 300 && !/auth|feed\.ics/.test(path))
				throw new Error("a stranger got an answer");
		}),
		{ numRuns, seed },
	);
	t.comment(JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b))));
	for (const status of [200, 400, 401, 403, 404]) t.ok((statuses.get(status) ?? 0) > 0, `some are ${status}`);
	t.same(server.logged.filter((line) => line.includes('"level":50')).slice(0, 3), [], "no fault in the log");
});
