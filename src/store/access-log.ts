import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/**
 * Adds rows to the access log in one statement. The commit does not wait for the disk: the rows of the last fraction of a second
 * may be lost in a power failure, together with the answers nobody then received.
 */
export async function insertAccess(tx: Transaction, rows: readonly object[]): Promise<void> {
	await tx.query(sql`set local synchronous_commit = off`);
	await tx.query(sql`
		insert into audit.access_log (at, actor, user_id, action, target, returned, patients, request_id, outcome)
		select at, actor, user_id, action, target, returned, patients, request_id, outcome
		from json_to_recordset(${JSON.stringify(rows)}::json) as r(at timestamptz, actor text, user_id int, action text,
			target text, returned text[], patients int[], request_id text, outcome text)`);
}
