import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Access to be taken back at a vendor; a trigger leaves it when a connection's tokens are dropped. Tokens are sealed for the connection. */
export interface RevocationRow {
	readonly id: number;
	readonly connectionId: number;
	readonly deviceType: "strava" | "polar" | "samsung";
	readonly vendorUserId: string | null;
	readonly accessToken: string;
	readonly refreshToken: string | null;
	readonly tokenExpiry: string | null;
	/** Where a bridge is. */
	readonly url: string | null;
	/** This one included. */
	readonly attempts: number;
	readonly isLast: boolean;
}

const columns = sql<RevocationRow>`r.id::int, r.connection_id as "connectionId", r.vendor as "deviceType", r.vendor_user_id as "vendorUserId",
	r.access_token as "accessToken", r.refresh_token as "refreshToken", r.token_expiry as "tokenExpiry", r.url, r.attempts,
	r.keep_until <= now() as "isLast"`;

/**
 * Takes what is due and not taken by others, to be tried now. What is taken comes again by itself, after 2, 4, 8, … minutes, six hours at most.
 *
 * @param connectionIds only theirs, due or not; undefined: whosever
 */
export async function takeRevocations(
	tx: Transaction,
	limit: number,
	connectionIds?: readonly number[],
): Promise<RevocationRow[]> {
	const which =
		connectionIds === undefined
			? sql`next_at <= now()`
			: sql`connection_id = any(${sql.val([...connectionIds])}::int[])`;
	return tx.query(sql<RevocationRow>`
		update devices.revocation r set attempts = r.attempts + 1,
			next_at = now() + least(interval '6 hours', interval '1 minute' * 2 ^ least(r.attempts + 1, 10))
		where r.id = any(array(select id from devices.revocation where ${which} order by next_at limit ${limit} for update skip locked))
		returning ${columns}`);
}

/** Forgets one, tokens and all. */
export async function endRevocation(tx: Transaction, id: number): Promise<void> {
	await tx.query(sql`delete from devices.revocation where id = ${id}::bigint`);
}

/** Puts other tokens in the place of those of a revocation: refreshed ones, or sealed anew. */
export async function saveRevocationTokens(
	tx: Transaction,
	id: number,
	{ accessToken, refreshToken, tokenExpiry }: Pick<RevocationRow, "accessToken" | "refreshToken" | "tokenExpiry">,
): Promise<void> {
	await tx.query(sql`
		update devices.revocation set access_token = ${accessToken}, refresh_token = ${refreshToken}, token_expiry = ${tokenExpiry}::timestamptz
		where id = ${id}::bigint`);
}

/** All of them, locked, for new keys. They are few: each lives for minutes, or days where a vendor is away. */
export async function lockRevocations(tx: Transaction): Promise<RevocationRow[]> {
	return tx.query(sql<RevocationRow>`select ${columns} from devices.revocation r order by r.id for update`);
}
