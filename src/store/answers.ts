import { sql } from "kysely";
import { serverCaller } from "../access/caller.ts";
import type { Database, Transaction } from "./database.ts";

/** What a caller's request is known by when it comes again: SHA-256 of its key, and of everything the answer depends on. */
export interface AnswerKey {
	readonly key: Buffer;
	readonly fingerprint: Buffer;
}

/** An answer as kept. Entry 0 is the whole; entry n what the nth entry of a batch came to. */
export interface KeptAnswer {
	readonly entry: number;
	/** Null for the whole of a batch that is not done yet, and for entries. */
	readonly status: number | null;
	/** JSON. */
	readonly headers: string | null;
	readonly body: string | null;
	/** JSON: whom and what the answer is about, for the access log. */
	readonly touched: string | null;
}

/** What there is under a key. `busy`: another request with it is under way, here or on another server. */
export type Claim =
	| { readonly state: "busy" }
	| { readonly state: "different" }
	| { readonly state: "mine"; readonly kept: readonly KeptAnswer[] };

/**
 * Takes a key until the transaction ends, unless somebody has it, and gives what is remembered under it.
 *
 * @param entries - which to look for; all when left out
 */
export async function claimAnswer(
	tx: Transaction,
	{ key, fingerprint }: AnswerKey,
	entries?: readonly number[],
): Promise<Claim> {
	const { actor } = tx.caller;
	// Two statements, though they travel together: the second must see what was committed before the lock was given.
	const [[lock], rows] = await Promise.all([
		tx.query(sql<{ mine: boolean }>`
			select pg_try_advisory_xact_lock(hashtextextended(${actor} || ' ' || encode(${key}, 'hex'), 4012)) mine`),
		tx.query(sql<KeptAnswer & { same: boolean }>`
			select entry, fingerprint = ${fingerprint} same, status, headers, body, touched
			from fhir.answer where actor = ${actor} and key = ${key} and expires_at > now()
			${entries === undefined ? sql`` : sql`and entry = any(${sql.val(entries)}::int[])`}`),
	]);
	if (lock?.mine !== true) return { state: "busy" };
	if (rows.some(({ same }) => !same)) return { state: "different" };
	return { state: "mine", kept: rows };
}

/** Remembers an answer for 24 hours, together with what the transaction did. The key must be claimed. */
export function keepAnswer(tx: Transaction, { key, fingerprint }: AnswerKey, answer: KeptAnswer): void {
	const { actor, userId } = tx.caller;
	const { entry, status, headers, body, touched } = answer;
	// What is in the way has expired, or is the beginning of this batch.
	tx.later(sql`
		insert into fhir.answer (actor, key, entry, user_id, fingerprint, status, headers, body, touched)
		values (${actor}, ${key}, ${entry}::int, ${userId}::int, ${fingerprint}, ${status}::smallint, ${headers}::text, ${body}::text, ${touched}::text)
		on conflict (actor, key, entry) do update set (fingerprint, status, headers, body, touched, expires_at)
			= (excluded.fingerprint, excluded.status, excluded.headers, excluded.body, excluded.touched, excluded.expires_at)`);
}

/** Drops what the entries of a batch came to: the whole has it now. */
export function dropEntries(tx: Transaction, { key }: AnswerKey): void {
	tx.later(sql`delete from fhir.answer where actor = ${tx.caller.actor} and key = ${key} and entry > 0`);
}

/** Deletes what is older than 24 hours, some at a time so that nobody waits; servers that do it at once share the work. */
export async function forgetAnswers(database: Database): Promise<void> {
	for (let some = mostAtOnce; some === mostAtOnce; ) {
		const gone = await database.write(serverCaller, (tx) =>
			tx.query(sql`
				delete from fhir.answer where ctid = any(array(
					select ctid from fhir.answer where expires_at <= now() order by expires_at limit ${mostAtOnce} for update skip locked))
					and expires_at <= now()
				returning 1`),
		);
		some = gone.length;
	}
}

const mostAtOnce = 500;
