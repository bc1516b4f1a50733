import type { Transaction } from "../../store/database.ts";
import { personZones } from "../../store/person-zone.ts";
import type { RowValues } from "../../store/rows.ts";
import type { Collection } from "./descriptor.ts";

/** What a located row keeps its person's time zone under; never shown. */
export const zoneKey = "$zone";

/**
 * Rows with the time zone their person lives in, where what is shown depends on what day it is there (patients: age and weeks since the
 * operation). A patient without an account lives where the therapist does.
 */
export async function located(
	tx: Transaction,
	collection: Collection,
	rows: readonly RowValues[],
): Promise<readonly RowValues[]> {
	if (collection.derive !== "patient" || rows.length === 0) return rows;
	const personOf = (row: RowValues) => (row.userId ?? row.therapistId) as number;
	const zones = await personZones(tx, [...new Set(rows.map(personOf))]);
	return rows.map((row) => ({ ...row, [zoneKey]: zones.get(personOf(row)) }));
}

/** One row as {@link located} gives it. */
export async function locatedRow(tx: Transaction, collection: Collection, row: RowValues): Promise<RowValues> {
	return (await located(tx, collection, [row]))[0] ?? row;
}
