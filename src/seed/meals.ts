import type { Chunk } from "./chunk.ts";
import { type Day, timeAt } from "./days.ts";
import { type Food, foodCategories } from "./library/foods.ts";
import type { Library } from "./library/library.ts";
import { enteredAt, hasPassed, type Person } from "./person.ts";
import type { Random } from "./random.ts";
import { tenths } from "./vitals.ts";

/** What was eaten on a day, as the daily score looks at it. */
export interface Eaten {
	readonly sodiumMg: number;
	/** Mean heart-health rating of the foods, 1-5. */
	readonly rating: number;
}

const meals = [
	{ mealType: "breakfast", letter: "b", minutes: 8 * 60 + 5, items: 3 },
	{ mealType: "lunch", letter: "l", minutes: 12 * 60 + 30, items: 2 },
	{ mealType: "snack", letter: "s", minutes: 15 * 60 + 40, items: 1 },
	{ mealType: "dinner", letter: "d", minutes: 18 * 60 + 30, items: 3 },
] as const;

const foods: readonly Food[] = foodCategories.flatMap((category) => category.foods);
const menus = new Map(
	meals.map(({ letter }) => [letter, foods.flatMap((food, at) => (food[9].includes(letter) ? [at] : []))]),
);

/** Dishes that are in no list: name, kcal. */
const customFoods = [
	["Grandma's vegetable stew", 260],
	["Birthday cake", 350],
	["Homemade granola bar", 180],
] as const;

interface Item {
	/** Index in the library's foods; null for a custom food. */
	readonly food: number | null;
	readonly quantity: number;
	readonly custom: (typeof customFoods)[number] | null;
}

/** Adds the meals of each day with their items; a meal's totals are the sums of its items. Gives the days by Day.index. */
export function addMeals(chunk: Chunk, person: Person, library: Library): (Eaten | undefined)[] {
	const random = person.random.fork("meals");
	return person.days.map((day) => {
		const eaten: Item[] = [];
		for (const meal of meals) {
			const minutes = meal.minutes + random.int(-25, 25) + (day.isWeekend ? 50 : 0);
			const isSkipped = random.chance(meal.mealType === "snack" ? 0.45 : 0.04);
			if (isSkipped || !hasPassed(person, day, minutes)) continue;
			const items = compose(random, day, meal.letter, meal.items);
			addMeal(chunk, person, library, items, meal.mealType, timeAt(day, minutes));
			eaten.push(...items);
		}
		return eaten.length === 0 ? undefined : summary(eaten);
	});
}

function compose(random: Random, day: Day, letter: string, count: number): Item[] {
	const menu = menus.get(letter as (typeof meals)[number]["letter"]) ?? [];
	const chosen = new Set<number>();
	for (let tries = 0; chosen.size < count && tries < 12; tries++) {
		const food = random.pick(menu);
		const isTreat = (foods[food]?.[8] ?? 5) === 1;
		if (!isTreat || day.isWeekend || random.chance(0.25)) chosen.add(food);
	}
	const items: Item[] = [...chosen].map((food) => ({
		food,
		quantity: random.pick([0.5, 1, 1, 1, 1.5, 2]),
		custom: null,
	}));
	if (letter !== "b" && random.chance(day.isWeekend ? 0.08 : 0.02)) {
		items.push({ food: null, quantity: 1, custom: random.pick(customFoods) });
	}
	return items;
}

function addMeal(
	chunk: Chunk,
	person: Person,
	{ foodItems }: Library,
	items: readonly Item[],
	mealType: string,
	mealTime: string,
): void {
	const sum = (nutrient: 2 | 3 | 4 | 5): number =>
		items.reduce((total, { food, quantity, custom }) => {
			const perServing = food === null ? (nutrient === 2 ? (custom?.[1] ?? 0) : 0) : (foods[food]?.[nutrient] ?? 0);
			return total + perServing * quantity;
		}, 0);
	const stamps = enteredAt(person, mealTime, 15);
	const mealEntryId = chunk.add("meal_entries", {
		userId: person.userId,
		mealType,
		mealTime,
		totalCalories: Math.round(sum(2)),
		totalProtein: tenths(sum(3)),
		totalCarbs: tenths(sum(4)),
		totalFat: tenths(sum(5)),
		notes: items.some(({ custom }) => custom !== null) ? "with guests" : null,
		...stamps,
	});
	for (const { food, quantity, custom } of items) {
		const foodItemId = food === null ? null : (foodItems[food] ?? null);
		const own = { customFoodName: custom?.[0] ?? null, customCalories: custom?.[1] ?? null };
		chunk.add("meal_item_entries", { mealEntryId, foodItemId, quantity, ...own, ...stamps });
	}
}

function summary(items: readonly Item[]): Eaten {
	const known = items.flatMap(({ food, quantity }) => (food === null ? [] : [{ food: foods[food], quantity }]));
	const sodiumMg = known.reduce((total, { food, quantity }) => total + (food?.[7] ?? 0) * quantity, 0);
	const ratings = known.reduce((total, { food }) => total + (food?.[8] ?? 3), 0);
	return { sodiumMg, rating: known.length === 0 ? 3 : ratings / known.length };
}
