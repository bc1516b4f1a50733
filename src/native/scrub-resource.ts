import { isObject, isRawNumber, type Json, type JsonObject } from "../fhir/json.ts";

/** Members that say how to reach or recognise somebody, wherever they are. */
const dropped = new Set(["telecom", "address", "photo", "contact", "subscriberId"]);
/** Resources that are persons. */
const persons = new Set(["Patient", "RelatedPerson", "Person"]);
const ofPersons = new Set(["name", "birthDate", "identifier", "maritalStatus", "link"]);

/**
 * A resource or residue of a person without what identifies them: ways to reach them, narratives, what persons are called, labels and
 * identifiers of references to persons, and given words wherever they stand. What is clinical stays.
 *
 * @param redact - takes the person's own words out of a text
 */
export function scrubResource(given: Json, redact: (text: string) => string): Json {
	if (typeof given === "string") return redact(given);
	if (Array.isArray(given)) return given.map((one) => scrubResource(one, redact));
	if (!isObject(given) || isRawNumber(given)) return given;
	const isPerson = persons.has(given.resourceType as string);
	const namesPerson = refersToPerson(given);
	const scrubbed: JsonObject = {};
	for (const [name, value] of Object.entries(given)) {
		const member = name.replace(/^_/, "");
		const isNarrative = member === "text" && isObject(value) && "div" in value;
		const isLabel = namesPerson && (member === "display" || member === "identifier");
		if (value === undefined || dropped.has(member) || isNarrative || isLabel) continue;
		if (isPerson && ofPersons.has(member)) continue;
		scrubbed[name] = scrubResource(value, redact);
	}
	return scrubbed;
}

function refersToPerson({ reference, type }: JsonObject): boolean {
	const named = typeof reference === "string" ? /(?:^|\/)(\w+)\/[^/]+$/.exec(reference)?.[1] : undefined;
	return persons.has(named ?? "") || (typeof type === "string" && persons.has(type));
}
