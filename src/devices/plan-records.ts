import type { Transaction } from "../store/database.ts";
import { overlappingExercises, type RecordRow, type RecordToSave } from "../store/devices/records.ts";
import { tableName } from "../tables/columns.ts";
import type { Measure } from "./measures.ts";
import { entityOf } from "./rows-of-measures.ts";
import { isSameWorkout } from "./same-workout.ts";
import type { Source } from "./source.ts";
import type { Upstream } from "./vendor.ts";

/** How much of a record is known: what a list tells, or all there is. */
export type Detail = "listed" | "whole";

/** A record as a vendor told it. */
export interface Told {
	readonly measure: Measure;
	readonly upstream: Upstream;
	/** Of the measure as a list tells it. */
	readonly digest: string;
}

/** A record, and what it is to become. */
export interface Planned {
	readonly measure: Measure;
	readonly before: RecordRow | undefined;
	record: RecordToSave;
}

/** What each piece of news is to become. */
export async function planRecords(
	tx: Transaction,
	source: Source,
	news: readonly [string, Told][],
	known: ReadonlyMap<string, RecordRow>,
	detail: Detail,
): Promise<Planned[]> {
	const unknown = news.flatMap(([key, { measure }]) => ((known.get(key)?.state ?? "gone") === "gone" ? [measure] : []));
	const twins = await sameWorkoutsElsewhere(tx, source, unknown);
	return news.map(([key, { measure, upstream, digest }]) => {
		const before = known.get(key);
		const fresh = before === undefined || before.state === "gone";
		const twin = fresh && measure.kind === "exercise" ? twins.get(measure.externalId) : undefined;
		return {
			measure,
			before,
			record: {
				kind: measure.kind,
				externalId: measure.externalId,
				feed: source.feed,
				table: tableName(entityOf(measure.kind)),
				rowId: fresh ? null : before.rowId,
				state: fresh ? (twin === undefined ? "shown" : "linked") : before.state,
				linkedTo: fresh ? (twin ?? null) : before.linkedTo,
				at: measure.at,
				endedAt: "endedAt" in measure ? measure.endedAt : measure.at,
				changedAt: upstream.changedAt ?? before?.changedAt ?? null,
				measure: JSON.stringify(measure),
				listed: detail === "listed" || upstream.listed !== undefined ? digest : null,
				detailed: detail === "whole",
				payload: null,
			},
		};
	});
}

/** Rows of other connections that show the same workouts, by the workouts' external ids. */
async function sameWorkoutsElsewhere(
	tx: Transaction,
	source: Source,
	measures: readonly Measure[],
): Promise<ReadonlyMap<string, number>> {
	const workouts = new Map(
		measures.flatMap((one) => (one.kind === "exercise" ? [[one.externalId, one] as const] : [])),
	);
	if (workouts.size === 0) return new Map();
	const windows = [...workouts.values()].map(({ externalId, at, endedAt }) => ({ externalId, from: at, to: endedAt }));
	const others = await tx.asSystem(() => overlappingExercises(tx, source.userId, source.connectionId, windows));
	const same = new Map<string, number>();
	for (const { of, rowId, measure } of others) {
		const workout = workouts.get(of);
		if (workout === undefined || rowId === null || same.has(of)) continue;
		if (isSameWorkout(workout, JSON.parse(measure) as Measure & { kind: "exercise" })) same.set(of, rowId);
	}
	return same;
}
