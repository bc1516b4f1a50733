import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Who asked for an export, as a token said it then: enough to know later whether they still may. */
export interface Standing {
	/** SHA-256 of the token. */
	readonly tokenHash: Buffer;
	/** When it ends by itself. ISO. */
	readonly tokenExpiresAt: string;
	/** What an app was granted; null for a person who signed in here. */
	readonly scope: string | null;
	readonly clientId: string | null;
	/** Null also for a client that nobody granted anything (`system/` scopes). */
	readonly grantId: string | null;
	/** users.id; 0 for a client without a person. */
	readonly userId: number;
}

/** Whose an export is: the person and the app, and by which grant. */
export interface Asker {
	readonly actor: string;
	readonly grantId: string | null;
}

/** An export as it is asked for. */
export interface NewExport extends Asker {
	readonly id: string;
	readonly standing: Standing;
	/** JSON. */
	readonly request: string;
	/** The address it was asked at. */
	readonly address: string;
	readonly keepSeconds: number;
}

/** How far an export is. */
export interface ExportState {
	readonly id: string;
	readonly state: "accepted" | "running" | "complete" | "failed";
	readonly attempt: number;
	readonly address: string;
	readonly request: string;
	/** ISO; null while nothing was read. */
	readonly transaction_time: string | null;
	readonly progress: string | null;
	readonly failure_kind: string | null;
	readonly failure: string | null;
	readonly created_at: string;
	readonly expires_at: string;
}

/** How many exports somebody has: under way, and kept at all; and in how many seconds the first of these goes. */
export interface ExportCounts {
	readonly underway: number;
	readonly kept: number;
	readonly seconds: number;
}

const columns = sql`id, state, attempt, address, request, transaction_time, progress, failure_kind, failure, created_at, expires_at`;

const isOf = ({ actor, grantId }: Asker) =>
	sql`actor = ${actor} and grant_id is not distinct from ${grantId}::text and expires_at > now()`;

/** What somebody has asked for. Nobody else of the same name asks until the transaction ends. */
export async function countExports(tx: Transaction, asker: Asker): Promise<ExportCounts> {
	await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('export:' || ${asker.actor}::text, 4022))`);
	const rows = await tx.query(sql<ExportCounts>`
		select count(*) filter (where state in ('accepted', 'running'))::int as underway, count(*)::int as kept,
			coalesce(ceil(extract(epoch from min(expires_at) - now())), 0)::int as seconds
		from fhir.export where actor = ${asker.actor} and expires_at > now()`);
	return rows[0] ?? { underway: 0, kept: 0, seconds: 0 };
}

/** Writes down what is asked for. */
export async function insertExport(tx: Transaction, asked: NewExport): Promise<void> {
	const { id, actor, grantId, standing, request, address, keepSeconds } = asked;
	await tx.query(sql`
		insert into fhir.export (id, actor, user_id, grant_id, client_id, scope, token_hash, token_expires_at, request, address, expires_at)
		values (${id}, ${actor}, ${standing.userId}::int, ${grantId}, ${standing.clientId}, ${standing.scope}, ${standing.tokenHash},
			${standing.tokenExpiresAt}::timestamptz, ${request}, ${address}, now() + make_interval(secs => ${keepSeconds}))`);
}

/** An export of this person and app; undefined where they have none of the name, or no longer. */
export async function findExport(tx: Transaction, id: string, asker: Asker): Promise<ExportState | undefined> {
	const rows = await tx.query(sql<ExportState>`select ${columns} from fhir.export where id = ${id} and ${isOf(asker)}`);
	return rows[0];
}

/**
 * Counts a look at an export that is not done. @returns how many there were within the window, and the seconds until it ends
 */
export async function countPoll(
	tx: Transaction,
	id: string,
	windowSeconds: number,
): Promise<{ polls: number; seconds: number }> {
	const isOld = sql`(polls_since is null or polls_since < now() - make_interval(secs => ${windowSeconds}))`;
	const rows = await tx.query(sql<{ polls: number; seconds: number }>`
		update fhir.export set polls = case when ${isOld} then 1 else polls + 1 end, polls_since = case when ${isOld} then now() else polls_since end
		where id = ${id}
		returning polls, ceil(extract(epoch from polls_since - now()) + ${windowSeconds}::int)::int as seconds`);
	return rows[0] ?? { polls: 0, seconds: 0 };
}

/** Ends an export with all that was made of it. @returns whether it was there */
export async function deleteExport(tx: Transaction, id: string, asker: Asker): Promise<boolean> {
	const rows = await tx.query(sql`delete from fhir.export where id = ${id} and ${isOf(asker)} returning 1`);
	return rows.length > 0;
}

/** An export some server is about to make. */
export interface StartedExport extends Standing {
	readonly request: string;
	/** Which try this is; a later one has a higher number. */
	readonly attempt: number;
}

/** Begins a try: what an earlier one left goes. Undefined where there is nothing to be done any more. */
export async function startExport(tx: Transaction, id: string): Promise<StartedExport | undefined> {
	interface Row {
		readonly token_hash: Buffer;
		readonly token_expires_at: string;
		readonly scope: string | null;
		readonly client_id: string | null;
		readonly grant_id: string | null;
		readonly user_id: number;
		readonly request: string;
		readonly attempt: number;
	}
	const [row] = await tx.query(sql<Row>`
		update fhir.export set state = 'running', attempt = attempt + 1, transaction_time = null, progress = null, touched_at = now()
		where id = ${id} and state in ('accepted', 'running') and expires_at > now()
		returning token_hash, token_expires_at, scope, client_id, grant_id, user_id, request, attempt`);
	if (row === undefined) return undefined;
	await tx.query(sql`delete from fhir.export_file where export_id = ${id}`);
	return {
		tokenHash: row.token_hash,
		tokenExpiresAt: row.token_expires_at,
		scope: row.scope,
		clientId: row.client_id,
		// Of a client without a person it is the client's own name (askerOf).
		grantId: row.user_id === 0 ? null : row.grant_id,
		userId: row.user_id,
		request: row.request,
		attempt: row.attempt,
	};
}

/** Whether an export that was under way waits again (`app.forget_exports`). */
export async function isPutBack(tx: Transaction, id: string): Promise<boolean> {
	const rows = await tx.query(sql`
		select 1 from fhir.export where id = ${id} and state = 'accepted' and attempt > 0 and expires_at > now()`);
	return rows.length > 0;
}

/** Tells how far a try is. @returns false where it may not go on: another one has begun, or nobody wants it any more */
export async function touchExport(
	tx: Transaction,
	id: string,
	attempt: number,
	told: { readonly progress: string; readonly transactionTime: string },
): Promise<boolean> {
	const rows = await tx.query(sql`
		update fhir.export set progress = ${told.progress}, transaction_time = ${told.transactionTime}::timestamptz, touched_at = now()
		where id = ${id} and attempt = ${attempt}::int and state = 'running' and expires_at > now() returning 1`);
	return rows.length > 0;
}

/**
 * Ends a try: everything is there. It is kept from now on.
 *
 * @param people - by number of a file, users.id of whom it is about
 * @returns false where it may not
 */
export async function completeExport(
	tx: Transaction,
	id: string,
	attempt: number,
	done: {
		readonly keepSeconds: number;
		readonly transactionTime: string;
		readonly people: ReadonlyMap<number, ReadonlySet<number>>;
	},
): Promise<boolean> {
	const rows = await tx.query(sql`
		update fhir.export set state = 'complete', progress = null, transaction_time = ${done.transactionTime}::timestamptz, touched_at = now(),
			expires_at = now() + make_interval(secs => ${done.keepSeconds})
		where id = ${id} and attempt = ${attempt}::int and state = 'running' and expires_at > now() returning 1`);
	if (rows.length === 0) return false;
	const people = [...done.people].map(([number, persons]) => ({ number, people: `{${[...persons].join(",")}}` }));
	await tx.query(sql`
		update fhir.export_file f set people = given.people::int[]
		from json_to_recordset(${JSON.stringify(people)}::json) as given(number int, people text)
		where f.export_id = ${id} and f.attempt = ${attempt}::int and f.number = given.number`);
	return true;
}

/** Ends an export that cannot be made; what there is of it goes. */
export async function failExport(tx: Transaction, id: string, kind: string, message: string): Promise<void> {
	await tx.query(sql`
		update fhir.export set state = 'failed', failure_kind = ${kind}, failure = ${message}, touched_at = now()
		where id = ${id} and state in ('accepted', 'running')`);
	await tx.query(sql`
		delete from fhir.export_file f using fhir.export e where e.id = f.export_id and e.id = ${id} and e.state = 'failed'`);
}
