import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { serverCaller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Database, Transaction } from "../database.ts";

/** The advisory lock (first key) by which transactions that only hold a snapshot for an export are known. */
const holdsSnapshot = 4022;

/** How long it may take until every transaction that was under way has ended, in milliseconds. */
const longestWait = 120_000;

/** Between taking the moment and looking who is under way: who was just beginning is seen then. */
const pauseMilliseconds = 20;

/** A moment, and what tells whether anything was written since. */
export interface SettledMoment {
	/** ISO, whole milliseconds. */
	readonly at: string;
	/** The number the next transaction that writes was to get. */
	readonly next: string;
}

/**
 * A moment up to which everything is decided: every transaction that began before it has ended, so that whatever has a time of change until
 * then is committed, and seen by whoever looks from now on.
 *
 * Times of change are between the begin of their transaction and its end. Those that are open are known by the locks all transactions have on
 * themselves: of this server's login each, of others (a backup, say) those that have written.
 *
 * @throws Failure unavailable - somebody is under way for longer than two minutes
 */
export async function settledMoment(database: Database, signal: AbortSignal): Promise<SettledMoment> {
	const [now] = await database.read(serverCaller, (tx) =>
		tx.query(sql<SettledMoment>`
			select date_trunc('milliseconds', clock_timestamp()) as at, pg_snapshot_xmax(pg_current_snapshot())::text as next`),
	);
	if (now === undefined) throw new Error("the clock does not answer");
	await sleep(pauseMilliseconds);
	let underway = await database.read(serverCaller, openTransactions);
	const until = Date.now() + longestWait;
	for (let pause = 5; underway.length > 0; pause = Math.min(pause * 2, 500)) {
		signal.throwIfAborted();
		if (Date.now() > until) {
			throw new Failure("unavailable", "a change that was under way has not ended", { retryAfterSeconds: 60 });
		}
		await sleep(pause);
		const waitedFor = underway;
		underway = await database.read(serverCaller, (tx) => openTransactions(tx, waitedFor));
	}
	return now;
}

/**
 * Begins to see what is there now: the first statement of a repeatable-read transaction, which others then do not wait for.
 *
 * @returns whether nothing was written since a moment
 */
export async function holdSnapshot(tx: Transaction, { next }: SettledMoment): Promise<boolean> {
	const rows = await tx.query(sql<{ quiet: boolean }>`
		select pg_advisory_xact_lock_shared(${holdsSnapshot}::int, 0), pg_snapshot_xmax(pg_current_snapshot())::text = ${next} as quiet`);
	return rows[0]?.quiet === true;
}

/** Transactions that may still change something, by their virtual ids. @param among - only of these */
async function openTransactions(tx: Transaction, among?: readonly string[]): Promise<string[]> {
	const rows = await tx.query(sql<{ id: string }>`
		select l.virtualtransaction as id
		from pg_locks l join pg_stat_activity a on a.pid = l.pid
		where l.locktype = 'virtualxid' and l.virtualxid = l.virtualtransaction and l.pid <> pg_backend_pid()
			and a.datid = (select d.oid from pg_database d where d.datname = current_database())
			and (a.usename = session_user or a.backend_xid is not null)
			and ${among === undefined ? sql`true` : sql`l.virtualtransaction = any(${sql.val([...among])}::text[])`}
			and not exists (select from pg_locks x where x.pid = l.pid and x.locktype = 'advisory' and x.granted
				and x.classid = ${holdsSnapshot}::int and x.objsubid = 2)`);
	return rows.map(({ id }) => id);
}
