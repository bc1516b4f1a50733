import { Failure } from "../failure.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** Most operations of one patch. */
const mostOperations = 1000;

interface Common {
	/** FHIRPath. */
	readonly path: string;
	/** The operation, and its path, in the client's words: `Parameters.parameter[2]`. */
	readonly where: { readonly operation: string; readonly path: string };
}

/** One operation of a FHIRPath Patch (R4 fhirpatch); a `value` is still the part that has it. */
export type PatchOperation = Common &
	(
		| { readonly type: "add"; readonly name: string; readonly value: JsonObject }
		| { readonly type: "insert"; readonly value: JsonObject; readonly index: number }
		| { readonly type: "delete" }
		| { readonly type: "replace"; readonly value: JsonObject }
		| { readonly type: "move"; readonly source: number; readonly destination: number }
	);

/**
 * The operations of a Parameters resource, in order.
 *
 * @throws Failure invalid - a part that is missing, twice, of another type, or not known, by its expression
 */
export function readOperations(parameters: JsonObject): PatchOperation[] {
	const list = parameters.parameter;
	if (!Array.isArray(list) || list.length === 0) {
		throw malformed("A patch needs at least one parameter called operation", "Parameters.parameter");
	}
	if (list.length > mostOperations) {
		throw malformed(`A patch has at most ${mostOperations} operations`, "Parameters.parameter");
	}
	return list.map((parameter, at) => readOperation(parameter, `Parameters.parameter[${at}]`));
}

function readOperation(parameter: Json, operation: string): PatchOperation {
	if (!isObject(parameter) || parameter.name !== "operation") {
		throw malformed("Every parameter of a patch is called operation", `${operation}.name`);
	}
	const parts = new Map<string, { part: JsonObject; where: string }>();
	for (const [at, part] of (Array.isArray(parameter.part) ? parameter.part : []).entries()) {
		const where = `${operation}.part[${at}]`;
		const name = isObject(part) ? part.name : undefined;
		if (typeof name !== "string" || !isObject(part)) throw malformed("A part needs a name", where);
		if (parts.has(name)) throw malformed(`The part ${name} is there twice`, where);
		parts.set(name, { part, where });
	}
	const taken = new Set(["type", "path"]);
	const part = (name: string) => {
		taken.add(name);
		const found = parts.get(name);
		if (found === undefined) throw malformed(`The operation needs a part called ${name}`, operation);
		return found;
	};
	const text = (name: string, ...members: string[]) => {
		const { part: found, where } = part(name);
		const value = members.map((member) => found[member]).find((one) => typeof one === "string");
		if (typeof value !== "string") throw malformed(`The part ${name} needs a ${members[0]}`, where);
		return value;
	};
	const index = (name: string) => {
		const { part: found, where } = part(name);
		const value = found.valueInteger ?? found.valueUnsignedInt;
		if (typeof value !== "number" || value < 0) throw malformed(`The part ${name} needs a valueInteger from 0`, where);
		return value;
	};
	const type = text("type", "valueCode", "valueString");
	const where = { operation, path: `${parts.get("path")?.where ?? operation}.valueString` };
	const common = { path: text("path", "valueString"), where };
	const read = (): PatchOperation => {
		switch (type) {
			case "add":
				return { ...common, type, name: text("name", "valueString"), value: part("value").part };
			case "insert":
				return { ...common, type, value: part("value").part, index: index("index") };
			case "delete":
				return { ...common, type };
			case "replace":
				return { ...common, type, value: part("value").part };
			case "move":
				return { ...common, type, source: index("source"), destination: index("destination") };
			default:
				throw malformed("type is one of add, insert, delete, replace, move", `${parts.get("type")?.where}.valueCode`);
		}
	};
	const done = read();
	for (const [name, { where }] of parts) {
		if (!taken.has(name)) throw malformed(`${type} has no part called ${name}`, where);
	}
	return done;
}

function malformed(message: string, expression: string): Failure {
	return new Failure("invalid", message, { code: "structure", expression });
}
