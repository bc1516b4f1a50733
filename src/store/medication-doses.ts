import { sql } from "kysely";
import { Medications } from "../tables/medications.ts";
import type { Transaction } from "./database.ts";
import { listRows } from "./list-rows.ts";
import type { RowValues } from "./rows.ts";

/** More medications than this nobody has: what is beyond is left out. */
const mostMedications = 1000;

/** All medications of a person, in the order they were entered. */
export async function medicationsOf(tx: Transaction, userId: number): Promise<RowValues[]> {
	const filters = [{ property: "userId", is: "=" as const, value: userId }];
	const sort = { property: "id", descending: false };
	return (await listRows(tx, Medications, { filters, sort, limit: mostMedications })).rows;
}

/** When medications were taken within a stretch of time (its first moment, and the first after it), by medications.id, ascending. */
export async function dosesTaken(
	tx: Transaction,
	userId: number,
	from: string,
	before: string,
): Promise<Map<number, string[]>> {
	const rows = await tx.query(sql<{ medication_id: number; taken: string[] }>`
		select l.medication_id, array_agg(l.taken_at order by l.taken_at, l.id)::text[] as taken
		from public.medication_logs l
		where l.user_id = ${userId}::int and l.taken_at >= ${from}::timestamptz and l.taken_at < ${before}::timestamptz
		group by l.medication_id`);
	return new Map(rows.map(({ medication_id, taken }) => [medication_id, taken]));
}
