import { sql } from "kysely";
import { columnsOfMapping, type Mapping } from "../../mapping/define.ts";
import type { Sql } from "../../mapping/unit.ts";
import { columnName } from "../../tables/columns.ts";
import type { ColumnOf } from "../native-values.ts";

const rowColumnsKnown = new Map<string, Sql>([["$subject", sql.raw("p.fhir_id")]]);

/** SQL of a property of the row `t`; `$subject` is joined ({@link personJoin}). Properties are ours, never a client's. */
export const rowColumn: ColumnOf = (property) => {
	const known = rowColumnsKnown.get(property);
	if (known !== undefined) return known;
	const made = sql.raw(`t."${columnName(property)}"`);
	rowColumnsKnown.set(property, made);
	return made;
};

/** The table of a mapping. */
export function relationOf({ schema, table }: Pick<Mapping, "schema" | "table">): Sql {
	return sql`${sql.ref(schema)}.${sql.ref(table)}`;
}

const columnLists = new Map<string, Sql>();

/**
 * The columns mappings read, under their property names, and what the store needs of every row. Composed once for each set of mappings: it
 * is a good part of every statement.
 */
export function rowColumns(mappings: readonly Mapping[]): Sql {
	const key = mappings.map(({ name }) => name).join();
	const known = columnLists.get(key);
	if (known !== undefined) return known;
	const properties = new Set(mappings.flatMap((mapping) => columnsOfMapping(mapping)));
	const named = [...properties].map((property) => `t."${columnName(property)}" as "${property}"`);
	const subject = hasPerson(mappings) ? "p.fhir_id" : "null::text";
	// What takes whole days takes them where the person lives.
	if (mappings[0]?.table === "calendar_events") {
		named.push('(select u.timezone from public.users u where u.id = t.user_id) as "$zone"');
	}
	const made = sql.raw(
		[
			...named,
			`${subject} as "$subject"`,
			't.version as "$version"',
			't.updated_at as "$updated"',
			// Nobody sends what the server alone makes, so that there is nothing to keep beside it.
			`${mappings[0]?.isServers ? "null::text" : "t.fhir_residue"} as "$residue"`,
		].join(", "),
	);
	columnLists.set(key, made);
	return made;
}

/** The Patient that stands for the person a row is about; beside a patients row only where it is another one. */
export function personJoin(mappings: readonly Mapping[]): Sql {
	const { table, owner } = mappings[0] as Mapping;
	if (!hasPerson(mappings)) return sql``;
	const another = table === "patients" ? sql`and p.patient_id <> t.id` : sql``;
	return sql`left join fhir.identity p on p.user_id = ${rowColumn(owner)} and p.subject ${another}`;
}

/** An account that is no patient's stands for nobody's Patient. */
function hasPerson(mappings: readonly Mapping[]): boolean {
	return mappings[0]?.table !== "users";
}
