import { allowed } from "../access/app-limits.ts";
import type { Caller } from "../access/caller.ts";
import { patientCompartmentParams, resourceTypes } from "../fhir/definitions/definitions.ts";
import type { ExportRequest } from "./export-request.ts";

/** Types of no patient's record that what is in records refers to; each after those that refer to it. */
export const associatedTypes: readonly string[] = [
	"PractitionerRole",
	"Practitioner",
	"Location",
	"Medication",
	"Organization",
];

/** Parameters of a type that say whose record a resource is in. R4's compartment leaves out Device, whose `patient` says it. */
export function recordParameters(type: string): readonly string[] {
	return type === "Device" ? ["patient"] : patientCompartmentParams(type);
}

/** The types there can be in an export: all, or those of records and what these refer to. */
export function possibleTypes({ level }: Pick<ExportRequest, "level">): readonly string[] {
	if (level === "system") return resourceTypes;
	const ofRecords = resourceTypes.filter((type) => type !== "Patient" && recordParameters(type).length > 0);
	return ["Patient", ...ofRecords, ...associatedTypes];
}

/** The types of an export, in the order they are written: those asked for, as far as the caller may search them. */
export function exportedTypes(request: Pick<ExportRequest, "level" | "types">, caller: Caller): readonly string[] {
	return possibleTypes(request).filter(
		(type) => (request.types.length === 0 || request.types.includes(type)) && allowed(caller, type, "s") !== "nothing",
	);
}
