import type { FastifyInstance } from "fastify";
import { Failure } from "../../../fhir/failure.ts";
import { searchFoods } from "../../../store/food-search.ts";
import { eatenWithin } from "../../../store/meal-days.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout } from "../about-person.ts";
import { civilBetween, civilDays, daysBetween, stretchesOf } from "../civil-range.ts";
import { foodItems } from "../collections/food-items.ts";
import type { DeriveTools } from "../derive.ts";
import { arrayOf, object, type Schema } from "../schema/json-schema.ts";
import { whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { date, rowId, text, timeZone } from "../schema/values.ts";
import { present } from "../values.ts";

const limits = { defaultDays: 7, mostDays: 366 };

/** `/api/meals/daily-summary` and `/api/food-items/search`. */
export function registerMealRoutes(app: FastifyInstance, services: AboutServices & DeriveTools): void {
	app.get("/api/meals/daily-summary", { schema: schemas.daily }, (request) =>
		readAbout(services, request, "meals/daily-summary", async (tx, { userId, zone, now }) => {
			const { from, to } = civilDays(asked(request.query as Asked), zone, now, limits);
			const days = daysBetween(from, to);
			const eaten = await eatenWithin(tx, userId, stretchesOf(days, zone));
			return {
				userId,
				timezone: zone,
				from: from.toString(),
				to: to.toString(),
				days: days.map((day, index) => ({ date: day.toString(), ...eaten[index] })),
			};
		}),
	);

	app.get("/api/food-items/search", { schema: schemas.search }, async (request) => {
		const caller = await request.caller();
		const { q, limit = 20 } = request.query as { q: string; limit?: number };
		const rows = await services.database.read(caller, (tx) => searchFoods(tx, q, limit));
		const returned = rows.map(({ id }) => `food-items/${id}`);
		await services.accessLog.record({ caller, action: "search", target: "food-items", returned, outcome: "success" });
		return { data: rows.map((row) => present(foodItems, row, services)) };
	});

	refuseOtherMethods(app, "/api/meals/daily-summary", ["GET"]);
	refuseOtherMethods(app, "/api/food-items/search", ["GET"]);
}

interface Asked {
	readonly date?: string;
	readonly from?: string;
	readonly to?: string;
}

/** One day, or a range of them. */
function asked({ date, from, to }: Asked): Omit<Asked, "date"> {
	if (date === undefined) return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
	if (from !== undefined || to !== undefined) {
		throw new Failure("invalid", "either date or from and to can be asked for", { expression: "date" });
	}
	return { from: date, to: date };
}

const count: Schema = { type: "integer", minimum: 0, examples: [3] };
const grams: Schema = { type: ["number", "null"], description: "Grams", examples: [61.5] };
const day = object(
	{
		date,
		meals: count,
		calories: { type: ["number", "null"], examples: [1850] },
		protein: grams,
		carbs: grams,
		fat: grams,
		fiber: grams,
		sodium: { type: ["number", "null"], description: "mg", examples: [1480] },
		items: { ...count, description: "Foods in the meals" },
		itemsWithoutSodium: { ...count, description: "Of those, how many say nothing of sodium: the true value is higher" },
	},
	{ title: "EatenDay" },
);

const schemas = {
	daily: routeSchema({
		operationId: "readDailyMeals",
		tag: "meals",
		summary: "What was eaten, by day",
		description: [
			"Days of the person's time zone, those without meals too. Energy and macronutrients are the meals' totals; fiber and sodium come from the",
			"foods in them. A nutrient nothing is known of is null. At most 366 days.",
		].join(" "),
		query: {
			date: {
				type: "string",
				maxLength: 40,
				description: "One day, in place of `from` and `to`",
				examples: ["2026-03-14"],
			},
			...civilBetween("7 days in all"),
			...whose,
		},
		answers: {
			200: {
				description: "The days, oldest first",
				...object(
					{ userId: rowId, timezone: timeZone, from: date, to: date, days: arrayOf(day) },
					{ title: "DailyMeals" },
				),
			},
		},
		failures: [404],
	}),
	search: routeSchema({
		operationId: "searchFoods",
		tag: "food-items",
		summary: "Find foods by name",
		description:
			"Each word asked for begins a word of the name, whatever case and accents. Names that begin with the whole come first.",
		query: {
			q: { ...text(), minLength: 1, description: "Words, or their beginnings", examples: ["gre yog"] },
			limit: { type: "integer", minimum: 1, maximum: 100, default: 20, description: "Most foods" },
		},
		needs: ["q"],
		answers: {
			200: {
				description: "The best first",
				...object({ data: arrayOf(rowSchema(foodItems)) }, { title: "FoodsFound" }),
			},
		},
	}),
};
