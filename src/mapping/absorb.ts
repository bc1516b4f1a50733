import type { JsonObject } from "../fhir/json.ts";
import { equalJson, type Json } from "../fhir/json.ts";
import type { Mapping } from "./define.ts";
import { project, readNode } from "./project.ts";
import { type Exact, isPrimitivePair, type Residue } from "./residue.ts";
import { hasAll, isSlots, isUnit, type Members, type Node, type Slot, type Slots } from "./tree.ts";
import { type Cell, type Cells, empty, type Row, type Unit, type WriteContext } from "./unit.ts";

/** Can this mapping hold the resource as a row? Every required unit must hold its element, and nothing may change the meaning of the whole. */
export function takes(mapping: Mapping, resource: JsonObject, context: WriteContext): boolean {
	if (mapping.type !== resource.resourceType || mapping.takes === "none") return false;
	if (mapping.takes === "all") return true;
	if (resource.modifierExtension !== undefined || resource.implicitRules !== undefined) return false;
	return holds(mapping.root, resource, context, undefined) && fillsAny(mapping, resource, context);
}

/** Members with the constants first: they tell most mappings apart, and cost nothing to look at. */
function constantsFirst(node: Members): readonly Member[] {
	const known = sorted.get(node);
	if (known !== undefined) return known;
	const rank = ({ child }: Member) => (isUnit(child) && child.constant !== undefined ? 0 : 1);
	const list = Object.entries(node.members).map(([name, child]) => ({ name, child }));
	list.sort((one, other) => rank(one) - rank(other));
	sorted.set(node, list);
	return list;
}

interface Member {
	readonly name: string;
	readonly child: Node;
}

const sorted = new WeakMap<Members, readonly Member[]>();

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
		const items = Array.isArray(value) ? value : [];
		const slotOfItem = assign(node, items, undefined);
		for (let index = 0; index < node.slots.length; index++) {
			const at = slotOfItem.indexOf(index);
			const item = at === -1 ? undefined : items[at];
			if (!holds((node.slots[index] as Slot).node, item, context, parent)) return false;
		}
		return true;
	}
	const object = isObject(value) ? value : undefined;
	for (const { name, child } of constantsFirst(node)) {
		if (!holds(child, object?.[name], context, object)) return false;
	}
	return true;
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
	walk(mapping, resource, current, (_path, unit, value, parent) => {
		if (current !== undefined && unit.fixed === true) return;
		if (current !== undefined && equalJson(unit.read(current), value)) {
			for (const column of unit.columns) cells[column] ??= current[column] ?? null;
			return;
		}
		const plain = isPrimitivePair(value) ? value.$value : value;
		const written = unit.write(plain, context, parent) ?? empty(unit.columns);
		for (const column in written) {
			const cell = written[column] as Cell;
			// Two units may share a column (a dose and the words for it): the one that has something to say wins.
			if (cell !== null || cells[column] === undefined) cells[column] = cell;
		}
	});
	return cells;
}

/**
 * What of a resource its row does not give back: `project(mapping, row, residueOf(mapping, resource, row))` is the resource again
 * (law 1), and nothing remains where the row says it all (law 2).
 */
export function residueOf(mapping: Mapping, resource: JsonObject, row: Row): Residue {
	const guards: Guard[] = [];
	let areCertain = true;
	const extra = walk(mapping, resource, row, (path, unit, value) => {
		const was = unit.read(row);
		if (equalJson(was, value)) return;
		const guard: { -readonly [name in keyof Exact]: Exact[name] } = {};
		if (unit.fixed === true) guard.fixed = true;
		else if (was !== undefined) guard.was = was;
		if (value !== undefined) guard.is = value;
		// At the root all shows that the columns give.
		else if (/[.[]/.test(path)) areCertain = false;
		else areCertain &&= was !== undefined;
		guards.push([path, guard]);
	});
	return compact(extra, areCertain ? guards : withoutInvisible(mapping, row, extra, guards, contentOf(resource)));
}

type Guard = [path: string, guard: Exact];

function compact(extra: Json | undefined, guards: readonly Guard[]): Residue {
	const residue: { extra?: Json; exact?: Record<string, Exact> } = {};
	if (extra !== undefined) residue.extra = extra;
	for (const [path, guard] of guards) {
		residue.exact ??= {};
		residue.exact[path] = guard;
	}
	return residue;
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

/** Is told of every unit what came in for it; `parent` is the object it stands in. */
type Look = (path: string, unit: Unit, value: Json | undefined, parent: JsonObject | undefined) => void;

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

/**
 * Takes a resource apart along a mapping: tells per unit what came in, and gives what is outside every unit.
 *
 * @param row - the row as it is, if any
 */
function walk(mapping: Mapping, resource: JsonObject, row: Row | undefined, look: Look): Json | undefined {
	return visitMembers(rootOf(mapping), contentOf(resource), row, look);
}

function visit(
	one: Ready,
	value: Json | undefined,
	parent: JsonObject | undefined,
	row: Row | undefined,
	look: Look,
): Json | undefined {
	if (one.kind === "slots") return visitSlots(one, value, parent, row, look);
	if (one.kind === "members") return visitMembers(one, value, row, look);
	look(one.path, one.unit, value, parent);
	return undefined;
}

function visitMembers(
	{ node, path, members, mapped }: ReadyMembers,
	value: Json | undefined,
	row: Row | undefined,
	look: Look,
): Json | undefined {
	const object = isObject(value) ? value : undefined;
	let rest: JsonObject | undefined;
	for (const one of members) {
		const sibling = one.sibling === undefined ? undefined : object?.[one.sibling];
		const is = sibling === undefined ? object?.[one.name] : pairOf(object?.[one.name], sibling);
		const extra = visit(one.ready, is, object, row, look);
		if (extra === undefined) continue;
		rest ??= {};
		rest[one.name] = extra;
	}
	for (const name in object) {
		if (mapped.has(name)) continue;
		rest ??= {};
		rest[name] = object[name];
	}
	if (rest !== undefined) return rest;
	// An element that was sent must show even when none of its columns took anything.
	if (object === undefined || path === "") return undefined;
	return row !== undefined && readNode(node, row) !== undefined ? undefined : { $keep: true };
}

function visitSlots(
	{ node, slots }: Extract<Ready, { kind: "slots" }>,
	value: Json | undefined,
	parent: JsonObject | undefined,
	row: Row | undefined,
	look: Look,
): Json | undefined {
	const items = Array.isArray(value) ? value : [];
	const slotOfItem = assign(node, items, row);
	let inner: JsonObject | undefined;
	for (let index = 0; index < slots.length; index++) {
		const at = slotOfItem.indexOf(index);
		const extra = visit(slots[index] as Ready, at === -1 ? undefined : items[at], parent, row, look);
		if (extra === undefined) continue;
		inner ??= {};
		inner[index] = extra;
	}
	const ascending = slotOfItem.every(
		(slot, at) => slot !== noSlot && (at === 0 || slot > (slotOfItem[at - 1] as number)),
	);
	if (ascending) return inner === undefined ? undefined : { $slots: inner };
	const layout = items.map((item, at) => (slotOfItem[at] === noSlot ? item : (slotOfItem[at] as number)));
	return { $layout: layout, ...(inner === undefined ? {} : { $slots: inner }) };
}

const noSlot = -1;

/** The slot each item of an array belongs to, `noSlot` for those that no slot claims. */
function assign(node: Slots, items: readonly Json[], row: Row | undefined): number[] {
	const slotOfItem = items.map(() => noSlot);
	if (items.length === 0) return slotOfItem;
	// What the row gives for a slot is that slot's item, wherever it stands; only then does the match decide.
	if (row !== undefined) {
		for (let index = 0; index < node.slots.length; index++) {
			const { node: inner } = node.slots[index] as Slot;
			// A constant is never only the row's.
			if (isUnit(inner) && inner.columns.length === 0 && inner.always !== true) continue;
			const now = readNode(inner, row);
			if (now === undefined) continue;
			const at = items.findIndex((item, position) => slotOfItem[position] === noSlot && equalJson(item, now));
			if (at !== -1) slotOfItem[at] = index;
		}
	}
	for (let index = 0; index < node.slots.length; index++) {
		if (slotOfItem.includes(index)) continue;
		const { match } = node.slots[index] as Slot;
		for (let at = 0; at < items.length; at++) {
			if (slotOfItem[at] !== noSlot || !hasAll(items[at], match)) continue;
			slotOfItem[at] = index;
			break;
		}
	}
	return slotOfItem;
}

function pairOf(value: Json | undefined, sibling: Json): Json {
	return value === undefined ? { $element: sibling } : { $value: value, $element: sibling };
}

function isObject(value: Json | undefined): value is JsonObject {
	return value !== null && typeof value === "object" && !Array.isArray(value);
}
