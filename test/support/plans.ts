import { sql } from "kysely";
import type { Transaction } from "../../src/store/database.ts";
import type { Composed } from "../../src/store/statement.ts";

/**
 * The plan of a statement as a connection plans it that does not look at the values, under the transaction's role.
 *
 * @param options of EXPLAIN, in brackets
 */
export async function genericPlan(tx: Transaction, { text, values }: Composed<unknown>, options = ""): Promise<string> {
	await tx.query(sql`set local plan_cache_mode = force_generic_plan`);
	await tx.query(sql.raw(`prepare plan as ${text}`) as never);
	const given = values.length === 0 ? "" : `(${values.map(literal).join(", ")})`;
	const rows = await tx.query(sql.raw<{ "QUERY PLAN": string }>(`explain ${options} execute plan${given}`));
	await tx.query(sql.raw(`deallocate plan`) as never);
	return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

/** A value of ours as SQL. */
function literal(value: unknown): string {
	if (value === null || value === undefined) return "null";
	if (Buffer.isBuffer(value)) return `'\\x${value.toString("hex")}'`;
	const text = Array.isArray(value) ? `{${value.map((one) => JSON.stringify(one)).join(",")}}` : String(value);
	return `'${text.replaceAll("'", "''")}'`;
}
