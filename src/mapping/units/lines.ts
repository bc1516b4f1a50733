import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";
import { textOf } from "./text.ts";

/** Address lines in one column, one per line of text. */
export function lines<C extends string>(column: C): Unit<C> {
	return {
		unit: "lines",
		columns: [column],
		read: (row) => (row[column] ? String(row[column]).split("\n").filter(Boolean) : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			if (!Array.isArray(element)) return undefined;
			const joined = element.filter((line) => typeof line === "string").join("\n");
			return joined !== "" && [...joined].length <= 255 ? { [column]: joined } : undefined;
		},
		values: (column_) => [{ kind: "string", text: textOf(column, column_), separator: "\n" }],
		describe: () => "lines, separated by a line break",
	};
}
