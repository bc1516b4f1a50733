import { sql } from "kysely";
import type { Entity } from "../tables/all.ts";
import { type Column, columnsOf, entityOf } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { tableOf } from "./row-columns.ts";
import type { RowValues } from "./rows.ts";

/**
 * users.id of the persons some rows are about, for the access log: their own `user_id`, or that of the row they hang on, as a meal's
 * items do. Empty for definitions that everybody shares.
 */
export async function peopleOfRows(tx: Transaction, entity: Entity, rows: readonly RowValues[]): Promise<number[]> {
	const owner = columnsOf(entity).find(({ property }) => property === "userId");
	if (owner !== undefined) return numbers(rows.map(({ userId }) => userId));
	const people = new Set<number>();
	for (const { property, parent } of parentsOf(entity)) {
		const ids = numbers(rows.map((row) => row[property]));
		if (ids.length === 0) continue;
		const found = await tx.query(sql<{ user_id: number | null }>`
			select distinct user_id from ${tableOf(parent)} where id = any(${sql.val(ids)}::int[])`);
		for (const { user_id } of found) if (user_id !== null) people.add(user_id);
	}
	return [...people];
}

/** Rows of somebody's that rows of this table hang on. */
function parentsOf(entity: Entity): { property: string; parent: Entity }[] {
	return columnsOf(entity).flatMap(({ property, references }: Column) => {
		const parent = references === undefined ? undefined : entityOf(references);
		const isSomebodys = parent !== undefined && columnsOf(parent).some((column) => column.property === "userId");
		return isSomebodys ? [{ property, parent }] : [];
	});
}

function numbers(values: readonly unknown[]): number[] {
	return [...new Set(values.filter((value) => typeof value === "number"))];
}
