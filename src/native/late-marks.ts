import type { Database } from "../store/database.ts";
import type { RowsWritten } from "../store/reactions.ts";
import { type LateDay, markFormer, markLate } from "../store/scoring/late-days.ts";
import { tableName } from "../tables/columns.ts";
import { ExerciseLogs } from "../tables/exercise-logs.ts";
import { MealEntries } from "../tables/meal-entries.ts";
import { MedicationLogs } from "../tables/medication-logs.ts";
import { SleepLogs } from "../tables/sleep-logs.ts";
import { VitalsSamples } from "../tables/vitals-samples.ts";

/** What scores are made of: the property and column that say when, and how many days from that on are concerned. */
const scored = [
	{ entity: VitalsSamples, property: "recordedAt", column: "recorded_at", reach: 1 },
	{ entity: MealEntries, property: "mealTime", column: "meal_time", reach: 1 },
	{ entity: MedicationLogs, property: "takenAt", column: "taken_at", reach: 1 },
	{ entity: SleepLogs, property: "sleepDate", column: "sleep_date", reach: 1 },
	// Exercise counts for the seven days from it on.
	{ entity: ExerciseLogs, property: "completedAt", column: "completed_at", reach: 7 },
] as const;

/** What comes so soon is not late, wherever the person lives: days are computed later than this after they end. */
const lateMilliseconds = 10 * 60_000;

/** Scores of days longer ago stay as they are. */
const oldestMilliseconds = 400 * 24 * 3_600_000;

/**
 * A mark that was committed so recently need not be repeated: marks are used only when they have settled for five times as long, so whoever
 * relied on one has committed by then.
 */
const rememberedMilliseconds = 60_000;

/** Hostile variety must not fill the memory. */
const mostRemembered = 50_000;

/** From now on, rows about days that are over mark these days within their own transaction, so that their scores are computed anew. */
export function markLateRows(database: Database): void {
	const remembered = new Map<string, number>();
	database.react(
		scored.map(({ entity }) => entity),
		(tx, written) => {
			const now = Date.now();
			const marks = new Map<string, LateDay>();
			for (const rows of written) {
				const kind = scored.find(({ entity }) => entity === rows.entity);
				if (kind === undefined) continue;
				const { entity, column, reach } = kind;
				if (rows.kind !== "insert") markFormer(tx, tableName(entity), column, reach, idsOf(rows));
				if (rows.kind === "delete") continue;
				for (const row of rows.rows) {
					const day = lateDayOf(row[kind.property], now);
					if (day === undefined) continue;
					const key = `${row.userId} ${day} ${reach}`;
					if ((remembered.get(key) ?? 0) < now) marks.set(key, { user_id: row.userId as number, day, reach });
				}
			}
			if (marks.size === 0) return undefined;
			markLate(tx, [...marks.values()]);
			tx.committed(() => {
				if (remembered.size + marks.size > mostRemembered) remembered.clear();
				for (const key of marks.keys()) remembered.set(key, now + rememberedMilliseconds);
			});
			return undefined;
		},
	);
}

/** The day in UTC of what is late; a civil day counts from its end in the first zone where it ends. */
function lateDayOf(value: unknown, now: number): string | undefined {
	if (typeof value !== "string") return undefined;
	const moment = Date.parse(value);
	const age = now - moment;
	return age >= lateMilliseconds && age <= oldestMilliseconds ? new Date(moment).toISOString().slice(0, 10) : undefined;
}

function idsOf({ rows }: RowsWritten): number[] {
	return rows.map(({ id }) => id as number);
}
