import type { Interaction } from "../../http/fhir/interaction.ts";
import { failures, ref } from "./components.ts";
import type { Part } from "./document.ts";
import { searchParameterRefs } from "./parameters.ts";

type Status = keyof typeof failures;

/** What an interaction is in OpenAPI, apart from the type. */
interface Saying {
	/** Around the type's name: `read` gives `readPatient`. */
	readonly name: (type: string) => string;
	readonly summary: (type: string) => string;
	/** Names of common parameters. */
	readonly parameters: readonly string[];
	/** The type's own search parameters too. */
	readonly searches?: true;
	/** The body: a resource of the type, or another component. */
	readonly takes?: "resource" | "Patch";
	/** Good answers: a component, or the type's own where "resource". */
	readonly answers: Readonly<Record<number, string>>;
	readonly failures: readonly Status[];
}

const paging = ["_count", "_cursor", "_total", "_summary", "_elements", "_pretty"];
const results = ["_sort", "_include", "_revinclude", ...paging];
const writing = ["Prefer", "X-Dry-Run"];

const search: Saying = {
	name: (type) => `search${type}`,
	summary: (type) => `Search ${type}`,
	parameters: results,
	searches: true,
	answers: { 200: "Matches" },
	failures: [406],
};
const history: Saying = {
	name: (type) => `history${type}`,
	summary: (type) => `Versions of all ${type}`,
	parameters: ["_since", "_at", ...paging],
	answers: { 200: "Versions" },
	failures: [406],
};
const update: Saying = {
	name: (type) => `update${type}`,
	summary: (type) => `Replace a ${type}, or create it under this id`,
	parameters: ["id", "If-Match", "If-None-Match", ...writing],
	takes: "resource",
	answers: { 200: "resource", 201: "resource" },
	failures: [403, 409, 412, 413, 415],
};
const patch: Saying = {
	name: (type) => `patch${type}`,
	summary: (type) => `Change a part of a ${type}`,
	parameters: ["id", "If-Match", ...writing],
	takes: "Patch",
	answers: { 200: "resource" },
	failures: [403, 404, 409, 410, 412, 413, 415],
};
const remove: Saying = {
	name: (type) => `delete${type}`,
	summary: (type) => `Delete a ${type}; also what is not there`,
	parameters: ["id", "If-Match", ...writing],
	answers: { 204: "Deleted" },
	failures: [403, 409, 412],
};

/** By level and code of an interaction; one that is asked by POST where GET does too is a form. */
const sayings: Readonly<Record<string, Saying>> = {
	"type search-type": search,
	"system search-system": {
		...search,
		name: () => "searchAll",
		summary: () => "Search all types",
		parameters: ["_type", ...results],
	},
	"type history-type": { ...history, name: (type) => `history${type}Type` },
	"system history-system": { ...history, name: () => "historyAll", summary: () => "Versions of everything" },
	"instance history-instance": {
		...history,
		summary: (type) => `Versions of one ${type}`,
		parameters: ["id", ...history.parameters],
		failures: [404, 406],
	},
	"instance read": {
		name: (type) => `read${type}`,
		summary: (type) => `Read a ${type}`,
		parameters: ["id", "_summary", "_elements", "_pretty", "If-None-Match", "If-Modified-Since"],
		answers: { 200: "resource", 304: "NotModified" },
		failures: [404, 406, 410],
	},
	"instance vread": {
		name: (type) => `vread${type}`,
		summary: (type) => `Read a version of a ${type}`,
		parameters: ["id", "versionId", "_pretty"],
		answers: { 200: "resource" },
		failures: [404, 406, 410],
	},
	"type create": {
		name: (type) => `create${type}`,
		summary: (type) => `Create a ${type}`,
		parameters: ["If-None-Exist", "Idempotency-Key", ...writing],
		takes: "resource",
		answers: { 200: "resource", 201: "resource" },
		failures: [403, 409, 412, 413, 415, 422],
	},
	"instance update": update,
	"type update": {
		...update,
		name: (type) => `update${type}Where`,
		summary: (type) => `Replace the ${type} that matches, or create it`,
		parameters: ["criteria", ...update.parameters.slice(1)],
	},
	"instance patch": patch,
	"type patch": {
		...patch,
		name: (type) => `patch${type}Where`,
		summary: (type) => `Change a part of the one ${type} that matches`,
		parameters: ["criteria", ...patch.parameters.slice(1)],
	},
	"instance delete": remove,
	"type delete": {
		...remove,
		name: (type) => `delete${type}Where`,
		summary: (type) => `Delete the one ${type} that matches`,
		parameters: ["criteria", ...remove.parameters.slice(1)],
	},
};

/** An interaction with a type (or "system") as an OpenAPI operation. @throws Error for an interaction nothing is said of yet */
export function operationOf(tag: string, { code, level, method }: Interaction): Part {
	const saying = sayings[`${level} ${code}`];
	if (saying === undefined) throw new Error(`src/openapi/fhir/operation.ts does not say what ${level} ${code} is`);
	const byForm = saying.searches === true && method === "POST";
	const taken = byForm ? "Search" : saying.takes === "resource" ? tag : saying.takes;
	const parameters = byForm
		? []
		: [
				...saying.parameters.map((name) => ref("parameters", name)),
				...(saying.searches ? searchParameterRefs(tag === "system" ? undefined : tag) : []),
			];
	return {
		operationId: byForm ? `${saying.name(tag)}ByPost` : saying.name(tag),
		tags: [tag],
		summary: byForm ? `${saying.summary(tag)}, the parameters in the body` : saying.summary(tag),
		...(parameters.length === 0 ? {} : { parameters }),
		...(taken === undefined ? {} : { requestBody: ref("requestBodies", taken) }),
		responses: {
			...Object.fromEntries(
				Object.entries(saying.answers).map(([status, name]) => [
					status,
					ref("responses", name === "resource" ? tag : name),
				]),
			),
			...refusals([400, 401, ...saying.failures, 503]),
		},
	};
}

/** Failures by status, as answers of an operation. */
export function refusals(statuses: readonly Status[]): Part {
	return Object.fromEntries(statuses.map((status) => [status, ref("responses", failures[status][0])]));
}
