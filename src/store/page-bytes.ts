import { sql } from "kysely";
import type { Sql } from "../mapping/unit.ts";

/**
 * Bytes of bodies from which on a page has enough, whatever its number of resources: a thousand images would be more than any server's
 * memory. What comes after is not read; the page ends there, and the next one begins with it.
 */
export const pageBytes = 16 * 1024 * 1024;

/** Bytes in the bodies of the rows before this one, for rows in the order of the page. Postgres need not read a body to tell its length. */
export function bytesBefore(body: Sql, counts: Sql = sql`true`): Sql {
	return sql`coalesce(sum(octet_length(${body})) filter (where ${counts}) over (rows between unbounded preceding and 1 preceding), 0)`;
}
