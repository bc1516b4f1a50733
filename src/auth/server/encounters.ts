import type { Caller } from "../../access/caller.ts";
import { isObject, type JsonObject, parseJson } from "../../fhir/json.ts";
import { parseSearch } from "../../search/parse.ts";
import type { PatientChoice } from "../../store/authorization/people.ts";
import type { Database } from "../../store/database.ts";
import { searchResources } from "../../store/resources.ts";

/** A visit as a person recognises it. */
export interface EncounterChoice {
	/** Id of the Encounter. */
	readonly id: string;
	/** What kind of visit, as far as it says. */
	readonly what: string;
	/** Day it began; undefined where it does not say. */
	readonly from: string | undefined;
}

/** As many as anybody chooses from. */
const most = 100;

/** The Encounters of a patient that the caller may see, newest first. */
export async function encountersOf(
	database: Database,
	caller: Caller,
	{ fhir_id }: PatientChoice,
): Promise<readonly EncounterChoice[]> {
	const parameters = [
		["patient", fhir_id],
		["_sort", "-date"],
		["_count", String(most)],
	] as const;
	const { query } = parseSearch("Encounter", parameters, { base: "" });
	const { matches } = await database.read(caller, (tx) => searchResources(tx, query));
	return matches.flatMap(({ id, text }) => {
		const resource = parseJson(text ?? "null");
		return isObject(resource) ? [{ id, what: whatOf(resource), from: dayOf(resource) }] : [];
	});
}

/** The first words there are: of its type, its service, its class. */
function whatOf({ type, serviceType, class: kind }: JsonObject): string {
	const concepts = [...(Array.isArray(type) ? type : []), serviceType, { coding: kind === undefined ? [] : [kind] }];
	for (const concept of concepts) {
		if (!isObject(concept)) continue;
		const coding = Array.isArray(concept.coding) ? concept.coding[0] : undefined;
		const words = concept.text ?? (isObject(coding) ? (coding.display ?? coding.code) : undefined);
		if (typeof words === "string") return words.slice(0, 200);
	}
	return "Visit";
}

function dayOf({ period }: JsonObject): string | undefined {
	const start = isObject(period) ? period.start : undefined;
	return typeof start === "string" ? start.slice(0, 10) : undefined;
}
