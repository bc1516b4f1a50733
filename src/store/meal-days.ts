import { sql } from "kysely";
import type { Transaction } from "./database.ts";
import type { Stretch } from "./vitals-figures.ts";

/** What somebody ate in a stretch of time; a nutrient is null where nothing says how much of it there was. */
export interface Eaten {
	readonly meals: number;
	/** kcal. */
	readonly calories: number | null;
	/** Grams. */
	readonly protein: number | null;
	readonly carbs: number | null;
	readonly fat: number | null;
	readonly fiber: number | null;
	/** mg. */
	readonly sodium: number | null;
	readonly items: number;
	/** Items that say nothing of sodium, such as custom foods: the true value is higher. */
	readonly itemsWithoutSodium: number;
}

/** What a person ate in each stretch, in order: totals of the meals, fiber and sodium of the foods in them. */
export async function eatenWithin(tx: Transaction, userId: number, stretches: readonly Stretch[]): Promise<Eaten[]> {
	const edges = (edge: "from" | "before") => sql`${sql.val(stretches.map((one) => one[edge]))}::timestamptz[]`;
	const grams = (of: string) => sql`round(sum(${sql.ref(of)}::numeric), 1)::float8`;
	return tx.query(sql<Eaten>`
		select m.*, i.* from unnest(${edges("from")}, ${edges("before")}) with ordinality as s(starts, ends, number)
			cross join lateral (
				select count(*)::int as meals, sum(m.total_calories)::float8 as calories, ${grams("m.total_protein")} as protein,
					${grams("m.total_carbs")} as carbs, ${grams("m.total_fat")} as fat
				from public.meal_entries m
				where m.user_id = ${userId}::int and m.meal_time >= s.starts and m.meal_time < s.ends) m
			cross join lateral (
				select app.at_most(round(sum(f.fiber::numeric * coalesce(i.quantity, 1)::numeric), 1), 1e9)::float8 as fiber,
					app.at_most(round(sum(f.sodium * coalesce(i.quantity, 1)::numeric)), 1e9)::float8 as sodium, count(i.id)::int as items,
					count(i.id) filter (where f.sodium is null)::int as "itemsWithoutSodium"
				from public.meal_entries m join public.meal_item_entries i on i.meal_entry_id = m.id
					left join public.food_items f on f.id = i.food_item_id
				where m.user_id = ${userId}::int and m.meal_time >= s.starts and m.meal_time < s.ends) i
		order by s.number`);
}
