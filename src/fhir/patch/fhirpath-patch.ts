import { Failure } from "../failure.ts";
import { copyJson, type JsonObject } from "../json.ts";
import {
	type ElementPlace,
	insertItem,
	lengthOf,
	moveItem,
	objectAt,
	placeAt,
	placeOf,
	removeElement,
	replaceElement,
	rootOf,
	type TypedObject,
} from "./element-place.ts";
import { type Locate, locator } from "./locate.ts";
import { patchValue } from "./patch-value.ts";
import { type PatchOperation, readOperations } from "./read-operations.ts";

/**
 * A resource with a FHIRPath Patch (R4 fhirpatch) done to it; the resource given stays as it is. That the outcome is valid is for the
 * caller to check.
 *
 * @throws Failure invalid - what is no such patch; unprocessable - an operation that does not apply to this resource; each names the
 * operation: `Parameters.parameter[2]`
 */
export async function applyFhirPathPatch(resource: JsonObject, parameters: JsonObject): Promise<JsonObject> {
	const operations = readOperations(parameters);
	const locate = await locator();
	const result = copyJson(resource) as JsonObject;
	const root = rootOf(result);
	if (root === undefined) throw new Failure("fault", "A resource of no type");
	for (const operation of operations) applyOperation(root, operation, locate);
	return result;
}

function applyOperation(root: TypedObject, operation: PatchOperation, locate: Locate): void {
	if (operation.type === "add") add(root, operation, locate);
	else if (operation.type === "insert" || operation.type === "move") withinList(root, operation, locate);
	else inPlace(root, operation, locate);
}

function inPlace(
	root: TypedObject,
	operation: Extract<PatchOperation, { type: "delete" | "replace" }>,
	locate: Locate,
): void {
	const locations = find(root, operation.path, operation, locate);
	// R4: what is not there need not be deleted.
	if (operation.type === "delete" && locations.length === 0) return;
	const place = placeAt(root, onlyOne(locations, operation));
	if (place === undefined) throw inapplicable("The resource as a whole cannot be patched away", operation);
	if (operation.type === "delete") {
		removeElement(place);
		return;
	}
	const { member, json } = patchValue(operation.value, place.element, operation.where.operation);
	replaceElement(place, member, json);
}

/** Appends to a list, or sets what is not there yet. */
function add(root: TypedObject, operation: Extract<PatchOperation, { type: "add" }>, locate: Locate): void {
	const location = onlyOne(find(root, operation.path, operation, locate), operation);
	const parent = objectFor(root, location, operation);
	const element = parent.type.byName.get(operation.name);
	if (element === undefined) throw inapplicable(`${parent.type.name} has no element of this name`, operation);
	const { member, json } = patchValue(operation.value, element, operation.where.operation);
	if (element.max > 1) insertItem(parent.object, member, lengthOf(parent.object, member), json);
	else if (placeOf(parent, operation.name) !== undefined)
		throw inapplicable(`${element.path} is there already; replace it`, operation);
	else parent.object[member] = json;
}

/** The path of a list names it by its last step, since it may be empty: `Patient.name[0].given`. */
function withinList(
	root: TypedObject,
	operation: Extract<PatchOperation, { type: "insert" | "move" }>,
	locate: Locate,
): void {
	const [, parentPath = "", name = ""] = /^(.+)\.(\w+)$/s.exec(operation.path.trim()) ?? [];
	if (name === "")
		throw new Failure("invalid", "The path must end with the name of a list", { expression: operation.where.path });
	const parent = objectFor(root, onlyOne(find(root, parentPath, operation, locate), operation), operation);
	const element = parent.type.byName.get(name);
	if (element === undefined || element.max <= 1) throw inapplicable("The path does not name a list", operation);
	const done =
		operation.type === "insert"
			? insertItem(
					parent.object,
					name,
					operation.index,
					patchValue(operation.value, element, operation.where.operation).json,
				)
			: moveItem(parent.object, name, operation.source, operation.destination);
	if (!done) throw inapplicable("The index is beyond the end of the list", operation);
}

function objectFor(root: TypedObject, location: string, operation: PatchOperation): TypedObject {
	if (!location.includes(".")) return root;
	const place: ElementPlace | undefined = placeAt(root, location);
	const found = place === undefined ? undefined : objectAt(place);
	if (found === undefined) throw inapplicable("A primitive has no elements to add to", operation);
	return found;
}

function find(root: TypedObject, path: string, operation: PatchOperation, locate: Locate): string[] {
	try {
		return locate(root.object, path);
	} catch {
		throw new Failure("invalid", "The path is not FHIRPath that selects elements of this resource", {
			expression: operation.where.path,
		});
	}
}

function onlyOne([location, another]: readonly string[], operation: PatchOperation): string {
	if (another !== undefined) throw inapplicable("The path means more than one element", operation);
	if (location === undefined) throw inapplicable("The path means no element of this resource", operation);
	return location;
}

function inapplicable(message: string, { where }: PatchOperation): Failure {
	return new Failure("unprocessable", message, { code: "processing", expression: where.operation });
}
