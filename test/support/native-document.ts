import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/** A schema of the document; `$ref` leads into `components/schemas`. */
export type DocumentSchema = Readonly<Record<string, unknown>>;

/** What a body may be, by media type. */
export type Content = Readonly<
	Record<string, { readonly schema: DocumentSchema; readonly example?: unknown; readonly examples?: object }>
>;

/** A route as the document tells it. */
export interface DocumentedRoute {
	readonly operationId?: string;
	readonly summary?: string;
	readonly tags?: readonly string[];
	readonly security?: readonly object[];
	readonly parameters?: readonly {
		readonly name: string;
		readonly in: string;
		readonly required?: boolean;
		readonly schema: DocumentSchema;
		readonly example?: unknown;
	}[];
	readonly requestBody?: { readonly content: Content };
	readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** openapi/native.json, as it is committed. */
export interface NativeDocument {
	readonly openapi: string;
	readonly tags: readonly { readonly name: string }[];
	readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedRoute>>>>;
	readonly components: { readonly schemas: Readonly<Record<string, DocumentSchema>> };
}

/** Where openapi/native.json is. */
export const nativeDocumentPath = new URL("../../openapi/native.json", import.meta.url).pathname;

let known: NativeDocument | undefined;

/** openapi/native.json, read once. */
export function nativeDocument(): NativeDocument {
	known ??= JSON.parse(readFileSync(nativeDocumentPath, "utf8")) as NativeDocument;
	return known;
}

/** Every route with its method in capitals and its path as in the document. */
export function documentedRoutes(): { method: string; path: string; route: DocumentedRoute }[] {
	return Object.entries(nativeDocument().paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, route]) => ({ method: method.toUpperCase(), path, route })),
	);
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const compiled = new Map<DocumentSchema, ValidateFunction>();

/** What is wrong with a value by a schema of the document; "" when nothing is. */
export function wrongBy(schema: DocumentSchema, value: unknown): string {
	if (compiled.size === 0) ajv.addSchema({ $id: "document", components: nativeDocument().components });
	let validate = compiled.get(schema);
	if (validate === undefined) {
		validate = ajv.compile(absolute(schema));
		compiled.set(schema, validate);
	}
	return validate(value) ? "" : ajv.errorsText(validate.errors);
}

/** The same with references that lead into the document from anywhere. */
function absolute(schema: DocumentSchema): DocumentSchema {
	return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"document#/')) as DocumentSchema;
}

/** Answers any route may give without saying so: methods it does not have, bodies nobody reads, a server that stops, a fault. */
const unsaid: ReadonlySet<number> = new Set([405, 408, 413, 415, 431, 500, 503]);

/**
 * What openapi/native.json has against an answer of /api; "" when it is as documented. Addresses it does not have are 404.
 *
 * @param path with its query, as it was asked
 */
export function wrongInAnswer(
	method: string,
	path: string,
	answer: { readonly status: number; readonly headers: Headers; readonly body: unknown },
): string {
	const { status, headers, body } = answer;
	const route = routeAt(method === "HEAD" ? "GET" : method, path.split("?")[0] ?? "");
	if (route === undefined)
		return [400, 401, 404].includes(status) || unsaid.has(status) ? "" : "the address is not documented";
	const response = route.responses[status];
	if (response === undefined) return unsaid.has(status) ? "" : "the status is not documented";
	if (response.content === undefined || method === "HEAD") return "";
	const type = headers.get("content-type")?.split(";")[0] ?? "";
	const media = response.content[type];
	if (media === undefined) return `${type} is not documented`;
	return type.endsWith("json") ? wrongBy(media.schema, body) : "";
}

let patterns: { method: string; pattern: RegExp; route: DocumentedRoute }[] | undefined;

function routeAt(method: string, path: string): DocumentedRoute | undefined {
	// Fixed words before parameters, as the server prefers them.
	patterns ??= documentedRoutes()
		.sort((one, other) => one.path.split("{").length - other.path.split("{").length)
		.map(({ method, path, route }) => ({
			method,
			pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}/?$`),
			route,
		}));
	return patterns.find((one) => one.method === method && one.pattern.test(path))?.route;
}
