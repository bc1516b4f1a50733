import type { RowsWritten } from "../store/reactions.ts";
import type { RowValues } from "../store/rows.ts";
import { ExerciseLogs } from "../tables/exercise-logs.ts";
import { VitalsSamples } from "../tables/vitals-samples.ts";
import type { Measure } from "./rule.ts";

/** Where measurements are. */
export type Source = "vitals_samples" | "exercise_logs";

/** One row as rules see it. */
export interface Reading {
	readonly source: Source;
	/** The row's. */
	readonly id: number;
	readonly userId: number;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly values: Readonly<Partial<Record<Measure, number>>>;
}

/** What was written of a row: as it is now, or nothing but that it changed or is gone. */
export interface Written {
	readonly source: Source;
	readonly id: number;
	readonly userId: number;
	/** Undefined for a deleted row. */
	readonly reading: Reading | undefined;
	/** The row was not there before. */
	readonly isNew: boolean;
}

/** Columns that are measures, by source: [column property, measure]. */
const measured: Readonly<Record<Source, readonly (readonly [string, Measure])[]>> = {
	vitals_samples: (
		["systolicBP", "diastolicBP", "heartRate", "weight", "oxygenSaturation", "temperature"] as const
	).map((measure) => [measure, measure]),
	exercise_logs: [
		["maxHeartRate", "peakHeartRate"],
		["avgHeartRate", "meanHeartRate"],
	],
};

const times: Readonly<Record<Source, string>> = { vitals_samples: "recordedAt", exercise_logs: "completedAt" };

/** The tables rules look at when rows are written. */
export const watchedTables = [VitalsSamples, ExerciseLogs] as const;

/** Where a measure is found; undefined for what is absent. */
export function sourceOf(measure: Measure): Source | undefined {
	for (const source of ["vitals_samples", "exercise_logs"] as const)
		if (measured[source].some(([, name]) => name === measure)) return source;
	return undefined;
}

/** The last state of each row a transaction wrote. */
export function writtenRows(written: readonly RowsWritten[]): Written[] {
	const found = new Map<string, Written>();
	for (const { entity, kind, rows } of written) {
		const source = entity === VitalsSamples ? "vitals_samples" : "exercise_logs";
		for (const row of rows) {
			const id = row.id as number;
			const userId = row.userId as number;
			const reading = kind === "delete" ? undefined : readingOf(source, row);
			const before = found.get(`${source}/${id}`);
			found.set(`${source}/${id}`, { source, id, userId, reading, isNew: before?.isNew ?? kind === "insert" });
		}
	}
	return [...found.values()];
}

/** A row as rules see it. */
export function readingOf(source: Source, row: RowValues): Reading {
	const values: Partial<Record<Measure, number>> = {};
	for (const [property, measure] of measured[source]) {
		const value = row[property];
		if (typeof value === "number") values[measure] = value;
	}
	return {
		source,
		id: row.id as number,
		userId: row.userId as number,
		at: Date.parse(row[times[source]] as string),
		values,
	};
}
