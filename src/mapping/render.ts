import type { Mapping } from "./define.ts";
import { isConstantOnly } from "./project.ts";
import { isSlots, isUnit, type Members, type Node, type Slots } from "./tree.ts";
import type { Row, Unit } from "./unit.ts";

/** The JSON text of one node, and whether anything but constants stands behind it. Written anew by every call, to make no objects. */
interface Rendered {
	text: string | undefined;
	strong: boolean;
}

type Render = (row: Row, out: Rendered) => void;

const renders = new WeakMap<Mapping, (row: Row) => string>();

/**
 * What `project` gives as JSON text, members only, for rows without a residue: most of what is read. The mapping's tree is walked once;
 * what is the same for every row is text from then on. `test/laws/mapping.test.ts` holds both to the same.
 *
 * @returns `"status":"final","code":{…}`, without braces; empty where the row gives nothing
 */
export function renderOf(mapping: Mapping): (row: Row) => string {
	const known = renders.get(mapping);
	if (known !== undefined) return known;
	const parts = Object.entries(mapping.root.members).map(([name, child]) => ({
		key: `${JSON.stringify(name)}:`,
		render: nodeRender(child),
	}));
	const out: Rendered = { text: undefined, strong: false };
	const render = (row: Row): string => {
		let text = "";
		for (const part of parts) {
			part.render(row, out);
			if (out.text !== undefined) text += text === "" ? part.key + out.text : `,${part.key}${out.text}`;
		}
		return text;
	};
	renders.set(mapping, render);
	return render;
}

function nodeRender(node: Node): Render {
	if (isUnit(node)) return unitRender(node);
	return isSlots(node) ? slotsRender(node) : membersRender(node);
}

function unitRender(unit: Unit): Render {
	if (unit.constant !== undefined) {
		const text = JSON.stringify(unit.constant);
		return (_row, out) => {
			out.text = text;
			out.strong = false;
		};
	}
	const { columns, always = false } = unit;
	return (row, out) => {
		const value = unit.read(row);
		if (value === undefined) {
			out.text = undefined;
			out.strong = false;
			return;
		}
		out.text = JSON.stringify(value);
		out.strong = always || columns.some((column) => row[column] != null);
	};
}

/** Members show when one of them is more than a constant. */
function membersRender({ members }: Members): Render {
	const parts = Object.entries(members).map(([name, child]) => ({
		key: `${JSON.stringify(name)}:`,
		render: nodeRender(child),
	}));
	return (row, out) => {
		let text = "";
		let strong = false;
		for (const part of parts) {
			part.render(row, out);
			if (out.strong) strong = true;
			if (out.text !== undefined) text += text === "" ? part.key + out.text : `,${part.key}${out.text}`;
		}
		out.text = strong ? `{${text}}` : undefined;
		out.strong = strong;
	};
}

function slotsRender({ slots }: Slots): Render {
	const parts = slots.map(({ node }) => ({ showsAlone: isConstantOnly(node), render: nodeRender(node) }));
	return (row, out) => {
		let text = "";
		let strong = false;
		for (const part of parts) {
			part.render(row, out);
			if (out.text === undefined || !(out.strong || part.showsAlone)) continue;
			if (out.strong) strong = true;
			text += text === "" ? out.text : `,${out.text}`;
		}
		out.text = text === "" ? undefined : `[${text}]`;
		out.strong = strong && text !== "";
	};
}
