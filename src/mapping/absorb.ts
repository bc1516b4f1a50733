import type { JsonObject } from "../fhir/json.ts";
import { equalJson, type Json } from "../fhir/json.ts";
import type { Mapping } from "./define.ts";
import { project, readNode } from "./project.ts";
import { type Exact, isPrimitivePair, type Residue } from "./residue.ts";
import { hasAll, isSlots, isUnit, type Members, type Node, type Slots } from "./tree.ts";
import { type Cells, empty, type Row, type Unit, type WriteContext } from "./unit.ts";

/** Can this mapping hold the resource as a row? Every required unit must hold its element, and nothing may change the meaning of the whole. */
export function takes(mapping: Mapping, resource: JsonObject, context: WriteContext): boolean {
	if (mapping.type !== resource.resourceType || mapping.takes === "none") return false;
	if (mapping.takes === "all") return true;
	if (resource.modifierExtension !== undefined || resource.implicitRules !== undefined) return false;
	return holds(mapping.root, resource, context, undefined) && fillsAny(mapping, resource, context);
}

/** Members with the constants first: they tell most mappings apart, and cost nothing to look at. */
function constantsFirst(node: Members): readonly (readonly [string, Node])[] {
	const known = sorted.get(node);
	if (known !== undefined) return known;
	const rank = ([, child]: readonly [string, Node]) => (isUnit(child) && child.constant !== undefined ? 0 : 1);
	const entries = Object.entries(node.members).sort((one, other) => rank(one) - rank(other));
	sorted.set(node, entries);
	return entries;
}

const sorted = new WeakMap<Members, readonly (readonly [string, Node])[]>();

/** A row that would yield nothing is not made: one of the measures it is about must have found its column. */
function fillsAny(mapping: Mapping, resource: JsonObject, context: WriteContext): boolean {
	if (mapping.presentWhenAny.length === 0) return true;
	// A required unit holds its element by now, and with it one of these columns.
	if (requiredColumns(mapping).some((column) => mapping.presentWhenAny.includes(column))) return true;
	const cells = cellsOf(mapping, resource, context, undefined);
	return mapping.presentWhenAny.some((column) => cells[column] != null);
}

function requiredColumns({ root }: Mapping): string[] {
	return Object.values(root.members).flatMap((node) => (isUnit(node) && node.required === true ? node.columns : []));
}

function holds(node: Node, value: Json | undefined, context: WriteContext, parent: JsonObject | undefined): boolean {
	if (isUnit(node))
		return node.required !== true || (value !== undefined && node.write(value, context, parent) !== undefined);
	if (isSlots(node)) {
		const { claimed } = assign(node, value);
		return node.slots.every((one, index) => holds(one.node, claimed[index], context, parent));
	}
	const object = isObject(value) ? value : undefined;
	return constantsFirst(node).every(([name, child]) => holds(child, object?.[name], context, object));
}

/**
 * The cells a resource becomes.
 *
 * @param current the row as it is, when it exists: units whose element it gives already keep their cells, so that reading and
 *   writing back leaves the row as it was (law 2).
 */
export function cellsOf(
	mapping: Mapping,
	resource: JsonObject,
	context: WriteContext,
	current: Row | undefined,
): Cells {
	const cells: Cells = {};
	const { seen } = walk(mapping, resource, current);
	for (const { unit, value, parent } of seen) {
		if (current !== undefined && unit.fixed === true) continue;
		if (current !== undefined && equalJson(unit.read(current), value)) {
			for (const column of unit.columns) cells[column] ??= current[column] ?? null;
			continue;
		}
		const plain = isPrimitivePair(value) ? value.$value : value;
		for (const [column, cell] of Object.entries(unit.write(plain, context, parent) ?? empty(unit.columns))) {
			// Two units may share a column (a dose and the words for it): the one that has something to say wins.
			if (cell !== null || cells[column] === undefined) cells[column] = cell;
		}
	}
	return cells;
}

/**
 * What of a resource its row does not give back: `project(mapping, row, residueOf(mapping, resource, row))` is the resource again
 * (law 1), and nothing remains where the row says it all (law 2).
 */
export function residueOf(mapping: Mapping, resource: JsonObject, row: Row): Residue {
	const { seen, extra } = walk(mapping, resource, row);
	const guards: Guard[] = [];
	let areCertain = true;
	for (const { path, unit, value } of seen) {
		const was = unit.read(row);
		if (equalJson(was, value)) continue;
		const when = unit.fixed === true ? { fixed: true as const } : was === undefined ? {} : { was };
		guards.push([path, { ...when, ...(value === undefined ? {} : { is: value }) }]);
		// At the root all shows that the columns give.
		if (value === undefined && !/[.[]/.test(path)) areCertain &&= was !== undefined;
		else if (value === undefined) areCertain = false;
	}
	return compact(extra, areCertain ? guards : withoutInvisible(mapping, row, extra, guards, contentOf(resource)));
}

type Guard = [path: string, guard: Exact];

function compact(extra: Json | undefined, guards: readonly Guard[]): Residue {
	return {
		...(extra === undefined ? {} : { extra }),
		...(guards.length === 0 ? {} : { exact: Object.fromEntries(guards) }),
	};
}

/**
 * Leaves out the guards that say "this was not sent" of elements that do not show anyway (a constant beside empty columns), so that a
 * resource whose columns say everything needs no residue at all, and a later native edit shows whole.
 */
function withoutInvisible(
	mapping: Mapping,
	row: Row,
	extra: Json | undefined,
	guards: Guard[],
	content: JsonObject,
): Guard[] {
	const comesBack = (some: readonly Guard[]) =>
		equalJson(contentOf(project(mapping, row, compact(extra, some))), content);
	const sent = guards.filter(([, guard]) => guard.is !== undefined);
	if (sent.length === guards.length || comesBack(sent)) return sent;
	let kept = guards;
	for (const one of guards.filter(([, guard]) => guard.is === undefined)) {
		const without = kept.filter((other) => other !== one);
		if (comesBack(without)) kept = without;
	}
	return kept;
}

function contentOf(resource: JsonObject): JsonObject {
	const { resourceType: _type, id: _id, meta: _meta, ...content } = resource;
	return content;
}

/** What came in for one unit. */
interface Seen {
	readonly path: string;
	readonly unit: Unit;
	readonly value: Json | undefined;
	readonly parent: JsonObject | undefined;
}

/** A node with what is the same for every resource: to make the paths anew each time costs more than the walk. */
type Ready =
	| { readonly kind: "unit"; readonly path: string; readonly unit: Unit }
	| { readonly kind: "slots"; readonly node: Slots; readonly slots: readonly Ready[] }
	| ReadyMembers;

interface ReadyMembers {
	readonly kind: "members";
	readonly path: string;
	readonly node: Members;
	readonly members: readonly { readonly name: string; readonly sibling: string | undefined; readonly ready: Ready }[];
	/** Names in a resource that are mapped, those of siblings of primitives among them. */
	readonly mapped: ReadonlySet<string>;
}

function ready(node: Node, path: string): Ready {
	if (isUnit(node)) return { kind: "unit", path, unit: node };
	if (isSlots(node)) {
		return { kind: "slots", node, slots: node.slots.map((one, index) => ready(one.node, `${path}[${index}]`)) };
	}
	return readyMembers(node, path);
}

function readyMembers(node: Members, path: string): ReadyMembers {
	const members = Object.entries(node.members).map(([name, child]) => ({
		name,
		sibling: isUnit(child) ? `_${name}` : undefined,
		ready: ready(child, path === "" ? name : `${path}.${name}`),
	}));
	const mapped = new Set(members.flatMap(({ name, sibling }) => (sibling === undefined ? [name] : [name, sibling])));
	return { kind: "members", path, node, members, mapped };
}

const roots = new WeakMap<Mapping, ReadyMembers>();

function rootOf(mapping: Mapping): ReadyMembers {
	const known = roots.get(mapping) ?? readyMembers(mapping.root, "");
	roots.set(mapping, known);
	return known;
}

/** Takes a resource apart along a mapping: per unit what came in, and what is outside every unit. `row`: the row as it is, if any. */
function walk(mapping: Mapping, resource: JsonObject, row: Row | undefined): { seen: Seen[]; extra: Json | undefined } {
	const seen: Seen[] = [];
	const shows = (node: Node) => row !== undefined && readNode(node, row) !== undefined;

	function visit(one: Ready, value: Json | undefined, parent: JsonObject | undefined): Json | undefined {
		if (one.kind === "slots") return visitSlots(one.node, one.slots, value, parent);
		if (one.kind === "members") return visitMembers(one, value);
		seen.push({ path: one.path, unit: one.unit, value, parent });
		return undefined;
	}

	function visitMembers({ node, path, members, mapped }: ReadyMembers, value: Json | undefined): Json | undefined {
		const object = isObject(value) ? value : undefined;
		let rest: JsonObject | undefined;
		for (const one of members) {
			const sibling = one.sibling === undefined ? undefined : object?.[one.sibling];
			const is = sibling === undefined ? object?.[one.name] : pairOf(object?.[one.name], sibling);
			const extra = visit(one.ready, is, object);
			if (extra !== undefined) {
				rest ??= {};
				rest[one.name] = extra;
			}
		}
		for (const name in object) {
			if (mapped.has(name)) continue;
			rest ??= {};
			rest[name] = object[name];
		}
		if (rest !== undefined) return rest;
		// An element that was sent must show even when none of its columns took anything.
		return object !== undefined && path !== "" && !shows(node) ? { $keep: true } : undefined;
	}

	function visitSlots(
		node: Slots,
		slots: readonly Ready[],
		value: Json | undefined,
		parent: JsonObject | undefined,
	): Json | undefined {
		const { claimed, layout } = assign(node, value, row);
		const inner: JsonObject = {};
		let isAny = false;
		for (const [index, one] of slots.entries()) {
			const extra = visit(one, claimed[index], parent);
			if (extra === undefined) continue;
			inner[index] = extra;
			isAny = true;
		}
		const ascending = layout.every(
			(item, index) => typeof item === "number" && (index === 0 || item > (layout[index - 1] as number)),
		);
		if (ascending && !isAny) return undefined;
		return { ...(ascending ? {} : { $layout: layout as Json[] }), ...(isAny ? { $slots: inner } : {}) };
	}

	return { extra: visitMembers(rootOf(mapping), contentOf(resource)), seen };
}

/** Which item of an array each slot claims, and the array with claimed items replaced by their slot's number. */
function assign(
	node: Slots,
	value: Json | undefined,
	row?: Row,
): { claimed: (Json | undefined)[]; layout: (number | Json)[] } {
	const items = Array.isArray(value) ? value : [];
	const slotOf = new Map<number, number>();
	const claimed: (Json | undefined)[] = node.slots.map(() => undefined);
	const claim = (index: number, wanted: (item: Json) => boolean): void => {
		if (claimed[index] !== undefined) return;
		const at = items.findIndex((item, position) => !slotOf.has(position) && wanted(item));
		if (at === -1) return;
		slotOf.set(at, index);
		claimed[index] = items[at];
	};
	// What the row gives for a slot is that slot's item, wherever it stands; only then does the match decide.
	if (row !== undefined) {
		node.slots.forEach((one, index) => {
			// A constant is never only the row's.
			if (isUnit(one.node) && one.node.columns.length === 0 && one.node.always !== true) return;
			const now = readNode(one.node, row);
			if (now !== undefined) claim(index, (item) => equalJson(item, now));
		});
	}
	node.slots.forEach((one, index) => {
		claim(index, (item) => hasAll(item, one.match));
	});
	return { claimed, layout: items.map((item, position) => slotOf.get(position) ?? item) };
}

function pairOf(value: Json | undefined, sibling: Json): Json {
	return value === undefined ? { $element: sibling } : { $value: value, $element: sibling };
}

function isObject(value: Json | undefined): value is JsonObject {
	return value !== null && typeof value === "object" && !Array.isArray(value);
}
