import { type ElementDefinition, type TypeDefinition, typeDefinition } from "../definitions/definitions.ts";
import { Failure } from "../failure.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** A value to put into an element. */
export interface PatchValue {
	/** The member it belongs to: the element's name, with the value's type where the element is a choice. */
	readonly member: string;
	readonly json: Json;
}

/**
 * The value of a part for an element: its `value[x]`, or, for what has no name as a data type (`Patient.contact`), an object of its parts.
 *
 * @param where - the operation, for errors
 * @throws Failure invalid - neither or both, or a part that is no element of the type
 */
export function patchValue(part: JsonObject, element: ElementDefinition, where: string): PatchValue {
	const given = Object.keys(part).filter((name) => name.startsWith("value"));
	const [valueName, another] = given;
	const nested = part.part;
	if (another !== undefined || (valueName === undefined) === (nested === undefined)) {
		throw new Failure("invalid", "A value is one value[x], or parts", { code: "structure", expression: where });
	}
	if (valueName !== undefined) {
		const suffix = valueName.slice("value".length);
		return { member: element.isChoice ? element.name + suffix : element.name, json: part[valueName] ?? null };
	}
	const [typeName = ""] = element.types;
	const type = typeDefinition(typeName);
	if (type === undefined || element.isChoice) {
		throw new Failure("invalid", `${element.path} takes a value[x], no parts`, {
			code: "structure",
			expression: where,
		});
	}
	return { member: element.name, json: objectOf(nested as Json, type, where) };
}

function objectOf(parts: Json, type: TypeDefinition, where: string): JsonObject {
	const object: JsonObject = {};
	for (const part of Array.isArray(parts) ? parts : []) {
		const name = isObject(part) && typeof part.name === "string" ? part.name : "";
		const element = type.byName.get(name);
		if (!isObject(part) || element === undefined) {
			throw new Failure("invalid", `${type.name} has no element "${name.slice(0, 64)}"`, {
				code: "structure",
				expression: where,
			});
		}
		const { member, json } = patchValue(part, element, where);
		const before = object[member];
		if (element.max > 1) object[member] = [...(Array.isArray(before) ? before : []), json];
		else object[member] = json;
	}
	return object;
}
