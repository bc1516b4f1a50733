import fc from "fast-check";
import { documentedRoutes } from "../../support/native-document.ts";
import type { Route } from "../../support/roads.ts";
import { broken } from "./broken.ts";
import { formRequests } from "./forms.ts";
import { fromDefinition, someType } from "./from-definition.ts";
import { fromSchema } from "./from-schema.ts";
import { headersFor } from "./headers.ts";
import { hostileSearch } from "./searches.ts";
import { escaped, odd, oddId, oddText } from "./values.ts";

/** A request as it goes out; `path` is already escaped. */
export interface Request {
	readonly method: string;
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
}

/** What requests are about. */
export interface Target {
	/** Every route there is. */
	readonly routes: readonly Route[];
	/** `Patient/12` and the like: something of one's own, something hidden, something that never was. */
	readonly references: readonly string[];
}

/** Requests to every route, with nothing, a little or everything wrong with them. */
export function hostileRequest(target: Target): fc.Arbitrary<Request> {
	const described = documentedRoutes();
	const native = described.map(({ method, path, route }): fc.Arbitrary<Request> => {
		const [content] = Object.values(route.requestBody?.content ?? {});
		const parameters = (route.parameters ?? []).filter((one) => one.in === "query");
		return fc.record({
			method: fc.constant(method),
			path: addressed(path.replace(/\{(\w+)\}/g, ":$1"), target, queryOf(parameters)),
			headers: headersFor("application/json"),
			...(content === undefined ? {} : { body: broken(fromSchema(content.schema)) }),
		});
	});
	const routed = target.routes.map(
		({ method, url }): fc.Arbitrary<Request> =>
			fc.record({
				method: fc.oneof({ weight: 9, arbitrary: fc.constant(method) }, someMethod),
				path: addressed(url, target, anyQuery),
				headers: headersFor(url.startsWith("/fhir") ? "application/fhir+json" : "application/json"),
				body: fc.oneof(
					broken(fc.oneof(odd, fc.object({ maxDepth: 2 }))),
					fc.string({ maxLength: 200, unit: "binary" }),
				),
			}),
	);
	return fc.oneof<fc.Arbitrary<Request>[]>(
		fc.oneof(...native),
		fc.oneof(...routed),
		hostileSearch(target),
		writes(target),
		fc.oneof(bundles(target), writes(target), formRequests(target)),
	) as fc.Arbitrary<Request>;
}

const someMethod = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND");

/** A route with something in the place of each parameter. */
function addressed(url: string, { references }: Target, query: fc.Arbitrary<string>): fc.Arbitrary<string> {
	const id = fc.oneof(
		fc.integer({ min: 1, max: 30 }).map(String),
		fc.constantFrom(...references).map((one) => one.split("/").at(-1) ?? ""),
		oddId.map(escaped),
	);
	const parts = url.split("/").map((part) => {
		if (part === ":type") return someType.map(escaped);
		return part.startsWith(":") || part === "*" ? id : fc.constant(part);
	});
	return fc.tuple(fc.tuple(...parts), query).map(([path, asked]) => path.join("/") + (asked === "" ? "" : `?${asked}`));
}

type Parameters_ = readonly { readonly name: string; readonly schema: Readonly<Record<string, unknown>> }[];

function queryOf(parameters: Parameters_): fc.Arbitrary<string> {
	if (parameters.length === 0) return anyQuery;
	const one = fc.constantFrom(...parameters).chain(({ name, schema }) => {
		const fitting = fromSchema(schema).map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
		return fitting.map((value) => `${name}=${escaped(value)}`);
	});
	return fc.oneof({ weight: 6, arbitrary: fc.array(one, { maxLength: 4 }).map((all) => all.join("&")) }, anyQuery);
}

const anyQuery: fc.Arbitrary<string> = fc.oneof(
	{ weight: 3, arbitrary: fc.constant("") },
	fc
		.array(
			fc.tuple(
				fc.constantFrom(
					"userId",
					"id",
					"limit",
					"cursor",
					"sort",
					"from",
					"to",
					"_count",
					"_cursor",
					"x",
					"a[]",
					"%00",
				),
				oddText,
			),
			{ maxLength: 3 },
		)
		.map((pairs) => pairs.map(([name, value]) => `${name}=${escaped(value)}`).join("&")),
	fc.constantFrom("&", "=", "a=%", "a=%ff", "?", "a=1&a=2", `x=${"x".repeat(9000)}`, "&".repeat(2000)),
);

/** Creates, updates and patches of resources made by FHIR's own definitions. */
function writes({ references }: Target): fc.Arbitrary<Request> {
	const json = headersFor("application/fhir+json");
	return someType.chain((type) => {
		const resource = fromDefinition(type, references);
		const id = fc.oneof(fc.constantFrom("fuzz-1", "fuzz-2", "vs-1-hr", "1"), oddId);
		const patch = fc.array(
			fc.record({
				op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "x"),
				path: fc.oneof(
					fc.constantFrom("/status", "/subject", "/id", "/extension/-", "", "/__proto__/x", "/a~2"),
					oddText,
				),
				from: fc.constantFrom("/status", "/x"),
				value: odd,
			}),
			{ maxLength: 3 },
		);
		return fc.oneof<fc.Arbitrary<Request>[]>(
			fc.record({
				method: fc.constant("POST"),
				path: fc.constant(`/fhir/${escaped(type)}`),
				headers: json,
				body: broken(resource),
			}),
			fc.tuple(id, resource, json).map(([name, body, headers]) => ({
				method: "PUT",
				path: `/fhir/${escaped(type)}/${escaped(name)}`,
				headers,
				body: JSON.stringify({ ...body, id: name }),
			})),
			fc.record({
				method: fc.constant("PATCH"),
				path: fc.oneof(
					id.map((one) => `/fhir/${escaped(type)}/${escaped(one)}`),
					fc.constant(`/fhir/${escaped(type)}?_id=1`),
				),
				headers: headersFor("application/json-patch+json"),
				body: broken(patch),
			}),
		) as fc.Arbitrary<Request>;
	});
}

function bundles({ references }: Target): fc.Arbitrary<Request> {
	const types = fc.constantFrom(
		"Patient",
		"Observation",
		"MedicationStatement",
		"Appointment",
		"Condition",
		"Organization",
	);
	const entry = types.chain((type) =>
		fc.record(
			{
				fullUrl: fc.oneof(
					fc.constantFrom(
						"urn:uuid:00000000-0000-4000-8000-000000000001",
						"urn:uuid:00000000-0000-4000-8000-000000000002",
					),
					oddText,
				),
				resource: fromDefinition(type, [
					...references,
					"urn:uuid:00000000-0000-4000-8000-000000000001",
					"Patient?_id=1",
				]),
				request: fc.record(
					{
						method: fc.constantFrom("POST", "PUT", "GET", "DELETE", "PATCH", "HEAD"),
						url: fc.oneof(
							fc.constantFrom(type, `${type}/fuzz-3`, `${type}?identifier=x`, `${type}/_search`, "../x", "metadata"),
							oddText,
						),
						ifNoneExist: fc.constantFrom("identifier=x", "x", ""),
						ifMatch: fc.constantFrom('W/"1"', "x"),
					},
					{ requiredKeys: ["method", "url"] },
				),
			},
			{ requiredKeys: ["request"] },
		),
	);
	const bundle = fc.record({
		resourceType: fc.constant("Bundle"),
		type: fc.constantFrom("transaction", "batch", "transaction", "batch", "collection", "x"),
		entry: fc.array(entry, { maxLength: 5 }),
	});
	return fc.record({
		method: fc.constant("POST"),
		path: fc.constant("/fhir"),
		headers: headersFor("application/fhir+json"),
		body: broken(bundle),
	});
}
