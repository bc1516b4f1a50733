import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** A key ID tokens are signed with; `sealed` is its private JWK as the server sealed it. */
export interface SigningKeyRow {
	readonly kid: string;
	readonly alg: string;
	readonly sealed: string;
	/** Whether new tokens are signed with it; others are only published. */
	readonly current: boolean;
}

/** The keys to publish: current ones first, newest first. */
export function listSigningKeys(tx: Transaction): Promise<SigningKeyRow[]> {
	return tx.query(sql<SigningKeyRow>`
		select kid, alg, sealed, retired_at is null as current from auth.signing_key
		order by retired_at is not null, created_at desc, kid`);
}

/** Lets one server at a time decide about keys, until the transaction ends. */
export async function lockSigningKeys(tx: Transaction): Promise<void> {
	await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('signing keys', 0))`);
}

export async function insertSigningKey(
	tx: Transaction,
	key: { kid: string; alg: string; sealed: string },
): Promise<void> {
	await tx.query(
		sql`insert into auth.signing_key (kid, alg, sealed, created_at) values (${key.kid}, ${key.alg}, ${key.sealed}, clock_timestamp())`,
	);
}

/** Replaces how a key is sealed. */
export async function resealSigningKey(tx: Transaction, kid: string, sealed: string): Promise<void> {
	await tx.query(sql`update auth.signing_key set sealed = ${sealed} where kid = ${kid}`);
}

/** Retires the current keys; those retired for more than some days are deleted: what they signed has expired. */
export async function retireSigningKeys(tx: Transaction, days: number): Promise<void> {
	await tx.query(sql`delete from auth.signing_key where retired_at < now() - make_interval(days => ${days})`);
	await tx.query(sql`update auth.signing_key set retired_at = now() where retired_at is null`);
}
