import { sql } from "kysely";
import type { Row, Unit } from "../unit.ts";

/**
 * A list of references kept as a JSON list of `Type/id` texts; only shown.
 *
 * @param type - of all of them
 * @param rowsOf - name of the SQL function that gives, for some texts, the ids of the rows with one of them
 */
export function references<C extends string>(column: C, type: string, rowsOf: string): Unit<C> {
	const read = (row: Row) => {
		const text = row[column];
		const list = typeof text === "string" ? (JSON.parse(text) as string[]) : [];
		return list.length === 0 ? undefined : list.map((reference) => ({ reference }));
	};
	return {
		unit: "references",
		columns: [column],
		fixed: true,
		read,
		write: () => ({}),
		values: (column_) => [
			{
				kind: "reference",
				type,
				id: sql`substr(${column_(column)} ->> 0, ${sql.lit(type.length + 2)})`,
				all: sql`array(select jsonb_array_elements_text(${column_(column)}))`,
				// Found by an index whoever asks: which rows, the function says; which of those the caller sees, the policies.
				isOneOf: (ids) =>
					sql<boolean>`(${column_("id")} = any ((select ${sql.raw(rowsOf)}(${sql.val(ids.map((id) => `${type}/${id}`))}::text[]))::int[]))`,
			},
		],
		describe: () => `references to ${type}, not written`,
	};
}
