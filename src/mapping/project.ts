import type { JsonObject } from "../fhir/json.ts";
import { equalJson, type Json } from "../fhir/json.ts";
import type { Mapping } from "./define.ts";
import { isPrimitivePair, noResidue, type Residue } from "./residue.ts";
import { isSlots, isUnit, type Members, type Node, type Slots } from "./tree.ts";
import type { Row } from "./unit.ts";

/** Does the row yield a resource through this mapping? */
export function isPresent(mapping: Mapping, row: Row): boolean {
	for (const [column, values] of Object.entries(mapping.onlyWhere)) {
		if (!values.includes(row[column] as string | number | boolean)) return false;
	}
	return mapping.presentWhenAny.length === 0 || mapping.presentWhenAny.some((column) => row[column] != null);
}

/** The resource a row yields, without id and meta. The row must be present (`isPresent`). */
export function project(mapping: Mapping, row: Row, residue: Residue = noResidue): JsonObject {
	const read = new Reader(row, residue);
	const { value } = read.members(mapping.root, residue.extra, "");
	return { resourceType: mapping.type, ...(value as JsonObject | undefined) };
}

/** What one node of a mapping gives by the columns alone; undefined where it would not show. */
export function readNode(node: Node, row: Row): Json | undefined {
	const { value, strong } = new Reader(row, noResidue).node(node, undefined, "?");
	return strong ? value : undefined;
}

/** An element as read, and whether anything but constants stands behind it. */
interface Read {
	readonly value: Json | undefined;
	readonly strong: boolean;
}

const nothing: Read = { value: undefined, strong: false };

/** Reads elements of one row. */
class Reader {
	private readonly row: Row;
	private readonly residue: Residue;

	constructor(row: Row, residue: Residue) {
		this.row = row;
		this.residue = residue;
	}

	node(node: Node, extra: Json | undefined, path: string): Read {
		if (isSlots(node)) return this.slots(node, extra, path);
		if (isUnit(node)) {
			const now = node.read(this.row);
			const exact = this.residue.exact?.[path];
			if (exact !== undefined && (exact.fixed === true || equalJson(exact.was, now)))
				return { value: exact.is, strong: exact.is !== undefined };
			const filled = node.always === true || node.columns.some((column) => this.row[column] != null);
			return { value: now, strong: now !== undefined && filled };
		}
		return this.members(node, extra, path);
	}

	/** The root's constants always show; those of an inner element only when something else of it does. */
	members(node: Members, extra: Json | undefined, path: string): Read {
		const out: JsonObject = {};
		const rest = (extra ?? {}) as JsonObject;
		let strong = path === "" || extra !== undefined;
		for (const name in node.members) {
			const child = node.members[name] as Node;
			const read = this.node(child, isUnit(child) ? undefined : rest[name], path === "" ? name : `${path}.${name}`);
			strong ||= read.strong;
			if (isPrimitivePair(read.value)) {
				if (read.value.$value !== undefined) out[name] = read.value.$value;
				out[`_${name}`] = read.value.$element;
			} else if (read.value !== undefined) out[name] = read.value;
		}
		if (!strong) return nothing;
		for (const name in rest) if (!(name in node.members) && name !== "$keep") out[name] = rest[name];
		return { value: out, strong };
	}

	slots(node: Slots, extra: Json | undefined, path: string): Read {
		const rest = (extra ?? {}) as { $layout?: (number | Json)[]; $slots?: JsonObject };
		const read = node.slots.map((one, index) => this.node(one.node, rest.$slots?.[index], `${path}[${index}]`));
		// A slot of nothing but constants (a category, say) belongs to the resource; one beside columns shows only with them.
		const shown = read.map((one, index) =>
			one.strong || isConstantOnly(node.slots[index]?.node) ? one.value : undefined,
		);
		const items: Json[] = [];
		const placed = new Set<number>();
		for (const item of rest.$layout ?? []) {
			if (typeof item !== "number") items.push(item);
			else {
				placed.add(item);
				if (shown[item] !== undefined) items.push(shown[item]);
			}
		}
		shown.forEach((item, index) => {
			if (!placed.has(index) && item !== undefined) items.push(item);
		});
		return items.length === 0
			? nothing
			: { value: items, strong: read.some((one) => one.strong) || rest.$layout !== undefined };
	}
}

/** A unit without columns, which no element around it can make appear or vanish. */
export function isConstantOnly(node: Node | undefined): boolean {
	return node !== undefined && isUnit(node) && node.columns.length === 0;
}
