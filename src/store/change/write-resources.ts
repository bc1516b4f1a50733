import { sql } from "kysely";
import type { Transaction } from "../database.ts";
import type { IndexColumns } from "./index-columns.ts";

/** One row of `fhir.resource` to be written: a body, a residue, or just the link from an id to a row. */
export interface ResourceRow extends IndexColumns {
	readonly type: string;
	readonly id: string;
	readonly version: number;
	readonly user_id: number | null;
	readonly created_by: number;
	readonly shared: boolean;
	readonly table_name: string | null;
	readonly row_id: number | null;
	readonly part: string | null;
	readonly deleted: boolean;
	readonly meta: string | null;
	readonly body: string | null;
}

const columns = sql.raw(
	"type, id, version, user_id, created_by, shared, table_name, row_id, part, deleted, meta, body, at, terms, strings, dates, numbers, overrides, guards",
);

/** Writes many rows in two statements: what is new is inserted, what is there is replaced. An id taken meanwhile is a conflict. */
export function writeResources(
	tx: Transaction,
	created: readonly ResourceRow[],
	replaced: readonly ResourceRow[],
): void {
	if (created.length > 0) {
		tx.later(sql`
			insert into fhir.resource (${columns}, last_updated)
			select ${columns}, date_trunc('milliseconds', clock_timestamp())
			from json_populate_recordset(null::fhir.resource, ${JSON.stringify(created)}::json)`);
	}
	if (replaced.length > 0) {
		tx.later(sql`
			update fhir.resource x set (version, user_id, shared, table_name, row_id, part, deleted, meta, body, at, terms, strings, dates, numbers, overrides, guards, last_updated)
				= (n.version, n.user_id, n.shared, n.table_name, n.row_id, n.part, n.deleted, n.meta, n.body, n.at, n.terms, n.strings, n.dates, n.numbers, n.overrides, n.guards,
					greatest(x.last_updated, date_trunc('milliseconds', clock_timestamp())))
			from json_populate_recordset(null::fhir.resource, ${JSON.stringify(replaced)}::json) n
			where x.type = n.type and x.id = n.id`);
	}
}

/** Keeps ids of our own form that a client chose from ever meaning another row. */
export function claimRows(tx: Transaction, claims: readonly { table_name: string; row_id: number }[]): void {
	if (claims.length === 0) return;
	tx.later(sql`
		insert into fhir.claim (table_name, row_id)
		select table_name, row_id from json_to_recordset(${JSON.stringify(claims)}::json) as n(table_name text, row_id int)
		on conflict do nothing`);
}
