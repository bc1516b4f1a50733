import { sql } from "kysely";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** A whole civil day in a date column; years, months and moments go to the residue. */
export function date<C extends string>(column: C): Unit<C> {
	return {
		unit: "date",
		columns: [column],
		read: (row) => (typeof row[column] === "string" ? row[column] : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			return typeof element === "string" && /^(?!0000)\d{4}-\d\d-\d\d$/.test(element)
				? { [column]: element }
				: undefined;
		},
		values: (column_) => {
			const day = sql`(${column_(column)}::timestamp at time zone 'UTC')`;
			return [{ kind: "date", lo: day, hi: sql`(${day} + interval '1 day')` }];
		},
		describe: () => "civil date",
	};
}
