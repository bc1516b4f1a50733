import { patientCompartmentParams } from "../../fhir/definitions/definitions.ts";
import type { WriteContext } from "../../mapping/unit.ts";
import type { IndexEntries } from "../../search/params/kind.ts";

/**
 * Types that are about no patient by nature: everybody signed in may read them. A resource of another type that names no patient of
 * ours is seen by who wrote it (and by the system) only.
 */
const sharedTypes: ReadonlySet<string> = new Set([
	"ActivityDefinition",
	"CapabilityStatement",
	"CodeSystem",
	"ConceptMap",
	"Endpoint",
	"HealthcareService",
	"Library",
	"Location",
	"Measure",
	"Medication",
	"MedicationKnowledge",
	"NamingSystem",
	"OperationDefinition",
	"Organization",
	"OrganizationAffiliation",
	"PlanDefinition",
	"Practitioner",
	"PractitionerRole",
	"Questionnaire",
	"SearchParameter",
	"StructureDefinition",
	"Substance",
	"ValueSet",
]);

export function isShared(type: string): boolean {
	return sharedTypes.has(type);
}

/**
 * The patient a stored resource is about: the first of the R4 patient compartment's parameters that names a Patient decides. Null where
 * it names none, or one that is not here (yet), see `adopt.ts`.
 */
export function ownerOfEntries(type: string, entries: IndexEntries, people: WriteContext): number | null {
	for (const code of patientCompartmentParams(type)) {
		const prefix = `${code} `;
		const named = [...entries.terms].filter((term) => term.startsWith(`${prefix}Patient/`));
		if (named.length === 0) continue;
		const users = named.map((term) => people.resolve(term.slice(prefix.length)));
		return users.find((user) => user !== undefined) ?? null;
	}
	return null;
}
