import { sql } from "kysely";
import type { Unit } from "../unit.ts";

/** A reference, in a column that may not be empty, to a resource whose id is `<prefix><users.id>`, as therapists are `Practitioner/user-5`. */
export function userReference<C extends string>(column: C, type: string, prefix: string): Unit<C> {
	return {
		unit: "user-reference",
		columns: [column],
		read: (row) => (row[column] == null ? undefined : { reference: `${type}/${prefix}${row[column]}` }),
		write: (element, context) => {
			const reference = (element as { reference?: unknown } | null | undefined)?.reference;
			const ours = typeof reference === "string" && reference.startsWith(`${type}/${prefix}`);
			const user = ours ? context.resolve(reference) : undefined;
			// Nobody of ours named: the column keeps whom it has.
			return user === undefined ? {} : { [column]: user };
		},
		values: (column_) => [{ kind: "reference", type, id: sql`(${sql.lit(prefix)} || ${column_(column)})` }],
		describe: () => `reference to ${type}`,
	};
}
