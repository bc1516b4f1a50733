import type { Adherence } from "../medication/adherence.ts";
import type { Regimen } from "../medication/regimen.ts";
import type { Transaction } from "../store/database.ts";
import { sessionsDone } from "../store/exercise-figures.ts";
import type { RowValues } from "../store/rows.ts";
import { type Days, type DoseState, logsWanted, outcomeOf, planOf, type Regular } from "./regularity.ts";

/** How far one exercise was done as it was prescribed. */
export interface PrescriptionCompliance extends Adherence {
	readonly prescriptionId: number;
	readonly regimen: Regimen;
	/** Why nothing is expected of it; null where something is. */
	readonly notCounted: string | null;
	readonly sessions: readonly DoseState[];
}

/** The compliance with some prescriptions within some days, in their order; logs count that name the prescription. */
export async function complianceWith(
	tx: Transaction,
	prescriptions: readonly RowValues[],
	days: Days,
): Promise<PrescriptionCompliance[]> {
	const plans = prescriptions.map((row) => planOf(regularOf(row), days));
	const wanted = logsWanted(plans, days);
	const ids = prescriptions.map(({ id }) => id as number);
	const done = await sessionsDone(tx, ids, wanted.from, wanted.before);
	return plans.map((plan, index) => {
		const prescriptionId = ids[index] as number;
		const { sums, doses } = outcomeOf(plan, done.get(prescriptionId) ?? [], days);
		return { prescriptionId, regimen: plan.regimen, notCounted: plan.notCounted, ...sums, sessions: doses };
	});
}

function regularOf(row: RowValues): Regular {
	const isEnded = row.status === "completed" || row.status === "discontinued";
	return {
		...(row as unknown as Omit<Regular, "isEnded" | "unit" | "timeOfDay">),
		timeOfDay: null,
		isEnded,
		unit: "session",
	};
}
