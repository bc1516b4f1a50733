import { sql } from "kysely";
import type { Sql } from "../mapping/unit.ts";

/** A piece of a WHERE clause, or a constant that needs no SQL. */
export type Condition = boolean | Sql<boolean>;

/** All of them; constants fold away. */
export function and(conditions: readonly Condition[]): Condition {
	const open = conditions.filter((one) => one !== true);
	if (open.includes(false)) return false;
	return combine(open as Sql<boolean>[], sql` and `, true);
}

/** Any of them; constants fold away. */
export function or(conditions: readonly Condition[]): Condition {
	const open = conditions.filter((one) => one !== false);
	if (open.includes(true)) return true;
	return combine(open as Sql<boolean>[], sql` or `, false);
}

/** The opposite; NULL counts as false before. */
export function not(condition: Condition): Condition {
	return typeof condition === "boolean" ? !condition : sql<boolean>`not coalesce(${condition}, false)`;
}

/** The condition as SQL, constants too. */
export function asSql(condition: Condition): Sql<boolean> {
	return typeof condition === "boolean" ? sql<boolean>`${sql.lit(condition)}` : condition;
}

function combine(open: Sql<boolean>[], by: Sql, none: boolean): Condition {
	if (open.length === 0) return none;
	if (open.length === 1) return open[0] as Sql<boolean>;
	return sql<boolean>`(${sql.join(open, by)})`;
}
