import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** What an upstream record has become (devices.record). */
export interface RecordRow {
	readonly kind: string;
	readonly externalId: string;
	readonly feed: string;
	readonly table: string;
	readonly rowId: number | null;
	readonly state: "shown" | "linked" | "removed" | "gone";
	readonly linkedTo: number | null;
	readonly at: string;
	readonly endedAt: string;
	readonly changedAt: string | null;
	/** JSON of the measure. */
	readonly measure: string;
	readonly listed: Buffer | null;
	readonly detailed: boolean;
}

const columns = sql<RecordRow>`r.kind, r.external_id as "externalId", r.feed, r.table_name as table, r.row_id as "rowId", r.state,
	r.linked_to as "linkedTo", r.at, r.ended_at as "endedAt", r.changed_at as "changedAt", r.measure, r.listed, r.detailed`;

/** Which of these records of a connection are known. */
export async function knownRecords(
	tx: Transaction,
	connectionId: number,
	keys: readonly { kind: string; externalId: string }[],
): Promise<RecordRow[]> {
	if (keys.length === 0) return [];
	const [kinds, ids] = [keys.map(({ kind }) => kind), keys.map(({ externalId }) => externalId)];
	return tx.query(sql<RecordRow>`
		select ${columns} from unnest(${sql.val(kinds)}::text[], ${sql.val(ids)}::text[]) as k(kind, external_id)
			join devices.record r on r.connection_id = ${connectionId}::int and r.kind = k.kind and r.external_id = k.external_id`);
}

/** Records of a feed that are here and began within a window (ISO, both ends count). */
export async function recordsWithin(
	tx: Transaction,
	connectionId: number,
	feed: string,
	window: { from: string; to: string },
): Promise<RecordRow[]> {
	return tx.query(sql<RecordRow>`
		select ${columns} from devices.record r
		where r.connection_id = ${connectionId}::int and r.feed = ${feed} and r.state <> 'gone'
			and r.at between ${window.from}::timestamptz and ${window.to}::timestamptz`);
}

/** Records of a feed of which only what the list tells is known, the newest first. */
export async function undetailedRecords(
	tx: Transaction,
	connectionId: number,
	feed: string,
	limit: number,
): Promise<RecordRow[]> {
	return tx.query(sql<RecordRow>`
		select ${columns} from devices.record r
		where r.connection_id = ${connectionId}::int and r.feed = ${feed} and not r.detailed and r.state <> 'gone'
		order by r.at desc limit ${limit}`);
}

/** A stretch of time a record of a connection is about; ISO. */
export interface RecordWindow {
	readonly externalId: string;
	readonly from: string;
	readonly to: string;
}

/**
 * Workouts of a person that other connections show and that overlap some records' stretches of time, each with the record it overlaps (`of`), but
 * for those a person has set apart from it; one statement for all.
 */
export async function overlappingExercises(
	tx: Transaction,
	userId: number,
	connectionId: number,
	windows: readonly RecordWindow[],
): Promise<(RecordRow & { of: string })[]> {
	if (windows.length === 0) return [];
	return tx.query(sql<RecordRow & { of: string }>`
		select ${columns}, w."externalId" as of
		from json_to_recordset(${JSON.stringify(windows)}::json) as w("externalId" text, "from" timestamptz, "to" timestamptz)
			join devices.record r on r.user_id = ${userId}::int and r.kind = 'exercise' and r.state = 'shown'
				and r.at <= w."to" and r.at >= w."from" - interval '2 days' and r.ended_at >= w."from"
		where r.connection_id <> ${connectionId}::int
			and not exists (select from devices.apart a where a.connection_id = ${connectionId}::int and a.external_id = w."externalId"
				and a.other_connection_id = r.connection_id and a.other_external_id = r.external_id)
		order by r.connection_id, r.external_id`);
}

/** Records that are not shown because one of these rows shows the same workout. */
export async function linkedRecords(
	tx: Transaction,
	rowIds: readonly number[],
): Promise<(RecordRow & { connectionId: number; vendor: string })[]> {
	return tx.query(sql<RecordRow & { connectionId: number; vendor: string }>`
		select ${columns}, r.connection_id as "connectionId", d.device_type as vendor
		from devices.record r join public.device_connections d on d.id = r.connection_id
		where r.kind = 'exercise' and r.state = 'linked' and r.linked_to = any(${sql.val([...rowIds])}::int[])
		order by r.connection_id, r.external_id`);
}

/** One process at a time decides which of a person's workouts are the same, until the transaction ends. */
export async function lockExercises(tx: Transaction, userId: number): Promise<void> {
	await tx.query(sql`select pg_advisory_xact_lock(hashtext('devices.exercise'), ${userId}::int)`);
}

/** A record as it is to be kept. */
export interface RecordToSave extends Omit<RecordRow, "listed"> {
	/** Base64; null when the list has not told of it yet. */
	readonly listed: string | null;
	/** Index into the payloads saved with it; null keeps what is there. */
	readonly payload: number | null;
}

/** Inserts or replaces records of a connection in one statement, and the payloads (sealed already) they were read from in another. */
export async function saveRecords(
	tx: Transaction,
	connection: { id: number; userId: number; vendor: string },
	records: readonly RecordToSave[],
	payloads: readonly { feed: string; sealed: string; keepUntil: string }[],
	syncLogId: number | null,
): Promise<void> {
	if (records.length === 0) return;
	const kept =
		payloads.length === 0
			? []
			: await tx.query(sql<{ id: number }>`
				insert into devices.payload (connection_id, feed, sealed, keep_until)
				select ${connection.id}::int, feed, sealed, "keepUntil"
				from json_to_recordset(${JSON.stringify(payloads.map((one, at) => ({ ...one, at })))}::json)
					as p(at int, feed text, sealed text, "keepUntil" timestamptz) order by at
				returning id`);
	const rows = records.map((record) => ({
		...record,
		payload: record.payload === null ? null : (kept[record.payload]?.id ?? null),
	}));
	await tx.query(sql`
		insert into devices.record as old (connection_id, kind, external_id, user_id, feed, table_name, row_id, state, linked_to, at, ended_at,
			changed_at, measure, listed, detailed, payload_id, sync_log_id)
		select ${connection.id}::int, kind, "externalId", ${connection.userId}::int, feed, "table", "rowId", state, "linkedTo", at, "endedAt",
			"changedAt", measure, decode(listed, 'base64'), detailed, payload, ${syncLogId}::int
		from json_to_recordset(${JSON.stringify(rows)}::json) as r(kind text, "externalId" text, feed text, "table" text, "rowId" int, state text,
			"linkedTo" int, at timestamptz, "endedAt" timestamptz, "changedAt" timestamptz, measure text, listed text, detailed boolean, payload bigint)
		on conflict (connection_id, kind, external_id) do update set (feed, row_id, state, linked_to, at, ended_at, changed_at, measure, listed,
			detailed, payload_id, sync_log_id) = (excluded.feed, excluded.row_id, excluded.state, excluded.linked_to, excluded.at, excluded.ended_at,
			excluded.changed_at, excluded.measure, coalesce(excluded.listed, old.listed), excluded.detailed,
			coalesce(excluded.payload_id, old.payload_id), excluded.sync_log_id)`);
	await hideRows(tx, connection.vendor, records);
}

/** Keeps rows of vendors whose data is for its owner alone from therapists' eyes, in the same transaction they appear in. */
async function hideRows(tx: Transaction, vendor: string, records: readonly RecordToSave[]): Promise<void> {
	const rows = records.flatMap(({ table, rowId }) => (rowId === null ? [] : [{ table, rowId }]));
	if (rows.length === 0) return;
	await tx.query(sql`
		insert into devices.hidden (table_name, row_id)
		select "table", "rowId" from json_to_recordset(${JSON.stringify(rows)}::json) as r("table" text, "rowId" int)
		where exists (select 1 from devices.audience a where a.vendor = ${vendor} and a.audience = 'owner')
		on conflict do nothing`);
}

/** The notes of rows, by id: what a vendor once wrote there is only replaced where it still stands. */
export async function notesOf(
	tx: Transaction,
	table: string,
	ids: readonly number[],
): Promise<Map<number, string | null>> {
	if (ids.length === 0) return new Map();
	const rows = await tx.query(sql<{ id: number; notes: string | null }>`
		select id, notes from public.${sql.ref(table)} where id = any(${sql.val([...ids])}::int[])`);
	return new Map(rows.map(({ id, notes }) => [id, notes]));
}

/** Drops payloads whose time is over. */
export async function forgetPayloads(tx: Transaction, now: string): Promise<void> {
	await tx.query(sql`delete from devices.payload where keep_until < ${now}::timestamptz`);
}

/** Drops payloads that are not sealed under the newest key. @param prefix form and id of that key, as sealed text begins */
export async function dropStalePayloads(tx: Transaction, prefix: string): Promise<void> {
	await tx.query(sql`delete from devices.payload where not starts_with(sealed, ${prefix})`);
}

/** Kept payloads of a connection after an id, in the order they came: those that some record was last read from, and that the vendor still has. */
export async function payloadsAfter(
	tx: Transaction,
	connectionId: number,
	after: number,
	limit: number,
): Promise<{ id: number; feed: string; sealed: string }[]> {
	return tx.query(sql<{ id: number; feed: string; sealed: string }>`
		select p.id, p.feed, p.sealed from devices.payload p
		where p.connection_id = ${connectionId}::int and p.id > ${after}::bigint
			and exists (select from devices.record r where r.payload_id = p.id and r.state <> 'gone')
		order by p.id limit ${limit}`);
}
