import { type RawBuilder, sql } from "kysely";
import type { Database, Transaction } from "./database.ts";

/** Adds rows to the access log in one statement, committed when this resolves. */
export function insertAccess(database: Database, rows: readonly object[]): Promise<void> {
	return database.append(insertion(rows));
}

/** Adds a row to the access log within a transaction: there if and only if the rest of it is. */
export function includeAccess(tx: Transaction, row: object): void {
	tx.later(insertion([row]));
}

function insertion(rows: readonly object[]): RawBuilder<unknown> {
	return sql`
		insert into audit.access_log (at, actor, user_id, action, target, returned, patients, request_id, outcome)
		select at, actor, user_id, action, target, returned, patients, request_id, outcome
		from json_to_recordset(${JSON.stringify(rows)}::json) as r(at timestamptz, actor text, user_id int, action text,
			target text, returned text[], patients int[], request_id text, outcome text)`;
}
