import { sql } from "kysely";
import { serverCaller } from "../../access/caller.ts";
import { authChanged } from "../auth-channel.ts";
import type { Database, Transaction } from "../database.ts";
import { deleteUnusedClients } from "./clients.ts";

/** What oidc-provider keeps under an id; `payload` is its own business. */
export interface StoredRecord {
	readonly payload: string;
	/** Seconds since 1970, when it was used; null while it is not. */
	readonly consumed: number | null;
}

/** What is written of a record. */
export interface NewRecord {
	readonly model: string;
	/** SHA-256 of the id. */
	readonly id: Buffer;
	/** JSON. */
	readonly payload: string;
	readonly grantId: string | null;
	readonly uid: string | null;
	/** Seconds from now. */
	readonly lifeSeconds: number;
}

/** Keeps a record, or what it is now. */
export async function putRecord(tx: Transaction, record: NewRecord): Promise<void> {
	await tx.query(sql`
		${inserted(record)}
		on conflict (model, id) do update
			set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at`);
}

/**
 * Keeps the session of somebody who signed in, or what it is now, if the account is as it was then. The lock waits for whoever is changing
 * it; whoever does so later ends the session (trigger `end_access`).
 *
 * @param stamp - `accountStamp` of the account that signed in
 * @returns whether it was kept
 */
export async function putSession(
	tx: Transaction,
	{ model, id, payload, grantId, uid, lifeSeconds }: NewRecord,
	accountId: number,
	stamp: string,
): Promise<boolean> {
	const rows = await tx.query(sql`
		with account as (
			select from public.users u
			where u.id = ${accountId}::int and encode(sha256(convert_to(coalesce(u.password, ''), 'UTF8')), 'hex') = ${stamp} for share)
		insert into auth.record (model, id, payload, grant_id, uid, expires_at)
		select ${model}, ${id}, ${payload}::json, ${grantId}::text, ${uid}::text, now() + make_interval(secs => ${lifeSeconds}) from account
		on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at
		returning 1`);
	return rows.length > 0;
}

/** Keeps a record unless there is one, of an id that may come once. @returns whether it was kept */
export async function addRecord(tx: Transaction, record: NewRecord): Promise<boolean> {
	const rows = await tx.query(sql`
		${inserted(record)}
		on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at
			where record.expires_at <= now()
		returning 1`);
	return rows.length > 0;
}

function inserted({ model, id, payload, grantId, uid, lifeSeconds }: NewRecord) {
	return sql`insert into auth.record (model, id, payload, grant_id, uid, expires_at)
		values (${model}, ${id}, ${payload}::json, ${grantId}, ${uid}, now() + make_interval(secs => ${lifeSeconds}))`;
}

const columns = sql<StoredRecord>`payload::text as payload, extract(epoch from consumed_at)::float8 as consumed`;

/** What is kept under an id and has not expired. */
export async function findRecord(tx: Transaction, model: string, id: Buffer): Promise<StoredRecord | undefined> {
	const rows = await tx.query(sql<StoredRecord>`
		select ${columns} from auth.record where model = ${model} and id = ${id} and expires_at > now()`);
	return rows[0];
}

/** The same by the name a session has in what depends on it. */
export async function findRecordByUid(tx: Transaction, model: string, uid: string): Promise<StoredRecord | undefined> {
	const rows = await tx.query(sql<StoredRecord>`
		select ${columns} from auth.record where uid = ${uid} and model = ${model} and expires_at > now()`);
	return rows[0];
}

/** Marks a record as used. @returns whether this was the first use, and there was something to use */
export async function consumeRecord(tx: Transaction, model: string, id: Buffer): Promise<boolean> {
	const rows = await tx.query(sql`
		update auth.record set consumed_at = now()
		where model = ${model} and id = ${id} and consumed_at is null and expires_at > now() returning 1`);
	return rows.length > 0;
}

/** What somebody is let in by, as in `auth.tell_of_records()`: servers need not hear of every code and interaction that ends. */
const lettingIn: ReadonlySet<string> = new Set(["AccessToken", "ClientCredentials", "Session"]);

/** Drops a record. */
export async function dropRecord(tx: Transaction, model: string, id: Buffer): Promise<void> {
	if (lettingIn.has(model)) tx.heard(authChanged);
	await tx.query(sql`delete from auth.record where model = ${model} and id = ${id}`);
}

/** Drops the records of a kind that belong to a grant. */
export async function dropRecordsOfGrant(tx: Transaction, model: string, grantId: string): Promise<void> {
	if (lettingIn.has(model)) tx.heard(authChanged);
	await tx.query(sql`delete from auth.record where grant_id = ${grantId} and model = ${model}`);
}

const mostAtOnce = 1000;

/**
 * Deletes what expired an hour ago, records and launches, apps that registered themselves for nobody, and grants of which nothing is left while there is a newer one (the newest says
 * what was granted before): some at a time, so that nobody waits.
 */
export async function forgetAuthorizations(database: Database): Promise<void> {
	for (let some = mostAtOnce; some >= mostAtOnce; ) some = await database.write(serverCaller, dropExpired);
}

async function dropExpired(tx: Transaction): Promise<number> {
	const records = await tx.query(sql`
		delete from auth.record where (model, id) in (
			select model, id from auth.record where expires_at < now() - interval '1 hour' limit ${mostAtOnce} for update skip locked)
		returning 1`);
	const launches = await tx.query(sql`
		delete from auth.launch where hash in (
			select hash from auth.launch where expires_at < now() - interval '1 hour' limit ${mostAtOnce} for update skip locked)
		returning 1`);
	const grants = await tx.query(sql`
		delete from auth.app_grant where id in (
			select g.id from auth.app_grant g
			where g.granted_at < now() - interval '1 day'
				and exists (select from auth.app_grant n where n.user_id = g.user_id and n.client_id = g.client_id and n.granted_at > g.granted_at)
				and not exists (select from auth.record r where r.grant_id = g.id and r.expires_at > now() and r.model <> 'Grant')
			limit ${mostAtOnce} for update skip locked)
		returning 1`);
	const clients = await deleteUnusedClients(tx, mostAtOnce);
	return Math.max(records.length, launches.length, grants.length, clients);
}
