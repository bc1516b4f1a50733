import { sql } from "kysely";
import type { Unit } from "../unit.ts";

/** A number of ours that is a string in FHIR, as the value of an Identifier; only shown. */
export function numberText<C extends string>(column: C): Unit<C> {
	return {
		unit: "number-text",
		columns: [column],
		read: (row) => (row[column] == null ? undefined : String(row[column])),
		write: () => ({}),
		values: (column_) => [{ kind: "token", code: sql<string | null>`${column_(column)}::text` }],
		describe: () => "number as text, not written",
	};
}
