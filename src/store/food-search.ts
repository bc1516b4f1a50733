import { type RawBuilder, sql } from "kysely";
import { escapeLike, normalise } from "../search/normalise.ts";
import { FoodItems } from "../tables/food-items.ts";
import type { Transaction } from "./database.ts";
import { readableColumns, selection } from "./row-columns.ts";
import type { RowValues } from "./rows.ts";

/**
 * Foods whose names have a word beginning with each word asked for, whatever case and accents: names that begin with the whole first,
 * then those that have its first word early, then by name.
 */
export async function searchFoods(tx: Transaction, asked: string, most: number): Promise<RowValues[]> {
	const query = foodSearchQuery(asked, most, selection(readableColumns(FoodItems, tx.caller)));
	return query === undefined ? [] : tx.query(query);
}

/** The statement of {@link searchFoods}; undefined where nothing is asked for. */
export function foodSearchQuery(
	asked: string,
	most: number,
	columns: RawBuilder<unknown>,
): RawBuilder<RowValues> | undefined {
	const folded = normalise(asked);
	const words = folded.split(" ").filter((word) => word !== "");
	if (words.length === 0) return undefined;
	// Words have no punctuation of ASCII left; quoted, nothing in them is an operator.
	const prefixes = words.map((word) => `'${word.replace(/['\\]/g, "")}':*`).join(" & ");
	return sql<RowValues>`
		select ${columns} from public.food_items t
		where app.words(t.name) @@ to_tsquery('simple', ${prefixes})
		order by app.folded(t.name) like ${`${escapeLike(folded)}%`} desc, position(${words[0]} in app.folded(t.name)),
			app.folded(t.name), t.id
		limit ${most}::int`;
}
