import type { Json } from "../fhir/json.ts";
import type { Unit } from "./unit.ts";

/** What an item has: the same value, a text of this form, all of these members, an item for each of these. */
export type Match = Json | RegExp | readonly Match[] | { readonly [name: string]: Match };

/** One place of a repeated element: the first item not yet claimed that has everything in `match` belongs here. */
export interface Slot<C extends string = string> {
	readonly match: Match;
	readonly node: Node<C>;
}

/** A repeated element whose items are known by what they are, not by where they stand. */
export interface Slots<C extends string = string> {
	readonly slots: readonly Slot<C>[];
}

/** Members of an element, each mapped on its own. */
export interface Members<C extends string = string> {
	readonly members: Readonly<Record<string, Node<C>>>;
}

/** A mapping is a tree of these. */
export type Node<C extends string = string> = Unit<C> | Members<C> | Slots<C>;

/** An element with members. */
export function members<C extends string>(nodes: Readonly<Record<string, Node<C>>>): Members<C> {
	return { members: nodes };
}

/** A repeated element with one slot per expected item. */
export function slots<C extends string>(...list: readonly Slot<C>[]): Slots<C> {
	return { slots: list };
}

/** One slot: items that have everything in `match` (deep subset) belong to it. */
export function slot<C extends string>(match: Match, node: Node<C>): Slot<C> {
	return { match, node };
}

/** A repeated element of which the first item is mapped. */
export function first<C extends string>(node: Node<C>): Slots<C> {
	return slots(slot({}, node));
}

export function isUnit(node: Node): node is Unit {
	return "unit" in node;
}

export function isSlots(node: Node): node is Slots {
	return "slots" in node;
}

/** Does `item` have everything `match` has? Arrays: every item of `match` is found somewhere in the item's array. */
export function hasAll(item: Json | undefined, match: Match): boolean {
	if (match instanceof RegExp) return typeof item === "string" && match.test(item);
	// Loops rather than callbacks: this is asked of every resource that is written, for mapping after mapping.
	if (Array.isArray(match)) {
		if (!Array.isArray(item)) return false;
		for (const wanted of match) if (!hasOne(item, wanted)) return false;
		return true;
	}
	if (match !== null && typeof match === "object") {
		if (item === null || typeof item !== "object" || Array.isArray(item)) return false;
		for (const name in match) {
			const wanted = (match as { readonly [name: string]: Match })[name];
			if (wanted !== undefined && !hasAll((item as Record<string, Json | undefined>)[name], wanted)) return false;
		}
		return true;
	}
	return item === match;
}

function hasOne(items: readonly Json[], wanted: Match): boolean {
	for (const item of items) if (hasAll(item, wanted)) return true;
	return false;
}

/** Every unit of a tree with its path, for documentation and for finding what a search parameter looks at. */
export function unitsOf(node: Node, path = ""): { path: string; unit: Unit }[] {
	if (isUnit(node)) return [{ path, unit: node }];
	if (isSlots(node)) return node.slots.flatMap((one, index) => unitsOf(one.node, `${path}[${index}]`));
	return Object.entries(node.members).flatMap(([name, child]) => unitsOf(child, path ? `${path}.${name}` : name));
}
