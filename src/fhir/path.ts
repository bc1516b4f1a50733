import {
	type ElementDefinition,
	isResourceType,
	type PathExpression,
	type PathStep,
	typeDefinition,
} from "./definitions/definitions.ts";
import { isObject, type Json } from "./json.ts";
import { parseReference } from "./reference.ts";

/** A value a path leads to. */
export interface PathValue {
	readonly value: Json;
	/** Its R4 type: `code`, `dateTime`, `CodeableConcept`, `Patient.contact`, … */
	readonly type: string;
	/** Where it is, by JSON names: `Observation.component[1].valueQuantity`. */
	readonly expression: string;
}

/**
 * The values a compiled path leads to in a resource, arrays flattened. An element that has extensions only is no value. Whatever does not
 * have the shape R4 gives it is passed over.
 */
export function evaluatePath(path: PathExpression, resource: Json): PathValue[] {
	const type = isObject(resource) ? resource.resourceType : undefined;
	if (typeof type !== "string") return [];
	if (path.root !== type && path.root !== "Resource" && path.root !== "DomainResource") return [];
	let found: PathValue[] = [{ value: resource, type, expression: type }];
	for (const step of path.steps) {
		found = take(step, found);
		if (found.length === 0 && step.kind === "element" && path.steps.at(-1)?.kind !== "exists-and-not-false")
			return found;
	}
	return found;
}

function take(step: PathStep, from: readonly PathValue[]): PathValue[] {
	switch (step.kind) {
		case "element": {
			const found: PathValue[] = [];
			for (const one of from) children(one, step.name, found);
			return found;
		}
		case "type":
			return from.filter(({ type }) => type === step.type);
		case "refers-to":
			return from.filter(({ value }) => refersTo(value, step.type));
		case "equals":
			return from.filter(({ value }) => isObject(value) && value[step.name] === step.value);
		case "index":
			return from.slice(step.at, step.at + 1);
		case "exists-and-not-false":
			return [
				{ value: from.some(({ value }) => value !== false), type: "boolean", expression: from[0]?.expression ?? "" },
			];
	}
}

function children({ value, type, expression }: PathValue, name: string, into: PathValue[]): void {
	if (!isObject(value)) return;
	const element = typeDefinition(type)?.byName.get(name);
	if (element === undefined) return;
	for (const childType of element.types) {
		const member = memberName(element, childType);
		const child = value[member];
		if (child === undefined || child === null) continue;
		const path = `${expression}.${member}`;
		if (!Array.isArray(child)) into.push(typedValue(child, childType, path));
		else {
			for (const [at, item] of child.entries()) {
				if (item !== null) into.push(typedValue(item, childType, `${path}[${at}]`));
			}
		}
		if (!element.isChoice) return;
	}
}

function typedValue(value: Json, type: string, expression: string): PathValue {
	if (type !== "Resource" || !isObject(value)) return { value, type, expression };
	const own = value.resourceType;
	return { value, type: typeof own === "string" && isResourceType(own) ? own : type, expression };
}

function memberName(element: ElementDefinition, type: string): string {
	return element.isChoice ? element.name + type.charAt(0).toUpperCase() + type.slice(1) : element.name;
}

/** Judged by the text alone, or by Reference.type where there is no text that says it; words for people lead nowhere. */
function refersTo(value: Json, type: string): boolean {
	if (!isObject(value)) return false;
	const { reference, identifier, type: declared } = value;
	const parsed = typeof reference === "string" ? parseReference(reference) : undefined;
	if (parsed !== undefined && "type" in parsed && parsed.type !== undefined) return parsed.type === type;
	if (reference === undefined && identifier === undefined) return false;
	return declared === type || declared === `http://hl7.org/fhir/StructureDefinition/${type}`;
}
