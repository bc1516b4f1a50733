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
	const plan: Planned[] = [];
	for (const [key, { measure, upstream, digest }] of news) {
		const before = known.get(key);
		const fresh = before === undefined || before.state === "gone";
		const twin = fresh && measure.kind === "exercise" ? await sameWorkoutElsewhere(tx, source, measure) : undefined;
		plan.push({
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
		});
	}
	return plan;
}

/** The row of another connection that shows the same workout. */
async function sameWorkoutElsewhere(
	tx: Transaction,
	source: Source,
	measure: Measure & { kind: "exercise" },
): Promise<number | undefined> {
	const window = { from: measure.at, to: measure.endedAt };
	const record = { connectionId: source.connectionId, externalId: measure.externalId };
	const others = await tx.asSystem(() => overlappingExercises(tx, source.userId, record, window));
	const found = others.find((other) =>
		isSameWorkout(measure, JSON.parse(other.measure) as Measure & { kind: "exercise" }),
	);
	return found?.rowId ?? undefined;
}
