import { sql } from "kysely";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** A boolean element in a boolean column. */
export function boolean<C extends string>(column: C): Unit<C> {
	return {
		unit: "boolean",
		columns: [column],
		read: (row) => (typeof row[column] === "boolean" ? row[column] : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			return typeof element === "boolean" ? { [column]: element } : undefined;
		},
		values: (column_) => [{ kind: "token", code: sql<string | null>`${column_(column)}::text` }],
		describe: () => "boolean",
	};
}
