import { sql } from "kysely";
import type { PathExpression, SearchParameter } from "../fhir/definitions/definitions.ts";
import type { Mapping } from "../mapping/define.ts";
import { isSlots, isUnit, type Node } from "../mapping/tree.ts";
import type { SearchValue, Sql, Unit } from "../mapping/unit.ts";
import { constant } from "../mapping/units/constant.ts";

/** A unit a parameter looks at. */
export interface Source {
	readonly unit: Unit;
	readonly values: readonly SearchValue[];
}

/** SQL of a property's column in the row `t`. */
export type ColumnOf = (property: string) => Sql;

/**
 * What a search parameter finds in the rows of a mapping: the units at the ends of its official paths. A string parameter over a
 * whole HumanName or Address finds every string unit below.
 */
export function sourcesOf(mapping: Mapping, parameter: SearchParameter, column: ColumnOf): readonly Source[] {
	if (parameter.code === "_profile") {
		return mapping.profiles.map((uri) => ({ unit: constant(uri), values: [{ kind: "uri", uri }] }));
	}
	if (parameter.code === "_lastUpdated") {
		const at = column("updatedAt");
		return [{ unit: constant(null), values: [{ kind: "date", lo: at, hi: sql`(${at} + interval '1 millisecond')` }] }];
	}
	return parameter.paths.flatMap((path): Source[] => {
		const nodes = nodesAt(mapping.root, path);
		const asked = (kind: PathExpression["steps"][number]["kind"]) => path.steps.some((step) => step.kind === kind);
		// An element nobody maps is there in no row: the question whether it is has an answer all the same.
		if (nodes.length === 0 && asked("exists-and-not-false")) {
			return [{ unit: constant(false), values: [{ kind: "token", code: "false" }] }];
		}
		return nodes
			.flatMap((node) => sourcesBelow(node, parameter, column))
			.map(({ unit, values }) => ({ unit, values: values.filter((value) => fits(value, parameter, path)) }))
			.filter(({ values }) => values.length > 0 || !asked("refers-to"));
	});
}

/** Nodes at the end of a path, choice elements by any of their names (`value` finds `valueQuantity`). */
function nodesAt(root: Node, path: PathExpression): Node[] {
	let nodes: { node: Node; name: string }[] = [{ node: root, name: "" }];
	for (const step of path.steps) {
		if (step.kind === "element") nodes = nodes.flatMap(({ node }) => membersNamed(node, step.name));
		else if (step.kind === "type") nodes = nodes.filter(({ name }) => name.endsWith(capital(step.type)));
		else if (step.kind === "equals") {
			nodes = nodes.flatMap(({ node, name }) =>
				itemsOf(node)
					.filter((item) => couldBe(item, step.name, step.value))
					.map((item) => ({ node: item, name })),
			);
		}
		// A reference's type is judged by the values themselves, see `fits`.
	}
	return nodes.map(({ node }) => node);
}

function itemsOf(node: Node): Node[] {
	return isSlots(node) ? node.slots.map((one) => one.node) : [node];
}

function membersNamed(node: Node, name: string): { node: Node; name: string }[] {
	return itemsOf(node).flatMap((item) => {
		if (isUnit(item) || isSlots(item)) return [];
		return Object.entries(item.members)
			.filter(([key]) => key === name || isChoiceOf(key, name))
			.map(([key, child]) => ({ node: child, name: key }));
	});
}

function isChoiceOf(key: string, name: string): boolean {
	return (
		choiceNames.has(name) &&
		key.length > name.length &&
		key.startsWith(name) &&
		/[A-Z]/.test(key[name.length] as string)
	);
}

const choiceNames = new Set([
	"value",
	"effective",
	"medication",
	"onset",
	"abatement",
	"occurrence",
	"performed",
	"deceased",
]);

function capital(type: string): string {
	return type[0]?.toUpperCase() + type.slice(1);
}

/** An item of a repeated element that a `where(name = 'value')` could select: its constant says so. */
function couldBe(node: Node, name: string, value: string): boolean {
	if (isUnit(node) || isSlots(node)) return false;
	const child = node.members[name];
	return child !== undefined && isUnit(child) && child.read({}) === value;
}

/** The units a parameter finds below a node: of a ContactPoint its value, of a Period its bounds as one range, else all. */
function sourcesBelow(node: Node, parameter: SearchParameter, column: ColumnOf): Source[] {
	if (isUnit(node)) return [{ unit: node, values: node.values(column) }];
	if (isSlots(node)) return node.slots.flatMap((one) => sourcesBelow(one.node, parameter, column));
	const { value, system, start, end } = node.members;
	if (parameter.type === "token" && value !== undefined && system !== undefined)
		return sourcesBelow(value, parameter, column);
	if (parameter.type === "date" && (start !== undefined || end !== undefined)) {
		return [{ unit: constant(null), values: periodOf(start, end, column) }];
	}
	return Object.values(node.members).flatMap((child) => sourcesBelow(child, parameter, column));
}

/** A Period of two date units: open where a bound is empty, nothing where both are. */
function periodOf(start: Node | undefined, end: Node | undefined, column: ColumnOf): SearchValue[] {
	const bound = (node: Node | undefined, side: "lo" | "hi"): Sql => {
		const value =
			node !== undefined && isUnit(node) ? node.values(column).find((one) => one.kind === "date") : undefined;
		return value?.kind === "date" ? value[side] : sql`null::timestamptz`;
	};
	const [lo, hi] = [bound(start, "lo"), bound(end, "hi")];
	const any = sql`(${lo} is not null or ${hi} is not null)`;
	return [
		{
			kind: "date",
			lo: sql`(case when ${any} then coalesce(${lo}, '-infinity') end)`,
			hi: sql`(case when ${any} then coalesce(${hi}, 'infinity') end)`,
		},
	];
}

/** Below a whole element only what the parameter's type speaks of counts: of a ContactPoint its value, of a name its strings. */
function fits(value: SearchValue, parameter: SearchParameter, path: PathExpression): boolean {
	const target = path.steps.find((step) => step.kind === "refers-to")?.type;
	if (value.kind === "reference")
		return parameter.type === "reference" && (target === undefined || target === value.type);
	if (parameter.type === "number" || parameter.type === "quantity") return value.kind === "quantity";
	return value.kind === parameter.type;
}
