import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** A workout as one connection told it: which of its records. */
export interface WorkoutKey {
	readonly deviceConnectionId: number;
	readonly externalId: string;
}

/** Another connection's record of what a row shows, or of what somebody has said is another workout. */
export interface OtherRecord extends WorkoutKey {
	readonly deviceType: "strava" | "polar" | "samsung";
	readonly feed: string;
	readonly startedAt: string;
	readonly endedAt: string;
	/** JSON of the measure. */
	readonly measure: string;
	/** It is taken to be the same workout, so that it has no row of its own. */
	readonly isSame: boolean;
	/** Its own row, where it is not. */
	readonly exerciseLogId: number | null;
}

/**
 * What other connections told of the workout a row shows: records linked to it, and such that a person has set apart from it. As the system
 * only; `seenBy`: without what vendors keep for their owner's eyes, unless this is the owner (null: everything).
 */
export async function otherRecords(tx: Transaction, rowId: number, seenBy: number | null): Promise<OtherRecord[]> {
	return tx.query(sql<OtherRecord>`
		select r.connection_id as "deviceConnectionId", r.external_id as "externalId", d.device_type as "deviceType", r.feed,
			r.at as "startedAt", r.ended_at as "endedAt", r.measure, r.state = 'linked' as "isSame", r.row_id as "exerciseLogId"
		from (
			select l.connection_id, l.kind, l.external_id from devices.record l
			where l.kind = 'exercise' and l.state = 'linked' and l.linked_to = ${rowId}::int
			union
			select a.other_connection_id, 'exercise', a.other_external_id from devices.record mine
				join devices.apart a on a.connection_id = mine.connection_id and a.external_id = mine.external_id
			where mine.table_name = 'exercise_logs' and mine.row_id = ${rowId}::int
		) k join devices.record r using (connection_id, kind, external_id) join public.device_connections d on d.id = r.connection_id
		where r.state in ('linked', 'shown') and (r.state = 'shown' or r.linked_to = ${rowId}::int)
			and (${seenBy}::int is null or r.user_id = ${seenBy}::int
				or not exists (select from devices.audience a where a.vendor = d.device_type and a.audience = 'owner'))
		order by r.connection_id, r.external_id`);
}

/** A workout of which two connections told: the one its row shows, and the other. */
export interface ToldTwice {
	/** exercise_logs.id */
	readonly rowId: number;
	readonly deviceType: OtherRecord["deviceType"];
	readonly startedAt: string;
	readonly endedAt: string;
	/** JSON. */
	readonly other: string;
}

/**
 * The newest workouts of a person of which two connections told, each pair once: taken to be one, or set apart by somebody. As the system only, for
 * the person themself.
 */
export async function workoutsToldTwice(tx: Transaction, userId: number, limit: number): Promise<ToldTwice[]> {
	return tx.query(sql<ToldTwice>`
		with told as (
			(select l.linked_to as row_id, l.connection_id, l.external_id, l.at from devices.record l
				where l.user_id = ${userId}::int and l.state = 'linked' order by l.at desc limit ${limit}::int)
			union all
			(select mine.row_id, a.other_connection_id, a.other_external_id, mine.at
				from public.device_connections d join devices.apart a on a.connection_id = d.id
					join devices.record mine on mine.connection_id = a.connection_id and mine.kind = 'exercise' and mine.external_id = a.external_id
				where d.user_id = ${userId}::int and (a.connection_id, a.external_id) < (a.other_connection_id, a.other_external_id)
					and mine.state = 'shown' order by mine.at desc limit ${limit}::int)
		)
		select own.row_id as "rowId", d.device_type as "deviceType", own.at as "startedAt", own.ended_at as "endedAt",
			json_build_object('deviceConnectionId', r.connection_id, 'externalId', r.external_id, 'deviceType', other.device_type,
				'startedAt', to_char(r.at, ${iso}), 'endedAt', to_char(r.ended_at, ${iso}), 'isSame', r.state = 'linked')::text as other
		from told join devices.record own on own.table_name = 'exercise_logs' and own.row_id = told.row_id
			join devices.record r on r.connection_id = told.connection_id and r.kind = 'exercise' and r.external_id = told.external_id
			join public.device_connections d on d.id = own.connection_id join public.device_connections other on other.id = r.connection_id
		where r.state in ('linked', 'shown') order by told.at desc, own.row_id, r.connection_id limit ${limit}::int`);
}

const iso = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** Which connection's record a row shows; undefined where it came from none. As the system only. */
export async function recordOfRow(tx: Transaction, rowId: number): Promise<WorkoutKey | undefined> {
	const rows = await tx.query(sql<WorkoutKey>`
		select r.connection_id as "deviceConnectionId", r.external_id as "externalId" from devices.record r
		where r.table_name = 'exercise_logs' and r.row_id = ${rowId}::int`);
	return rows[0];
}

/** Remembers that two records are two workouts, for every sync to come. As the system only. */
export async function setApart(tx: Transaction, one: WorkoutKey, other: WorkoutKey): Promise<void> {
	await tx.query(sql`
		insert into devices.apart (connection_id, external_id, other_connection_id, other_external_id)
		values (${one.deviceConnectionId}::int, ${one.externalId}, ${other.deviceConnectionId}::int, ${other.externalId}),
			(${other.deviceConnectionId}::int, ${other.externalId}, ${one.deviceConnectionId}::int, ${one.externalId})
		on conflict do nothing`);
}

/** Forgets that. As the system only. */
export async function forgetApart(tx: Transaction, one: WorkoutKey, other: WorkoutKey): Promise<void> {
	await tx.query(sql`
		delete from devices.apart where (connection_id, external_id, other_connection_id, other_external_id) in (
			(${one.deviceConnectionId}::int, ${one.externalId}, ${other.deviceConnectionId}::int, ${other.externalId}),
			(${other.deviceConnectionId}::int, ${other.externalId}, ${one.deviceConnectionId}::int, ${one.externalId}))`);
}

/** Gives a linked record a row of its own (`rowId`), or links it to the row that shows the same workout (`linkedTo`). As the system only. */
export async function placeRecord(
	tx: Transaction,
	{ deviceConnectionId, externalId }: WorkoutKey,
	place: { readonly rowId: number } | { readonly linkedTo: number },
): Promise<void> {
	const [rowId, linkedTo] = "rowId" in place ? [place.rowId, null] : [null, place.linkedTo];
	await tx.query(sql`
		with placed as (
			update devices.record r set row_id = ${rowId}::int, linked_to = ${linkedTo}::int, state = ${rowId === null ? "linked" : "shown"}
			where r.connection_id = ${deviceConnectionId}::int and r.kind = 'exercise' and r.external_id = ${externalId} returning 1)
		insert into devices.hidden (table_name, row_id)
		select 'exercise_logs', ${rowId}::int from placed, public.device_connections d join devices.audience a on a.vendor = d.device_type
		where d.id = ${deviceConnectionId}::int and a.audience = 'owner' and ${rowId}::int is not null on conflict do nothing`);
}

/** Links what is linked to one row to another. As the system only. */
export async function relink(tx: Transaction, fromRow: number, toRow: number): Promise<void> {
	await tx.query(sql`
		update devices.record r set linked_to = ${toRow}::int
		where r.kind = 'exercise' and r.state = 'linked' and r.linked_to = ${fromRow}::int`);
}
