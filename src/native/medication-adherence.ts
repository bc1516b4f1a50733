import type { Adherence } from "../medication/adherence.ts";
import type { Regimen } from "../medication/regimen.ts";
import type { Transaction } from "../store/database.ts";
import { dosesTaken } from "../store/medication-doses.ts";
import type { RowValues } from "../store/rows.ts";
import { type Days, type DoseState, logsWanted, outcomeOf, planOf, type Regular } from "./regularity.ts";

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
	const plans = medications.map((row) => planOf(regularOf(row), days));
	const wanted = logsWanted(plans, days);
	const taken = await dosesTaken(tx, userId, wanted.from, wanted.before);
	return plans.map((plan, index) => {
		const { id, name } = medications[index] as { id: number; name: string };
		const { sums, doses } = outcomeOf(plan, taken.get(id) ?? [], days);
		return { medicationId: id, name, regimen: plan.regimen, notCounted: plan.notCounted, ...sums, doses };
	});
}

function regularOf(row: RowValues): Regular {
	return { ...(row as unknown as Omit<Regular, "isEnded" | "unit">), isEnded: row.isActive === false, unit: "dose" };
}
