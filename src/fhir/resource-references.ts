import { isResourceType, type TypeDefinition, typeDefinition } from "./definitions/definitions.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

/** A literal reference in a resource. */
export interface FoundReference {
	/** The text of Reference.reference. */
	readonly reference: string;
	/** FHIRPath to the Reference: `Observation.subject`, `Encounter.participant[0].individual`. */
	readonly expression: string;
}

/** Element types whose values are replaced like references (R4 http 3.1.0.11.2); canonical is not one of them. */
const uriTypes = new Set(["uri", "url", "oid", "uuid"]);

const versionSuffix = /\/_history\/[A-Za-z0-9\-.]{1,64}$/;

/** All literal references of a resource, those of contained resources too, in the order of the document. */
export function collectReferences(resource: JsonObject): FoundReference[] {
	const found: FoundReference[] = [];
	const definition = definitionOf(resource);
	if (definition !== undefined) collect(resource, definition, definition.name, found);
	return found;
}

/**
 * A copy of a resource with what other entries of its transaction are called replaced by what they became (R4 http 3.1.0.11.2): in
 * Reference.reference, in elements of type uri, url, oid and uuid, and in `href` and `src` of the narrative. Canonicals stay. A version
 * (`urn:uuid:…/_history/2`) stays behind the new reference.
 *
 * @param map - from fullUrl (or `Type?criteria`) to `Type/id`
 * @param fullUrl - of the entry the resource is in; relative references are then also looked up beside it (R4 bundle 2.36.4.1)
 * @returns the resource itself when nothing in it is replaced; what is unchanged is shared
 */
export function rewriteReferences(
	resource: JsonObject,
	map: ReadonlyMap<string, string>,
	fullUrl?: string,
): JsonObject {
	const definition = definitionOf(resource);
	if (map.size === 0 || definition === undefined) return resource;
	return rewrite(resource, definition, { map, root: rootOf(fullUrl) });
}

interface Renaming {
	readonly map: ReadonlyMap<string, string>;
	/** `https://server/fhir/` of a fullUrl like `https://server/fhir/Patient/1`. */
	readonly root: string | undefined;
}

function definitionOf(resource: JsonObject): TypeDefinition | undefined {
	const type = resource.resourceType;
	return typeof type === "string" && isResourceType(type) ? typeDefinition(type) : undefined;
}

function rootOf(fullUrl: string | undefined): string | undefined {
	return fullUrl === undefined
		? undefined
		: /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/.exec(fullUrl)?.[1];
}

function collect(object: JsonObject, definition: TypeDefinition, path: string, found: FoundReference[]): void {
	if (definition.name === "Reference" && typeof object.reference === "string") {
		found.push({ reference: object.reference, expression: path });
	}
	for (const name of Object.keys(object)) {
		const value = object[name];
		if (typeof value !== "object" || value === null) continue;
		const type = typeUnder(definition, name);
		if (type === undefined) continue;
		if (!Array.isArray(value)) collectOne(value, type, `${path}.${name}`, found);
		else for (let at = 0; at < value.length; at++) collectOne(value[at], type, `${path}.${name}[${at}]`, found);
	}
}

function collectOne(value: Json | undefined, type: string, path: string, found: FoundReference[]): void {
	if (!isObject(value)) return;
	const definition = type === "Resource" ? definitionOf(value) : typeDefinition(type);
	if (definition !== undefined) collect(value, definition, path, found);
}

function rewrite(object: JsonObject, definition: TypeDefinition, renaming: Renaming): JsonObject {
	let copy: JsonObject | undefined;
	for (const name of Object.keys(object)) {
		const value = object[name];
		if (value === undefined || value === null || typeof value === "number" || typeof value === "boolean") continue;
		const type = typeUnder(definition, name);
		if (type === undefined) continue;
		const replaced = rewriteValue(value, type, definition, name, renaming);
		if (replaced === value) continue;
		copy ??= { ...object };
		copy[name] = replaced;
	}
	return copy ?? object;
}

function rewriteValue(value: Json, type: string, owner: TypeDefinition, name: string, renaming: Renaming): Json {
	if (typeof value === "string") {
		if (type === "string")
			return owner.name === "Reference" && name === "reference" ? renamed(value, renaming, true) : value;
		if (uriTypes.has(type)) return renamed(value, renaming, false);
		return type === "xhtml" ? rewriteNarrative(value, renaming) : value;
	}
	if (Array.isArray(value)) {
		let copy: Json[] | undefined;
		for (let at = 0; at < value.length; at++) {
			const item = value[at] as Json;
			const replaced = rewriteValue(item, type, owner, name, renaming);
			if (replaced === item) continue;
			copy ??= [...value];
			copy[at] = replaced;
		}
		return copy ?? value;
	}
	if (!isObject(value)) return value;
	const definition = type === "Resource" ? definitionOf(value) : typeDefinition(type);
	return definition === undefined ? value : rewrite(value, definition, renaming);
}

function renamed(text: string, { map, root }: Renaming, isReference: boolean): string {
	const whole = map.get(text);
	if (whole !== undefined) return whole;
	const version = text.includes("/_history/") ? versionSuffix.exec(text)?.[0] : undefined;
	if (version !== undefined) {
		const base = renamed(text.slice(0, -version.length), { map, root }, isReference);
		return base === text.slice(0, -version.length) ? text : base + version;
	}
	return (isReference && root !== undefined ? map.get(root + text) : undefined) ?? text;
}

function rewriteNarrative(div: string, renaming: Renaming): string {
	if (!/(?:href|src)\s*=/.test(div)) return div;
	return div.replace(
		/(<(?:a|img)\s[^<>]*?\b(?:href|src)\s*=\s*)(?:"([^"]*)"|'([^']*)')/g,
		(whole, before, double, single) => {
			const quote = double === undefined ? "'" : '"';
			const written = (double ?? single) as string;
			const replaced = renamed(written, renaming, false);
			return replaced === written ? whole : `${before}${quote}${replaced}${quote}`;
		},
	);
}

/** The type under a JSON member; `_name` holds an Element, whose extensions may hold references. */
function typeUnder(definition: TypeDefinition, name: string): string | undefined {
	if (name.charCodeAt(0) === 0x5f) return definition.properties.has(name.slice(1)) ? "Element" : undefined;
	return definition.properties.get(name)?.type;
}
