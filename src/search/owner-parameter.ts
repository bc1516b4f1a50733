import {
	type PathExpression,
	patientCompartmentParams,
	type SearchParameter,
	searchParametersOf,
	typeDefinition,
} from "../fhir/definitions/definitions.ts";

/** Does the parameter look at the one reference that says whose record a resource belongs to (`store/change/owner.ts`)? */
export function decidesOwner(type: string, parameter: SearchParameter): boolean {
	const [first = ""] = patientCompartmentParams(type);
	const owner = searchParametersOf(type).get(first);
	if (owner === undefined || owner.paths.length !== 1) return false;
	const [element, ...more] = elementsOf(owner.paths[0] as PathExpression);
	if (more.length > 0 || (typeDefinition(type)?.byName.get(element ?? "")?.max ?? 0) > 1) return false;
	return parameter.paths.every((path) => elementsOf(path).join() === element);
}

function elementsOf({ steps }: PathExpression): string[] {
	return steps.flatMap((step) => (step.kind === "element" ? [step.name] : []));
}
