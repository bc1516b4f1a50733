import { first } from "../../src/mapping/tree.ts";
import { constant } from "../../src/mapping/units/constant.ts";

const loinc = "http://loinc.org";

/** A LOINC code as a concept, its display as its text. */
export const concept = (code: string, display: string) => ({
	coding: [{ system: loinc, code, display }],
	text: display,
});

/** The same without words: how an element is known by its code. */
export const coded = (code: string) => ({ coding: [{ system: loinc, code }] });

/** Observation.category: one of HL7's, always the same. */
export const category = (code: string, display: string) =>
	first(
		constant({
			coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code, display }],
			text: display,
		}),
	);
