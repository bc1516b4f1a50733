import { typeDefinition } from "./definitions/definitions.ts";
import { isObject, type Json, type JsonObject, parseJson, stringify } from "./json.ts";

/** Which part of a resource is shown (R4 search 3.1.1.5.9 and .10). */
export interface Shape {
	readonly summary: "true" | "text" | "data" | "count" | "false" | undefined;
	/** Names of root elements; undefined: all. */
	readonly elements: readonly string[] | undefined;
}

const subsetted = { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" };

/** The resource's JSON text in that shape, tagged SUBSETTED where anything may be missing; the same text where nothing is asked. */
export function shapeText(text: string, type: string, shape: Shape): string {
	const keep = keeper(type, shape);
	if (keep === undefined) return text;
	const resource = parseJson(text);
	if (!isObject(resource)) return text;
	const shaped: JsonObject = {};
	for (const [name, value] of Object.entries(resource)) {
		if (name === "resourceType" || name === "id" || name === "meta" || keep(name.replace(/^_/, "")))
			shaped[name] = value;
	}
	return stringify({ ...shaped, meta: tagged(resource.meta) });
}

/** Which root elements stay; undefined: all of them, untouched. */
function keeper(type: string, { summary, elements }: Shape): ((member: string) => boolean) | undefined {
	const properties = typeDefinition(type)?.properties;
	const elementOf = (member: string) => properties?.get(member)?.element;
	const isMandatory = (member: string) => (elementOf(member)?.min ?? 0) > 0;
	if (elements !== undefined) {
		const wanted = new Set(elements.map((element) => element.replace(`${type}.`, "").replace("[x]", "")));
		return (member) => isMandatory(member) || wanted.has(member) || wanted.has(elementOf(member)?.name ?? "");
	}
	if (summary === "data") return (member) => member !== "text";
	if (summary === "text") return (member) => member === "text" || isMandatory(member);
	if (summary === "true") return (member) => isMandatory(member) || elementOf(member)?.isSummary === true;
	return undefined;
}

function tagged(meta: Json | undefined): JsonObject {
	const given: JsonObject = isObject(meta) ? meta : {};
	const tags = Array.isArray(given.tag) ? given.tag : [];
	return { ...given, tag: [...tags, subsetted] };
}
