import { Failure } from "../../fhir/failure.ts";
import type { Shape } from "../../fhir/shape.ts";
import { type ParameterList, single } from "./parameters.ts";

const summaries = ["true", "text", "data", "count", "false"] as const;

/** The shape that the `_summary` and `_elements` of a read ask for. */
export function shapeIn(parameters: ParameterList): Shape {
	const given = single(parameters, "_summary");
	const summary = summaries.find((one) => one === given);
	if (given !== undefined && summary === undefined) throw new Failure("invalid", `_summary cannot be "${given}"`);
	const elements = parameters.filter(([name]) => name === "_elements").flatMap(([, value]) => value.split(","));
	return { summary, elements: elements.length === 0 ? undefined : elements.map((element) => element.trim()) };
}
