import { sql } from "kysely";
import type { ColumnSql, Sql, Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** A text column as searches see it: empty text is no element, as in reading. */
export function textOf(column: string, sqlOf: ColumnSql): Sql<string | null> {
	return sql`nullif(${sqlOf(column)}, '')`;
}

/** A string element in a character column. `maxLength` characters (code points) fit; longer ones go to the residue. Default: 255. */
export function text<C extends string>(column: C, maxLength = 255): Unit<C> {
	return {
		unit: "text",
		columns: [column],
		read: (row) => (row[column] ? (row[column] as string) : undefined),
		write: (element) => {
			if (element === undefined) return empty([column]);
			if (typeof element !== "string" || [...element].length > maxLength) return undefined;
			return { [column]: element };
		},
		// A token where the text is an identifier or the value of a ContactPoint.
		values: (column_) => [
			{ kind: "string", text: textOf(column, column_) },
			{ kind: "token", code: textOf(column, column_) },
		],
		describe: () => "text",
	};
}

/** A string or markdown element in a TEXT column, which takes any length. */
export function longText<C extends string>(column: C): Unit<C> {
	return text(column, Number.POSITIVE_INFINITY);
}
