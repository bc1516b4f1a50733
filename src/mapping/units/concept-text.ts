import type { Json } from "../../fhir/json.ts";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** A CodeableConcept known natively by its words: `text`, else the first display, else the first code. Codings stay in the residue. */
export function conceptText<C extends string>(column: C): Unit<C> {
	return {
		unit: "concept-text",
		columns: [column],
		read: (row) => (row[column] ? { text: row[column] as string } : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			const concept = element as { text?: unknown; coding?: { display?: unknown; code?: unknown }[] } | null;
			const words =
				concept?.text ??
				concept?.coding?.find((one) => one?.display)?.display ??
				concept?.coding?.find((one) => one?.code)?.code;
			return typeof words === "string" && [...words].length <= 255 ? { [column]: words } : undefined;
		},
		values: () => [],
		describe: () => "concept by its text",
	};
}

/** A fixed concept whose words are in a column. */
export function labelledConcept<C extends string>(column: C, concept: { readonly coding: Json }): Unit<C> {
	return {
		unit: "labelled-concept",
		columns: [column],
		read: (row) => ({ ...concept, ...(row[column] ? { text: row[column] as string } : {}) }),
		write: (element) => {
			const words = (element as { text?: unknown } | null | undefined)?.text;
			return { [column]: typeof words === "string" && [...words].length <= 255 ? words : null };
		},
		values: () => [],
		describe: () => "concept with the column's words as its text",
	};
}
