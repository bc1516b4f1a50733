import { Failure } from "../failure.ts";
import { copyJson, equalJson, isObject, type Json, type JsonObject } from "../json.ts";

/** Most operations of one patch. */
const mostOperations = 1000;

/**
 * A document with a JSON Patch (RFC 6902) done to it; the document given stays as it is, and numbers keep the form they were written in.
 *
 * @throws Failure invalid - what is no patch; unprocessable - an operation that does not apply to this document (or a `test` that fails); each
 * names the operation: `[2].path`
 */
export function applyJsonPatch(document: Json, patch: Json): Json {
	if (!Array.isArray(patch)) throw malformed("A JSON Patch is an array of operations", "");
	if (patch.length > mostOperations) throw malformed(`A patch has at most ${mostOperations} operations`, "");
	// Everything is read before anything is done.
	const operations = patch.map(readOperation);
	let result = copyJson(document);
	for (const [at, operation] of operations.entries()) result = applyOperation(result, operation, at);
	return result;
}

interface Operation {
	readonly op: string;
	readonly path: readonly string[];
	readonly from: readonly string[];
	readonly value: Json;
}

function readOperation(operation: Json, at: number): Operation {
	if (!isObject(operation)) throw malformed("An operation is an object", `[${at}]`);
	const { op, path, from, value } = operation;
	if (typeof op !== "string" || !["add", "remove", "replace", "move", "copy", "test"].includes(op)) {
		throw malformed("op is one of add, remove, replace, move, copy, test", `[${at}].op`);
	}
	const needsFrom = op === "move" || op === "copy";
	if (value === undefined && !needsFrom && op !== "remove") throw malformed(`${op} needs a value`, `[${at}].value`);
	return {
		op,
		path: readPointer(path, `[${at}].path`),
		from: needsFrom ? readPointer(from, `[${at}].from`) : [],
		value: value ?? null,
	};
}

/** The names and indexes of a JSON Pointer (RFC 6901). */
function readPointer(pointer: Json | undefined, where: string): string[] {
	if (typeof pointer !== "string" || !/^(?:\/(?:[^~]|~[01])*)?$/s.test(pointer)) {
		throw malformed('A path is a JSON Pointer: "" or "/" and names, with ~1 for / and ~0 for ~', where);
	}
	const names = pointer.split("/").slice(1);
	return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function applyOperation(document: Json, { op, path, from, value }: Operation, at: number): Json {
	const where = `[${at}]`;
	switch (op) {
		case "add":
			return add(document, path, copyJson(value), where);
		case "remove":
			return remove(document, path, where);
		case "replace":
			// One place, so that what is replaced keeps its place among its neighbours.
			return replace(document, path, copyJson(value), where);
		case "copy":
			return add(document, path, copyJson(valueAt(document, from, `${where}.from`)), where);
		case "move": {
			if (path.length > from.length && from.every((name, index) => path[index] === name)) {
				throw inapplicable("A value cannot move into itself", where);
			}
			const moved = valueAt(document, from, `${where}.from`);
			return add(remove(document, from, where), path, moved, where);
		}
		default:
			if (!equalJson(valueAt(document, path, `${where}.path`), value)) {
				throw inapplicable("The test fails: there is another value", where);
			}
			return document;
	}
}

function add(document: Json, path: readonly string[], value: Json, where: string): Json {
	const last = path.at(-1);
	if (last === undefined) return value;
	const parent = valueAt(document, path.slice(0, -1), `${where}.path`);
	if (Array.isArray(parent)) {
		const index = last === "-" ? parent.length : indexOf(last, `${where}.path`);
		if (index > parent.length) throw inapplicable("The index is beyond the end", `${where}.path`);
		parent.splice(index, 0, value);
	} else if (isObject(parent)) setMember(parent, last, value, `${where}.path`);
	else throw inapplicable("There is nothing that could hold a value", `${where}.path`);
	return document;
}

function remove(document: Json, path: readonly string[], where: string): Json {
	valueAt(document, path, `${where}.path`);
	const last = path.at(-1);
	if (last === undefined) throw inapplicable("The whole cannot be removed", `${where}.path`);
	const parent = valueAt(document, path.slice(0, -1), where);
	if (Array.isArray(parent)) parent.splice(Number(last), 1);
	else delete (parent as JsonObject)[last];
	return document;
}

function replace(document: Json, path: readonly string[], value: Json, where: string): Json {
	valueAt(document, path, `${where}.path`);
	const last = path.at(-1);
	if (last === undefined) return value;
	const parent = valueAt(document, path.slice(0, -1), where);
	if (Array.isArray(parent)) parent[Number(last)] = value;
	else (parent as JsonObject)[last] = value;
	return document;
}

/** @throws Failure unprocessable - nothing is there */
function valueAt(document: Json, path: readonly string[], where: string): Json {
	let value: Json | undefined = document;
	for (const name of path) {
		if (Array.isArray(value)) value = value[indexOf(name, where)];
		else value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
		if (value === undefined) throw inapplicable("There is nothing at this path", where);
	}
	return value;
}

function indexOf(name: string, where: string): number {
	if (!/^(?:0|[1-9]\d{0,8})$/.test(name)) throw inapplicable("An array has only numbered items", where);
	return Number(name);
}

function setMember(object: JsonObject, name: string, value: Json, where: string): void {
	if (name === "__proto__") throw malformed("__proto__ is not an element", where);
	object[name] = value;
}

function malformed(message: string, expression: string): Failure {
	return new Failure("invalid", message, { code: "structure", expression });
}

function inapplicable(message: string, expression: string): Failure {
	return new Failure("unprocessable", message, { code: "processing", expression });
}
