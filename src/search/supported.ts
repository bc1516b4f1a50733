import { searchParametersOf } from "../fhir/definitions/definitions.ts";

/** The search parameters a type really has, for the capability statement. */
export function supportedSearchParameters(type: string): { name: string; type: string; definition: string }[] {
	return [...searchParametersOf(type).values()].map(({ code, type: kind, url }) => ({
		name: code,
		type: kind,
		definition: url,
	}));
}
