import type pg from "pg";
import type { StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";
import type { Person } from "./ground.ts";

/** What is not as it should be of one person's connection, in words; [] when all is well. */
export async function wrongAbout(
	owner: pg.Pool,
	{ userId, connectionId }: Person,
	upstream: readonly StravaActivity[],
): Promise<string[]> {
	const wrong: string[] = [];
	const { rows } = await owner.query(
		"select id, completed_at, duration, distance, calories from exercise_logs where user_id = $1",
		[userId],
	);
	const here = rows.map(
		(row) => `${row.completed_at.toISOString()} ${row.duration} min ${row.distance} mi ${row.calories} kcal`,
	);
	const there = upstream.map((one) => {
		const ended = new Date(Date.parse(one.start_date) + one.elapsed_time * 1000).toISOString();
		const miles = Number((one.distance / 1609.344).toFixed(4));
		return `${ended} ${Math.round(one.moving_time / 60)} min ${miles} mi ${one.calories} kcal`;
	});
	wrong.push(...notIn(there, here).map((one) => `not here: ${one}`));
	wrong.push(...notIn(here, there).map((one) => `not there: ${one}`));
	const records = await owner.query<{ external_id: string; row_id: number }>(
		"select external_id, row_id from devices.record where connection_id = $1 and state = 'shown'",
		[connectionId],
	);
	const known = records.rows.map(({ row_id }) => String(row_id));
	wrong.push(
		...notIn(
			rows.map(({ id }) => String(id)),
			known,
		).map((id) => `row ${id} is of no record`),
	);
	const ids = notIn(
		upstream.map(({ id }) => String(id)),
		records.rows.map(({ external_id }) => external_id),
	);
	wrong.push(...ids.map((id) => `no record of ${id}`));
	return wrong;
}

/** What of a connection's logs is not true; [] when all is. Every row was written by its syncs, and by nobody else. */
export async function wrongInLogs(owner: pg.Pool, { userId, connectionId }: Person): Promise<string[]> {
	const wrong: string[] = [];
	const logs = await owner.query(
		`select id, status, records_synced, error_message, sync_started_at as started, sync_completed_at as completed
		from device_sync_logs where device_connection_id = $1 order by id`,
		[connectionId],
	);
	for (const { id, status, error_message, started, completed } of logs.rows) {
		if (status === "pending") wrong.push(`log ${id} is still pending`);
		else if (completed === null || completed < started) wrong.push(`log ${id} ended before it began`);
		if (status === "failed" && error_message === null) wrong.push(`log ${id} failed without a word`);
		if (status === "success" && error_message !== null) wrong.push(`log ${id}: success, but ${error_message}`);
	}
	const told = logs.rows.reduce((sum, { records_synced }) => sum + records_synced, 0);
	const { rows } = await owner.query<{ n: number }>(
		`select (coalesce((select sum(version) from exercise_logs where user_id = $1), 0)
			+ coalesce((select sum(version) from fhir.row_history where table_name = 'exercise_logs' and user_id = $1 and op = 'D'), 0))::int as n`,
		[userId],
	);
	if (told !== rows[0]?.n) wrong.push(`the logs tell of ${told} writes, there were ${rows[0]?.n}`);
	const last = await owner.query<{ same: boolean }>(
		`select d.last_sync_at is not distinct from (select max(l.sync_completed_at) from device_sync_logs l
				where l.device_connection_id = d.id and l.status = 'success' and l.id not in (select log_id from backfills)) as same
		from device_connections d where d.id = $1`,
		[connectionId],
	);
	if (last.rows[0]?.same !== true) wrong.push("lastSyncAt is not when the last good sync ended");
	return wrong;
}

/** All that wearing something brought, without whose it is, to be compared. */
export async function belongings(owner: pg.Pool, { userId }: Person): Promise<string[]> {
	const lists = ["exercise_logs", "sleep_logs", "vitals_samples"].map(async (table) => {
		const { rows } = await owner.query<{ row: string }>(
			`select '${table} ' || (to_jsonb(t) - '{id,user_id,version,created_at,updated_at,device_connection_id,device_record}'::text[])::text as row from ${table} t
			where user_id = $1 order by 1`,
			[userId],
		);
		return rows.map(({ row }) => row);
	});
	return (await Promise.all(lists)).flat();
}

/** Members of one list that are not in another, as often as they are missing there. */
export function notIn(list: readonly string[], other: readonly string[]): string[] {
	const left = new Map<string, number>();
	for (const one of other) left.set(one, (left.get(one) ?? 0) + 1);
	return list.filter((one) => {
		const count = left.get(one) ?? 0;
		left.set(one, count - 1);
		return count <= 0;
	});
}
