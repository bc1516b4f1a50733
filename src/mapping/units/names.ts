import type { JsonObject } from "../../fhir/json.ts";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";
import { textOf } from "./text.ts";

/** Given names in one column, in their order, separated by spaces. */
export function givenNames<C extends string>(column: C): Unit<C> {
	return {
		unit: "given-names",
		columns: [column],
		read: (row) => (row[column] ? [row[column] as string] : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			if (!Array.isArray(element)) return undefined;
			const joined = element.filter((name) => typeof name === "string").join(" ");
			return joined !== "" && [...joined].length <= 255 ? { [column]: joined } : undefined;
		},
		values: (column_) => [{ kind: "string", text: textOf(column, column_) }],
		describe: () => "given names, joined by a space",
	};
}

/** HumanName.text in a column that may not be empty: without a text, the name's parts joined, or "Unknown". */
export function fullName<C extends string>(column: C): Unit<C> {
	return {
		unit: "full-name",
		columns: [column],
		read: (row) => (row[column] ? (row[column] as string) : undefined),
		write: (element, _context, parent) => {
			const name = typeof element === "string" ? element : joinedName(parent);
			return { [column]: [...name].slice(0, 255).join("") };
		},
		values: (column_) => [{ kind: "string", text: textOf(column, column_) }],
		describe: () => "the whole name",
	};
}

function joinedName(name: JsonObject | undefined): string {
	const parts = [name?.given, name?.family].flat().filter((part) => typeof part === "string");
	return parts.join(" ") || "Unknown";
}
