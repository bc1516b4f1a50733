import { sql } from "kysely";
import type { Database, Transaction } from "./database.ts";
import { type Composed, template } from "./statement.ts";

/** A row of audit.access_log. */
export interface AccessRow {
	/** An instant. */
	readonly at: string;
	readonly actor: string;
	readonly user_id: number | null;
	readonly action: string;
	readonly target: string;
	readonly returned: readonly string[] | null;
	readonly patients: readonly number[] | null;
	readonly request_id: string;
	readonly outcome: string;
}

/** Adds rows to the access log in one statement, committed when this resolves. */
export function insertAccess(database: Database, rows: readonly AccessRow[]): Promise<void> {
	return database.append(insertion(rows));
}

/** Adds a row to the access log within a transaction: there if and only if the rest of it is. */
export function includeAccess(tx: Transaction, row: AccessRow): void {
	tx.later(insertion([row]));
}

function insertion(rows: readonly AccessRow[]): Composed<unknown> {
	const written = rows.map((row) => ({ ...row, returned: arrayText(row.returned), patients: arrayText(row.patients) }));
	return insert({ rows: JSON.stringify(written) });
}

const insert = template<unknown, "rows">(
	(place) => sql`
		insert into audit.access_log (at, actor, user_id, action, target, returned, patients, request_id, outcome)
		select at, actor, user_id, action, target, returned::text[], patients::int[], request_id, outcome
		from json_to_recordset(${place("rows")}::json) as r(at timestamptz, actor text, user_id int, action text,
			target text, returned text, patients text, request_id text, outcome text)`,
);

/** An array as PostgreSQL writes it, which it reads faster than JSON's. */
function arrayText(items: readonly (string | number)[] | null): string | null {
	if (items === null) return null;
	return `{${items.map((item) => (typeof item === "number" || isPlain.test(item) ? item : quoted(item))).join(",")}}`;
}

/** What cannot be taken for anything but itself. */
const isPlain = /^[A-Za-z0-9._-]*\/[A-Za-z0-9._/-]*$/;

function quoted(item: string): string {
	return `"${item.replace(/["\\]/g, "\\$&")}"`;
}
