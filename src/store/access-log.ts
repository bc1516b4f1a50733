import { sql } from "kysely";
import type { Database } from "./database.ts";

/** Adds rows to the access log in one statement, committed when this resolves. */
export function insertAccess(database: Database, rows: readonly object[]): Promise<void> {
	return database.append(sql`
		insert into audit.access_log (at, actor, user_id, action, target, returned, patients, request_id, outcome)
		select at, actor, user_id, action, target, returned, patients, request_id, outcome
		from json_to_recordset(${JSON.stringify(rows)}::json) as r(at timestamptz, actor text, user_id int, action text,
			target text, returned text[], patients int[], request_id text, outcome text)`);
}
