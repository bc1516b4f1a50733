import { type ElementDefinition, type TypeDefinition, typeDefinition } from "../definitions/definitions.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";

/** An object within a resource, and what R4 says of it. */
export interface TypedObject {
	readonly object: JsonObject;
	readonly type: TypeDefinition;
}

/** Where an element is: a member of an object, one item of it where it is a list. */
export interface ElementPlace {
	readonly parent: TypedObject;
	readonly element: ElementDefinition;
	/** JSON member name: `birthDate`, `deceasedBoolean`. */
	readonly member: string;
	readonly index: number | undefined;
}

/** The resource itself as a place to begin at; undefined for no type of R4. */
export function rootOf(resource: JsonObject): TypedObject | undefined {
	const type = typeof resource.resourceType === "string" ? typeDefinition(resource.resourceType) : undefined;
	return type === undefined ? undefined : { object: resource, type };
}

/**
 * The element at a location as FHIRPath engines give them (`Patient.contact[0].name`); undefined for the resource itself and where the
 * location leads nowhere.
 */
export function placeAt(root: TypedObject, location: string): ElementPlace | undefined {
	const steps = location.split(".").slice(1);
	let parent: TypedObject | undefined = root;
	for (const [at, step] of steps.entries()) {
		const [, name = "", digits] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
		const place: ElementPlace | undefined =
			parent === undefined ? undefined : placeOf(parent, name, digits === undefined ? undefined : Number(digits));
		if (place === undefined || at === steps.length - 1) return place;
		parent = objectAt(place);
	}
	return undefined;
}

/** The element of this name in an object, where it is there. */
export function placeOf(parent: TypedObject, name: string, index?: number): ElementPlace | undefined {
	const element = parent.type.byName.get(name);
	if (element === undefined) return undefined;
	const { object } = parent;
	for (const [member, property] of parent.type.properties) {
		if (property.element !== element) continue;
		if (object[member] !== undefined || object[`_${member}`] !== undefined) return { parent, element, member, index };
	}
	return undefined;
}

/** The object in a place, or what stands beside a primitive there; undefined where there is neither. */
export function objectAt({ parent, member, index }: ElementPlace): TypedObject | undefined {
	const named = parent.type.properties.get(member)?.type ?? "";
	const [value, beside] = [parent.object[member], parent.object[`_${member}`]].map((one) =>
		index === undefined ? one : Array.isArray(one) ? one[index] : undefined,
	);
	if (isObject(value)) {
		const own = named === "Resource" && typeof value.resourceType === "string" ? value.resourceType : named;
		const type = typeDefinition(own);
		return type === undefined ? undefined : { object: value, type };
	}
	const type = typeDefinition("Element");
	return isObject(beside) && type !== undefined ? { object: beside, type } : undefined;
}

/** Takes an element away with what is beside it; a list that becomes empty goes, too (R4 json 2.6.2). */
export function removeElement({ parent: { object }, member, index }: ElementPlace): void {
	for (const name of [member, `_${member}`]) {
		const value = object[name];
		if (index === undefined || !Array.isArray(value)) {
			delete object[name];
			continue;
		}
		value.splice(index, 1);
		if (value.every((item) => item === null)) delete object[name];
	}
}

/** Puts a value in an element's place; what was beside the old one goes. `member` may name another type of a choice. */
export function replaceElement(place: ElementPlace, member: string, value: Json): void {
	const { object } = place.parent;
	const [values, beside] = [object[place.member], object[`_${place.member}`]];
	if (place.index !== undefined && Array.isArray(values)) {
		values[place.index] = value;
		if (Array.isArray(beside)) beside[place.index] = null;
		return;
	}
	delete object[place.member];
	delete object[`_${place.member}`];
	object[member] = value;
}

/** Puts an item into a list; the list beside it stays in step. @returns false where the index is beyond the end */
export function insertItem(object: JsonObject, member: string, index: number, value: Json): boolean {
	const values = listOf(object[member]);
	if (index > values.length) return false;
	values.splice(index, 0, value);
	object[member] = values;
	const beside = object[`_${member}`];
	if (Array.isArray(beside)) beside.splice(index, 0, null);
	return true;
}

/** Moves an item within its list. @returns false where one of the indexes names none */
export function moveItem(object: JsonObject, member: string, from: number, to: number): boolean {
	const { length } = listOf(object[member]);
	if (from >= length || to >= length) return false;
	for (const list of [object[member], object[`_${member}`]]) {
		if (!Array.isArray(list)) continue;
		while (list.length < length) list.push(null);
		list.splice(to, 0, ...list.splice(from, 1));
	}
	return true;
}

/** How many items a list has; 0 where there is none. */
export function lengthOf(object: JsonObject, member: string): number {
	return listOf(object[member]).length;
}

function listOf(value: Json | undefined): Json[] {
	return Array.isArray(value) ? value : [];
}
