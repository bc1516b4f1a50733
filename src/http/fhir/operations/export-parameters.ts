import { Failure } from "../../../fhir/failure.ts";
import { isObject, type Json, type JsonObject } from "../../../fhir/json.ts";
import type { ParameterList } from "../parameters.ts";

/**
 * The parameters of a kick-off by POST (Bulk Data Access 2, “Kick-off Request”), as a query would have them; references become `Type/id`.
 *
 * @throws Failure invalid - not a Parameters resource whose parameters have one plain value each
 */
export function parametersOfResource(resource: JsonObject | undefined): ParameterList {
	if (resource === undefined) return [];
	if (resource.resourceType !== "Parameters")
		throw new Failure("invalid", "Send a Parameters resource", { expression: "resourceType" });
	const { parameter = [] } = resource;
	if (!Array.isArray(parameter))
		throw new Failure("invalid", "parameter is a list", { expression: "Parameters.parameter" });
	return parameter.map((one, at) => {
		const expression = `Parameters.parameter[${at}]`;
		if (!isObject(one) || typeof one.name !== "string")
			throw new Failure("invalid", "A parameter has a name", { expression: `${expression}.name` });
		const values = Object.entries(one).filter(([member]) => member.startsWith("value"));
		const text = values.length === 1 ? textOf(values[0]?.[1]) : undefined;
		if (text === undefined)
			throw new Failure("invalid", `${one.name} has one value: a string, an instant or a reference`, { expression });
		return [one.name, text] as const;
	});
}

function textOf(value: Json | undefined): string | undefined {
	if (typeof value === "string") return value;
	return isObject(value) && typeof value.reference === "string" ? value.reference : undefined;
}
