import { sql } from "kysely";
import type { SearchParameter } from "../../fhir/definitions/definitions.ts";
import type { Sql } from "../../mapping/unit.ts";
import { and, type Condition, or } from "../condition.ts";
import type { Cursor } from "../query.ts";

/** One sort key of a branch. */
export interface Key {
	readonly expression: Sql;
	readonly descending: boolean;
	readonly type: SearchParameter["type"];
	/** The expression is a NOT NULL column, whose index has the order. */
	readonly filled: boolean;
	/** Where the key is just a column of the row, instants only: its property, whose text is the key. */
	readonly property?: string | undefined;
}

/** ORDER BY: missing values last, then the newest row first. */
export function orderBy(keys: readonly Key[], rowId: Sql): Sql {
	const parts = keys.map(({ expression, descending, filled }) => {
		const direction = descending ? sql`desc` : sql`asc`;
		return filled ? sql`${expression} ${direction}` : sql`${expression} ${direction} nulls last`;
	});
	return sql.join([...parts, sql`${rowId} desc`]);
}

/** Keys as text, from which a cursor and the merge of branches are made; undefined where the columns of a hit have them all. */
export function keyTexts(keys: readonly Key[]): Sql | undefined {
	if (keys.every(({ property }) => property !== undefined)) return undefined;
	return sql`array[${sql.join(keys.map((key) => sql`(${key.expression})::text`))}]`;
}

/**
 * The rows after a cursor in this branch's order. The row of the cursor itself is included, because it may have more parts to give;
 * so are rows of equal keys in later branches, which come after it.
 */
export function after(keys: readonly Key[], cursor: Cursor | undefined, branch: number, rowId: Sql): Condition {
	if (cursor === undefined) return true;
	if (cursor.keys.length !== keys.length) return true;
	const tail: Condition =
		branch < cursor.branch ? false : branch > cursor.branch ? true : sql<boolean>`${rowId} <= ${cursor.row}`;
	const steps: Condition[] = [];
	const equal: Condition[] = [];
	keys.forEach((key, index) => {
		const value = cursor.keys[index] ?? null;
		steps.push(and([...equal, comesAfter(key, value)]));
		equal.push(isEqual(key, value));
	});
	return and([bound(keys[0], cursor.keys[0] ?? null), or([...steps, and([...equal, tail])])]);
}

/** What an index can use of it: the first key is at or beyond the cursor's. */
function bound(key: Key | undefined, value: string | null): Condition {
	if (key === undefined || value === null || !key.filled) return true;
	return key.descending
		? sql<boolean>`${key.expression} <= ${cast(key, value)}`
		: sql<boolean>`${key.expression} >= ${cast(key, value)}`;
}

function comesAfter(key: Key, value: string | null): Condition {
	if (value === null) return false;
	const beyond = key.descending
		? sql<boolean>`${key.expression} < ${cast(key, value)}`
		: sql<boolean>`${key.expression} > ${cast(key, value)}`;
	return key.filled ? beyond : sql<boolean>`(${beyond} or ${key.expression} is null)`;
}

function isEqual(key: Key, value: string | null): Condition {
	return value === null
		? sql<boolean>`${key.expression} is null`
		: sql<boolean>`${key.expression} = ${cast(key, value)}`;
}

function cast(key: Key, value: string): Sql {
	if (key.type === "date") return sql`${value}::timestamptz`;
	if (key.type === "number" || key.type === "quantity") return sql`${value}::numeric`;
	return sql`${value}::text`;
}

/** Compares two keys' texts as Postgres does in ORDER BY: negative when `a` comes first. */
export function compareKeys(
	keys: readonly Pick<Key, "descending" | "type">[],
	a: readonly (string | null)[],
	b: readonly (string | null)[],
): number {
	for (let index = 0; index < keys.length; index++) {
		const [one, other] = [a[index] ?? null, b[index] ?? null];
		if (one === other) continue;
		if (one === null) return 1;
		if (other === null) return -1;
		const key = keys[index] as Key;
		const order = compareValues(key.type, one, other);
		if (order !== 0) return key.descending ? -order : order;
	}
	return 0;
}

function compareValues(type: SearchParameter["type"], a: string, b: string): number {
	if (type === "number" || type === "quantity") return Number(a) - Number(b);
	if (type === "date") return Buffer.compare(Buffer.from(sortableInstant(a)), Buffer.from(sortableInstant(b)));
	return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Instants as Postgres writes them (`2025-01-01 10:00:00.5+00`) or as cells are (`2025-01-01T10:00:00.500Z`), made to sort as text. */
function sortableInstant(text: string): string {
	const match = /^(.+?)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00|Z)$/.exec(text);
	// Of the infinities the later is spelt with a letter, the earlier with a minus.
	if (match === null) return text === "infinity" ? "~" : text;
	return `${match[1]} ${match[2]}.${(match[3] ?? "").padEnd(6, "0")}`;
}
