import { equalJson, type Json, type JsonObject } from "../fhir/json.ts";
import type { Mapping } from "./define.ts";
import { isConstantOnly } from "./project.ts";
import { isPrimitivePair, parseResidue, type Residue } from "./residue.ts";
import { isSlots, isUnit, type Members, type Node, type Slots } from "./tree.ts";
import type { Row, Unit } from "./unit.ts";

/** The JSON text of one node, and whether anything but constants stands behind it. Written anew by every call, to make no objects. */
interface Rendered {
	text: string | undefined;
	/** That of the `_` sibling of a primitive. */
	element: string | undefined;
	strong: boolean;
}

type Render = (row: Row, out: Rendered) => void;

/** A member, or several that are the same for every row, as text with their names. */
type Part =
	| { readonly fixed: string; readonly strong: boolean }
	| { readonly fixed: undefined; readonly key: string; readonly render: Render };

/** A node made ready: the same for every row, or rendered. */
type Ready = Render | Readonly<Rendered>;

/** What a row says of a resource as JSON text: `,"status":"final","code":{…}`; empty where it gives nothing. */
export type MembersText = (row: Row) => string;

const known = new WeakMap<Mapping, Map<string, MembersText>>();

/** Residues are much alike where they have one sender, and each is a way of rendering; those of all senders must not fill the memory. */
const mostKnown = 2000;

/**
 * What `project` gives, as JSON text of the members. The mapping's tree is walked once for each residue there is; what is the same for
 * every row is text from then on. `test/laws/mapping.test.ts` holds both to the same.
 *
 * @param residue - its stored text; null for none
 */
export function renderOf(mapping: Mapping, residue: string | null = null): MembersText {
	const texts = known.get(mapping) ?? new Map<string, MembersText>();
	known.set(mapping, texts);
	const found = texts.get(residue ?? "");
	if (found !== undefined) return found;
	if (texts.size >= mostKnown) texts.clear();
	const made = new Compiler(parseResidue(residue)).root(mapping);
	texts.set(residue ?? "", made);
	return made;
}

/** Makes nodes ready for rows that have one residue. The counterpart of the reader in project.ts. */
class Compiler {
	private readonly residue: Residue;

	constructor(residue: Residue) {
		this.residue = residue;
	}

	root({ root }: Mapping): MembersText {
		const parts = this.partsOf(root, this.residue.extra, "");
		const out: Rendered = { text: undefined, element: undefined, strong: false };
		// Each piece with its comma: what is put together anew for every row should be of few pieces.
		const pieces = parts.map((part) =>
			part.fixed === undefined
				? { fixed: undefined, key: `,${part.key}`, elementKey: `,"_${part.key.slice(1)}`, render: part.render }
				: { fixed: `,${part.fixed}` },
		);
		return (row) => {
			let text = "";
			for (const piece of pieces) {
				if (piece.fixed !== undefined) text += piece.fixed;
				else {
					piece.render(row, out);
					if (out.text !== undefined) text = text + piece.key + out.text;
					if (out.element !== undefined) text = text + piece.elementKey + out.element;
				}
			}
			return text;
		};
	}

	private ready(node: Node, extra: Json | undefined, path: string): Ready {
		if (isUnit(node)) return this.unit(node, path);
		return isSlots(node) ? this.slots(node, extra, path) : this.members(node, extra, path);
	}

	/** What was sent stands as long as the columns give what they gave then. */
	private unit(unit: Unit, path: string): Ready {
		const plain = plainUnit(unit);
		const exact = this.residue.exact?.[path];
		if (exact === undefined) return plain;
		const sent = textOf(exact.is);
		if (exact.fixed === true) return sent;
		if (unit.constant !== undefined) return equalJson(exact.was, unit.constant) ? sent : plain;
		return (row, out) => {
			if (equalJson(exact.was, unit.read(row))) Object.assign(out, sent);
			else render(plain, row, out);
		};
	}

	/** Members with those that nothing is mapped to behind them; what is fixed beside what is fixed is one text. */
	private partsOf(node: Members, extra: Json | undefined, path: string): Part[] {
		const rest = (extra ?? {}) as JsonObject;
		const parts: Part[] = [];
		const add = (key: string, ready: Ready): void => {
			if (typeof ready === "function") parts.push({ key, render: ready, fixed: undefined });
			else {
				const members = [
					...(ready.text === undefined ? [] : [`${key}${ready.text}`]),
					...(ready.element === undefined ? [] : [`"_${key.slice(1)}${ready.element}`]),
				];
				if (members.length > 0) parts.push({ fixed: members.join(","), strong: ready.strong });
			}
		};
		for (const [name, child] of Object.entries(node.members)) {
			const childPath = path === "" ? name : `${path}.${name}`;
			add(keyOf(name), this.ready(child, isUnit(child) ? undefined : rest[name], childPath));
		}
		for (const [name, value] of Object.entries(rest)) {
			if (!(name in node.members) && name !== "$keep" && value !== undefined) add(keyOf(name), textOf(value));
		}
		return joined(parts);
	}

	/** Members show when one of them is more than a constant, or something of them was sent. */
	private members(node: Members, extra: Json | undefined, path: string): Ready {
		const parts = this.partsOf(node, extra, path);
		const always = extra !== undefined || parts.some((part) => part.fixed !== undefined && part.strong);
		return (row, out) => {
			let text = "";
			let strong = always;
			for (const part of parts) {
				if (part.fixed !== undefined) text += text === "" ? part.fixed : `,${part.fixed}`;
				else {
					part.render(row, out);
					if (out.strong) strong = true;
					if (out.text !== undefined) text += text === "" ? part.key + out.text : `,${part.key}${out.text}`;
					if (out.element !== undefined) text += `${text === "" ? "" : ","}"_${part.key.slice(1)}${out.element}`;
				}
			}
			out.text = strong ? `{${text}}` : undefined;
			out.element = undefined;
			out.strong = strong;
		};
	}

	/** Items in the order they were sent, then the others. */
	private slots(node: Slots, extra: Json | undefined, path: string): Ready {
		const { $layout, $slots } = (extra ?? {}) as { $layout?: (number | Json)[]; $slots?: JsonObject };
		const ready = node.slots.map((one, index) => this.ready(one.node, $slots?.[index], `${path}[${index}]`));
		const items: Ready[] = ($layout ?? []).map((item) =>
			typeof item === "number" ? slotOf(node, ready, item) : textOf(item),
		);
		const placed = new Set($layout);
		for (const index of node.slots.keys()) if (!placed.has(index)) items.push(slotOf(node, ready, index));
		const sent = $layout !== undefined;
		if (items.every((item) => typeof item !== "function")) {
			const texts = items.flatMap(({ text }) => (text === undefined ? [] : [text]));
			const strong = sent || items.some((item) => item.strong);
			return texts.length === 0 ? none : { text: `[${texts.join(",")}]`, element: undefined, strong };
		}
		return (row, out) => {
			let text = "";
			let strong = sent;
			for (const item of items) {
				render(item, row, out);
				if (out.strong) strong = true;
				if (out.text !== undefined) text += text === "" ? out.text : `,${out.text}`;
			}
			out.text = text === "" ? undefined : `[${text}]`;
			out.element = undefined;
			out.strong = strong && text !== "";
		};
	}
}

const none: Readonly<Rendered> = { text: undefined, element: undefined, strong: false };

function render(ready: Ready, row: Row, out: Rendered): void {
	if (typeof ready === "function") ready(row, out);
	else {
		out.text = ready.text;
		out.element = ready.element;
		out.strong = ready.strong;
	}
}

/** What was sent, as it is shown. */
function textOf(sent: Json | undefined): Readonly<Rendered> {
	if (sent === undefined) return none;
	if (!isPrimitivePair(sent)) return { text: JSON.stringify(sent), element: undefined, strong: true };
	const { $value, $element } = sent;
	return {
		text: $value === undefined ? undefined : JSON.stringify($value),
		element: JSON.stringify($element),
		strong: true,
	};
}

function keyOf(name: string): string {
	return `${JSON.stringify(name)}:`;
}

function plainUnit(unit: Unit): Ready {
	if (unit.constant !== undefined) return { ...textOf(unit.constant), strong: false };
	const { columns, always = false } = unit;
	const [column] = columns;
	const isFilled: (row: Row) => boolean = always
		? () => true
		: columns.length === 1 && column !== undefined
			? (row) => row[column] != null
			: (row) => columns.some((one) => row[one] != null);
	const text = unit.text ?? ((row: Row) => JSON.stringify(unit.read(row)) as string | undefined);
	return (row, out) => {
		out.text = text(row);
		out.element = undefined;
		out.strong = out.text !== undefined && isFilled(row);
	};
}

/** A slot shows when something stands behind it, or where it is nothing but a constant, which belongs to the resource. */
function slotOf(node: Slots, ready: readonly Ready[], index: number): Ready {
	const one = ready[index] ?? none;
	if (isConstantOnly(node.slots[index]?.node)) return one;
	if (typeof one !== "function") return one.strong ? one : none;
	return (row, out) => {
		one(row, out);
		if (!out.strong) out.text = undefined;
	};
}

/** Fixed parts beside one another as one. */
function joined(parts: readonly Part[]): Part[] {
	const all: Part[] = [];
	for (const part of parts) {
		const last = all.at(-1);
		if (part.fixed === undefined || last?.fixed === undefined) all.push(part);
		else all[all.length - 1] = { fixed: `${last.fixed},${part.fixed}`, strong: last.strong || part.strong };
	}
	return all;
}
