import t from "tap";
import { type Chunk, emptyChunk, type SeedRow, tablesInOrder } from "../../../src/seed/chunk.ts";
import { exerciseKinds } from "../../../src/seed/library/exercises.ts";
import { foodCategories } from "../../../src/seed/library/foods.ts";
import { addLibrary } from "../../../src/seed/library/library.ts";
import { patientChunk } from "../../../src/seed/patient.ts";
import { randomOf } from "../../../src/seed/random.ts";
import { columnsOf, entityOf } from "../../../src/tables/columns.ts";

const now = new Date("2026-11-24T15:00:00.000Z");
const foods = foodCategories.flatMap((category) => category.foods);
const library = { foodItems: foods.map((_, at) => at + 1), exercises: exerciseKinds.map((_, at) => at + 1) };

function patient(seed: string, { position = 0, dayCount = 180, vitalsPerDay = 5 } = {}): Chunk {
	const random = randomOf(seed);
	const admission = { random, now, dayCount, position, email: "p@seed.example", passwordHash: null, therapistId: 1 };
	return patientChunk(admission, library, vitalsPerDay);
}

/** As text: comparing tens of thousands of rows as objects takes tap minutes. */
const textOf = (chunk: Chunk): string => JSON.stringify(tablesInOrder.map((table) => chunk.rows(table)));
const mean = (rows: readonly SeedRow[], property: string): number => {
	const values = rows.map((row) => row[property]).filter((value) => typeof value === "number");
	return values.reduce((sum, value) => sum + value, 0) / values.length;
};

t.test("the same seed gives the same rows, another one others", async (t) => {
	const [once, again, other] = ["1", "1", "2"].map((seed) => textOf(patient(seed)));
	t.ok(once === again);
	t.ok(once !== other);
});

t.test("every row has only documented properties, and the same ones as its table's other rows", async (t) => {
	const shared = emptyChunk();
	addLibrary(shared, now.toISOString());
	const filled = new Set<string>();
	for (const chunk of [shared, patient("1"), patient("1", { position: 11 })]) {
		for (const table of tablesInOrder) {
			const entity = entityOf(table);
			if (entity === undefined) throw new Error(`${table} is no documented table`);
			const columns = new Map(columnsOf(entity).map((column) => [column.property, column]));
			const [first] = chunk.rows(table);
			if (first === undefined) continue;
			filled.add(table);
			t.same(
				Object.keys(first).filter((property) => !columns.has(property)),
				[],
				table,
			);
			const keys = Object.keys(first).sort().join();
			t.ok(
				chunk.rows(table).every((row) => Object.keys(row).sort().join() === keys),
				`${table}: uniform`,
			);
			for (const { property, values } of columns.values()) {
				if (values === undefined || first[property] == null) continue;
				t.ok(
					chunk.rows(table).every((row) => values.includes(String(row[property]))),
					`${table}.${property}`,
				);
			}
		}
	}
	t.same(
		tablesInOrder.filter((table) => !filled.has(table)),
		[],
		"no table is left empty",
	);
});

t.test("a meal's totals are the sums of its items", async (t) => {
	const chunk = patient("totals");
	const items = Map.groupBy(chunk.rows("meal_item_entries"), ({ mealEntryId }) => mealEntryId);
	const wrong = chunk.rows("meal_entries").filter(({ id, totalCalories, totalProtein }) => {
		const kcal = (items.get(id) ?? []).map(({ foodItemId, quantity, customCalories }) => {
			const food = typeof foodItemId === "number" ? foods[foodItemId - 1] : undefined;
			return {
				calories: (food?.[2] ?? Number(customCalories)) * Number(quantity),
				protein: (food?.[3] ?? 0) * Number(quantity),
			};
		});
		const calories = kcal.reduce((sum, item) => sum + item.calories, 0);
		const protein = kcal.reduce((sum, item) => sum + item.protein, 0);
		return calories !== totalCalories || Math.abs(protein - Number(totalProtein)) > 0.051;
	});
	t.equal(wrong.length, 0);
});

t.test("recovery shows in the vitals", async (t) => {
	// Position 2 was operated on 165 days ago, so the period holds the whole recovery.
	const vitals = patient("course", { position: 2 }).rows("vitals_samples");
	const [early, late] = [vitals.slice(80, 180), vitals.slice(-150)];
	for (const falling of ["systolicBP", "heartRate", "weight"])
		t.ok(mean(early, falling) > mean(late, falling) + 3, falling);
	t.ok(mean(early, "oxygenSaturation") < mean(late, "oxygenSaturation") - 0.5, "oxygenSaturation");
	t.ok(
		vitals.every((row) => String(row.recordedAt) <= now.toISOString()),
		"nothing lies in the future",
	);
});

t.test("one default calendar, a series with exceptions, past events done or cancelled", async (t) => {
	const chunk = patient("calendar");
	t.equal(chunk.rows("calendars").filter(({ isDefault }) => isDefault === true).length, 1);
	const events = chunk.rows("calendar_events");
	const series = events.find(({ recurrenceException }) => recurrenceException !== null);
	t.match(String(series?.recurrenceException), /^\d{8}T\d{6}Z,\d{8}T\d{6}Z$/);
	t.ok(events.some(({ parentEventId }) => parentEventId === series?.id));
	const past = events.filter((row) => row.recurrenceRule === null && String(row.endTime) < now.toISOString());
	t.ok(past.length > 20 && past.every(({ status }) => status !== "pending"));
	t.ok(events.some(({ status }) => status === "pending"));
});

t.test("short periods work as well, and vitals per day can be chosen", async (t) => {
	for (let position = 0; position < 12; position++) patient("short", { position, dayCount: 1 });
	t.ok(patient("many", { dayCount: 10, vitalsPerDay: 24 }).rows("vitals_samples").length > 150);
});

t.test("no tokens are made up", async (t) => {
	for (const row of patient("devices").rows("device_connections")) {
		t.match(row, { accessToken: null, refreshToken: null, tokenExpiry: null });
	}
});
