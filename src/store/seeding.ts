import { sql } from "kysely";
import type { Entity } from "../tables/all.ts";
import { tableName } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";

/**
 * Waits until no other transaction seeds this database, and keeps others waiting until this one ends. Without it two servers
 * that start on one empty database would both fill it.
 */
export async function lockSeeding(tx: Transaction): Promise<void> {
	await tx.query(sql`select pg_advisory_xact_lock(hashtext('heart-recovery'), hashtext('seeding'))`);
}

/** Whether nobody has an account yet. */
export async function hasNoUsers(tx: Transaction): Promise<boolean> {
	const rows = await tx.query(sql`select 1 from public.users limit 1`);
	return rows.length === 0;
}

/** Whether an account with this email exists; capitals do not matter. */
export async function hasEmail(tx: Transaction, email: string): Promise<boolean> {
	const rows = await tx.query(sql`select 1 from public.users where lower(email) = lower(${email}) limit 1`);
	return rows.length > 0;
}

/** Name -> id of every row of a table with a `name` column; the oldest row where a name is there twice. */
export async function idsByName(tx: Transaction, entity: Entity): Promise<Map<string, number>> {
	const table = sql.table(tableName(entity));
	const rows = await tx.query<{ id: number; name: string }>(sql`select id, name from ${table} order by id desc`);
	return new Map(rows.map(({ id, name }) => [name, id]));
}
