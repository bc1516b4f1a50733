import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** Number of the advisory-lock class these locks are in, so that they never meet locks taken for other purposes. */
const lockClass = 4011;

/**
 * How many different locks there are. Few enough that a bundle with thousands of conditions cannot fill PostgreSQL's lock table
 * (64 per connection by default); two conditions that share one merely wait for each other.
 */
const lockCount = 1024;

/**
 * Makes transactions with the same conditions (`Type?criteria`) wait for each other until they end, so that "create it unless it
 * is there" and "update the one that is" hold under concurrency. Locks are taken in one order: no two callers can deadlock here.
 */
export async function lockConditions(tx: Transaction, conditions: readonly string[]): Promise<void> {
	if (conditions.length === 0) return;
	await tx.query(sql`
		select pg_advisory_xact_lock(${lockClass}::int, lock.number)
		from (
			select distinct (hashtextextended(condition, 0) & ${lockCount - 1}::bigint)::int as number
			from json_array_elements_text(${JSON.stringify(conditions)}::json) as given(condition)
			order by number
			offset 0
		) as lock`);
}
