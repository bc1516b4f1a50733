import { resourceTypes } from "../../fhir/definitions/definitions.ts";
import { supportedSearchParameters } from "../../search/supported.ts";
import { ref } from "./components.ts";
import type { Part } from "./document.ts";

const text = { type: "string" };
const texts = { type: "array", items: text };

const query = (name: string, schema: Part, description: string): Part => ({ name, in: "query", description, schema });
const header = (name: string, schema: Part, description: string): Part => ({ name, in: "header", description, schema });
const inPath = (name: string, description: string): Part => ({
	name,
	in: "path",
	required: true,
	description,
	schema: { type: "string", pattern: "^[A-Za-z0-9\\-.]{1,64}$" },
});

/** Parameters that mean the same wherever they stand. */
export const commonParameters: Readonly<Record<string, Part>> = {
	id: inPath("id", "The resource's id"),
	versionId: inPath("versionId", "`meta.versionId`"),
	criteria: {
		name: "criteria",
		in: "query",
		required: true,
		description: "Search parameters of the type; one resource may match, not several",
		schema: { type: "object", additionalProperties: { type: "string" }, minProperties: 1 },
		style: "form",
		explode: true,
	},
	_count: query("_count", { type: "integer", minimum: 0, maximum: 1000, default: 50 }, "Most matches of a page"),
	_sort: query("_sort", text, "Search parameters, separated by commas; `-` before one for descending"),
	_include: query("_include", texts, "`Type:parameter`: what matches refer to comes along"),
	_revinclude: query("_revinclude", texts, "`Type:parameter`: what refers to matches comes along"),
	_total: query("_total", { enum: ["none", "estimate", "accurate"] }, "Whether to count all matches"),
	_summary: query("_summary", { enum: ["true", "text", "data", "count", "false"] }, "A part of each resource"),
	_elements: query("_elements", text, "The root elements to answer with, separated by commas"),
	_type: query("_type", text, "Resource types, separated by commas"),
	_cursor: query("_cursor", text, "Of a page's `next` link"),
	_since: query("_since", { type: "string", format: "date-time" }, "Only versions from then on"),
	_at: query("_at", text, "Versions that were current at some time of this period"),
	_pretty: query("_pretty", { type: "boolean" }, "Indented JSON"),
	"If-Match": header(
		"If-Match",
		{ type: "string", examples: ['W/"3"'] },
		"The version the change is meant for; another is 412",
	),
	"If-None-Match": header(
		"If-None-Match",
		{ type: "string", examples: ['W/"3"'] },
		"A version that is known: 304; `*`: only if there is none",
	),
	"If-Modified-Since": header("If-Modified-Since", text, "304 unless it changed since"),
	"If-None-Exist": header("If-None-Exist", text, "Search parameters: create only if nothing matches"),
	Prefer: header("Prefer", text, "`return=minimal|representation|OperationOutcome`, `handling=strict|lenient`"),
	"Idempotency-Key": header(
		"Idempotency-Key",
		{ type: "string", maxLength: 200 },
		"The first answer under a key is given again for 24 hours",
	),
	"X-Dry-Run": header("X-Dry-Run", { type: "boolean" }, "Answer as if, store nothing"),
};

/** Every search parameter of R4 that is supported, by the last part of its definition's address. */
export function searchParameters(): Part {
	const all = resourceTypes.flatMap((type) => supportedSearchParameters(type));
	return Object.fromEntries(
		all
			.map(({ name, type, definition }) => [key(definition), query(name, texts, `${type}: ${definition}`)] as const)
			.sort(([one], [other]) => (one < other ? -1 : 1)),
	);
}

/** References to the search parameters of a type; those of any resource where no type is named. */
export function searchParameterRefs(type: string | undefined): Part[] {
	const own = supportedSearchParameters(type ?? "Basic");
	const wanted = type === undefined ? own.filter(({ name }) => name.startsWith("_")) : own;
	return wanted.map(({ definition }) => ref("parameters", key(definition)));
}

function key(definition: string): string {
	return definition.slice(definition.lastIndexOf("/") + 1);
}
