import { sql } from "kysely";
import type { Cell, Cells, Sql, Unit } from "../unit.ts";

/** What a column must be for a case to hold. */
export type Condition = "empty" | "filled" | readonly Cell[];

/** One case: the code the columns mean `when` they are so, and what to `set` them to when the code comes in. */
export interface Case<C extends string> {
	readonly code: string;
	/** Also taken when they come in (the residue keeps which). */
	readonly takes?: readonly string[];
	readonly when: Readonly<Partial<Record<C, Condition>>>;
	readonly set: Readonly<Partial<Record<C, Cell>>>;
}

/** A code that several columns decide together: the first case that holds. */
export function cases<C extends string>(list: readonly Case<C>[], system?: string): Unit<C> {
	const columns = [...new Set(list.flatMap((one) => [...Object.keys(one.when), ...Object.keys(one.set)] as C[]))];
	return {
		unit: "cases",
		columns,
		read: (row) =>
			list.find((one) =>
				Object.entries(one.when).every(([name, condition]) => holds(row[name], condition as Condition)),
			)?.code,
		write: (element) => {
			const found = list.find((one) => one.code === element || one.takes?.includes(element as string));
			return found === undefined ? undefined : ({ ...found.set } as Cells);
		},
		values: (column_) => {
			const branches = list.map((one) => {
				const conditions = Object.entries(one.when).map(([name, condition]) =>
					conditionSql(column_(name), condition as Condition),
				);
				const all = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
				return sql`when ${all} then ${sql.lit(one.code)}`;
			});
			const code = sql<string | null>`(case ${sql.join(branches, sql` `)} end)`;
			return [{ kind: "token", code, ...(system === undefined ? {} : { system }) }];
		},
		describe: () => `code decided by ${columns.join(", ")}: ${list.map((one) => one.code).join(", ")}`,
	};
}

function holds(cell: Cell | undefined, condition: Condition): boolean {
	if (condition === "empty") return cell == null;
	if (condition === "filled") return cell != null;
	return condition.includes(cell ?? null);
}

function conditionSql(column: Sql, condition: Condition): Sql {
	if (condition === "empty") return sql`${column} is null`;
	if (condition === "filled") return sql`${column} is not null`;
	return sql`(${sql.join(
		condition.map((cell) => (cell === null ? sql`${column} is null` : sql`${column} = ${sql.lit(cell)}`)),
		sql` or `,
	)})`;
}
