import { type Adherence, type DoseOutcome, outcomes } from "../medication/adherence.ts";
import { type ExpectedDose, expectedDoses } from "../medication/expected-doses.ts";
import type { Regimen } from "../medication/regimen.ts";
import { understand } from "../medication/understand.ts";
import type { Transaction } from "../store/database.ts";
import { dosesTaken } from "../store/medication-doses.ts";
import type { RowValues } from "../store/rows.ts";

/** Civil days of a person, both included. */
export interface Days {
	readonly zone: string;
	readonly now: Temporal.Instant;
	readonly from: Temporal.PlainDate;
	readonly to: Temporal.PlainDate;
}

/** One dose and what became of it. */
interface DoseState {
	readonly date: string;
	readonly due: string | null;
	readonly takenAt: string | null;
	readonly state: "taken" | "missed" | "pending";
}

/** How far one medication was taken as it was to be. */
export interface MedicationAdherence extends Adherence {
	readonly medicationId: number;
	readonly name: string;
	readonly regimen: Regimen;
	/** Why nothing is expected of it; null where something is. */
	readonly notCounted: string | null;
	readonly doses: readonly DoseState[];
}

/** The adherence to some medications of one person within some days, in their order. */
export async function adherenceTo(
	tx: Transaction,
	userId: number,
	medications: readonly RowValues[],
	days: Days,
): Promise<MedicationAdherence[]> {
	const plans = medications.map((row) => planOf(row, days));
	const edges = plans.flatMap(({ doses }) => doses.flatMap(({ opens, closes }) => [opens, closes]));
	edges.push(midnight(days.from, days.zone), midnight(days.to.add({ days: 1 }), days.zone));
	edges.sort(Temporal.Instant.compare);
	const taken = await dosesTaken(tx, userId, String(edges[0]), String(edges.at(-1)));
	return medications.map((row, index) => {
		const logs = (taken.get(row.id as number) ?? []).map((text) => Temporal.Instant.from(text));
		return outcome(row, plans[index] as Plan, logs, days);
	});
}

interface Plan {
	readonly regimen: Regimen;
	readonly notCounted: string | null;
	readonly doses: readonly ExpectedDose[];
}

/** What a medication expects within some days, or why nothing. */
function planOf(row: RowValues, { zone, from, to }: Days): Plan {
	const regimen = understand(row.frequency as string | null, row.timeOfDay as string | null);
	const nothing = (notCounted: string): Plan => ({ regimen, notCounted, doses: [] });
	if (regimen.kind === "as-needed") return nothing("it is taken when needed");
	if (regimen.kind === "not-understood") return nothing("how often it is taken was not understood");
	if (row.isActive === false && row.endDate === null) return nothing("it was ended, and no end date says when");
	const begins =
		row.startDate === null
			? Temporal.Instant.from(row.createdAt as string)
					.toZonedDateTimeISO(zone)
					.toPlainDate()
			: Temporal.PlainDate.from(row.startDate as string);
	const ends = row.endDate === null ? null : Temporal.PlainDate.from(row.endDate as string);
	return { regimen, notCounted: null, doses: expectedDoses(regimen, { zone, begins, ends, from, to }) };
}

function outcome(row: RowValues, plan: Plan, logs: readonly Temporal.Instant[], days: Days): MedicationAdherence {
	const { doses } = plan;
	const { opens, closes } = spanOf(doses, days);
	const within = logs.filter(
		(log) => Temporal.Instant.compare(log, opens) >= 0 && Temporal.Instant.compare(log, closes) < 0,
	);
	const { doses: found, sums } = outcomes(doses, within, days.now);
	return {
		medicationId: row.id as number,
		name: row.name as string,
		regimen: plan.regimen,
		notCounted: plan.notCounted,
		...sums,
		doses: found.map(stateOf),
	};
}

/** From the first window to the last; where nothing is expected, the days themselves. */
function spanOf(doses: readonly ExpectedDose[], { zone, from, to }: Days) {
	const opens = doses[0]?.opens ?? midnight(from, zone);
	const closes = doses.at(-1)?.closes ?? midnight(to.add({ days: 1 }), zone);
	return { opens, closes };
}

function stateOf({ dose: { date, due }, takenAt, state }: DoseOutcome): DoseState {
	return { date: date.toString(), due: due && text(due), takenAt: takenAt && text(takenAt), state };
}

function text(moment: Temporal.Instant): string {
	return moment.toString({ smallestUnit: "millisecond" });
}

function midnight(day: Temporal.PlainDate, zone: string): Temporal.Instant {
	return day.toZonedDateTime(zone).toInstant();
}
