import { sql } from "kysely";
import type { Transaction } from "./database.ts";

/** The ids of events that other programs know by a UID, in one calendar. */
export async function eventsByUid(
	tx: Transaction,
	calendarId: number,
	uids: readonly string[],
): Promise<Map<string, number>> {
	const rows = await tx.query(sql<{ uid: string; event_id: number }>`
		select u.uid, u.event_id from calendar.uid u
		where u.calendar_id = ${calendarId}::int and u.uid = any(${sql.val([...new Set(uids)])}::text[])`);
	return new Map(rows.map(({ uid, event_id }) => [uid, event_id]));
}

/** The UIDs of a calendar's events that came from other programs, by event id. */
export async function uidsOfCalendar(tx: Transaction, calendarId: number): Promise<Map<number, string>> {
	const rows = await tx.query(sql<{ uid: string; event_id: number }>`
		select u.uid, u.event_id from calendar.uid u where u.calendar_id = ${calendarId}::int`);
	return new Map(rows.map(({ uid, event_id }) => [event_id, uid]));
}

/** Remembers by what UID another program knows an event. */
export async function insertUid(tx: Transaction, calendarId: number, uid: string, eventId: number): Promise<void> {
	await tx.query(sql`
		insert into calendar.uid (event_id, calendar_id, uid) values (${eventId}::int, ${calendarId}::int, ${uid})`);
}
