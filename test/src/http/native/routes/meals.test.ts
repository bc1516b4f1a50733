import fc from "fast-check";
import pg from "pg";
import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const outsiders = [await server.as("therapist2@test.example"), await server.as("other@test.example")];
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

async function made(session: typeof patient, path: string, body: object) {
	const answer = await session.post(`/api/${path}`, body);
	if (answer.status !== 201) throw new Error(answer.text);
	return answer.body;
}
const food = (name: string, values: object) => made(therapist, "food-items", { name, ...values });
const meal = (values: object = {}) => made(patient, "meals", { mealTime: "2026-03-08T12:00:00Z", ...values });
const item = (mealEntryId: number, values: object) => made(patient, "meal-items", { mealEntryId, ...values });
async function totals(id: number) {
	const { totalCalories, totalProtein, totalCarbs, totalFat } = (await patient.get(`/api/meals/${id}`)).body;
	return [totalCalories, totalProtein, totalCarbs, totalFat];
}

const oats = await food("Oats", { calories: 150, protein: 5, carbs: 27, fat: 2.5, fiber: 4, sodium: 2 });
const milk = await food("Milk", { calories: 101, protein: 8.2, carbs: 12.2, fat: 2.4, fiber: 0, sodium: 107 });

t.test("totals follow the items, custom ones too", async (t) => {
	const { id } = await meal();
	t.same(await totals(id), [null, null, null, null]);
	await item(id, { foodItemId: oats.id, quantity: 2 });
	t.same(await totals(id), [300, 10, 54, 5]);
	const custom = await item(id, { customFoodName: "Honey", customCalories: 60, quantity: 0.5 });
	t.same(await totals(id), [330, 10, 54, 5]);
	const glass = await item(id, { foodItemId: milk.id });
	t.same(await totals(id), [431, 18.2, 66.2, 7.4]);
	await patient.patch(`/api/meal-items/${glass.id}`, { quantity: 0.5 });
	t.same(await totals(id), [381, 14.1, 60.1, 6.2]);
	await patient.delete(`/api/meal-items/${custom.id}`);
	t.same(await totals(id), [351, 14.1, 60.1, 6.2]);
	const elsewhere = await meal();
	await owner.query("update meal_item_entries set meal_entry_id = $1 where id = $2", [elsewhere.id, glass.id]);
	t.same(await totals(id), [300, 10, 54, 5]);
	t.same(await totals(elsewhere.id), [51, 4.1, 6.1, 1.2], "an item that moves takes its share along");
	await patient.delete(`/api/meal-items/${glass.id}`);
	t.same(await totals(elsewhere.id), [null, null, null, null]);
	t.equal((await patient.delete(`/api/meals/${elsewhere.id}`)).status, 204);
});

t.test("a food that is corrected corrects the meals it is in, and only those", async (t) => {
	const soup = await food("Soup", { calories: 100, protein: 1 });
	const [one, two, other] = [await meal(), await meal(), await meal({ totalCalories: 5 })];
	await item(one.id, { foodItemId: soup.id, quantity: 3 });
	await item(two.id, { foodItemId: soup.id });
	const before = (await patient.get(`/api/meals/${two.id}`)).headers.get("etag");
	await therapist.patch(`/api/food-items/${soup.id}`, { notes: "tasty" });
	t.equal((await patient.get(`/api/meals/${two.id}`)).headers.get("etag"), before, "no change, no version");
	await therapist.patch(`/api/food-items/${soup.id}`, { calories: 120, protein: null });
	t.same(await totals(one.id), [360, null, null, null]);
	t.same(await totals(two.id), [120, null, null, null]);
	t.same(await totals(other.id), [5, null, null, null]);
});

t.test("totals by hand stay where there are no items, and give way where there are", async (t) => {
	const { id } = await meal({ totalCalories: 700, totalFat: 20 });
	t.same(await totals(id), [700, null, null, 20]);
	await patient.patch(`/api/meals/${id}`, { totalCalories: 710 });
	t.same(await totals(id), [710, null, null, 20]);
	await item(id, { foodItemId: oats.id });
	t.same(await totals(id), [150, 5, 27, 2.5]);
	const patched = await patient.patch(`/api/meals/${id}`, { totalCalories: 9999, notes: "more" });
	t.match(patched.body, { totalCalories: 150, notes: "more" });
	const history = await owner.query(
		"select count(*)::int as n from fhir.row_history where table_name = 'meal_entries' and row_id = $1",
		[id],
	);
	t.ok(history.rows[0].n >= 3, "what the totals were is history");
});

t.test("twenty items at once, while their food changes", async (t) => {
	const rice = await food("Rice", { calories: 1 });
	const { id } = await meal();
	const sent = Array.from({ length: 20 }, (_, index) =>
		index % 5 === 4
			? therapist.patch(`/api/food-items/${rice.id}`, { calories: index })
			: patient.post("/api/meal-items", { mealEntryId: id, foodItemId: rice.id, quantity: 1 }),
	);
	const answers = await Promise.all(sent);
	t.ok(
		answers.every(({ status }) => status < 300),
		answers.map(({ text }) => text).join(),
	);
	const { calories } = (await patient.get(`/api/food-items/${rice.id}`)).body;
	t.equal((await totals(id))[0], 16 * calories);
});

t.test("whatever is done to the items, totals are their sums", async (t) => {
	const foods = [oats, milk, await food("Plain", {}), await food("Salt", { sodium: 2300, calories: 0 })];
	const [one, two] = [await meal(), await meal()];
	const step = fc.tuple(fc.nat(3), fc.nat(3), fc.constantFrom(null, 0, 0.5, 1, 2.25), fc.nat(2), fc.boolean());
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
			for (const [what, which, quantity, row, first] of steps) {
				const given = [
					first ? one.id : two.id,
					which === 3 ? null : foods[which]?.id,
					quantity,
					which === 3 ? 33 : null,
				];
				if (what === 0)
					await owner.query("delete from meal_item_entries where id % 3 = $1 and meal_entry_id in ($2, $3)", [
						row,
						one.id,
						two.id,
					]);
				else if (what === 1)
					await owner.query(
						"update meal_item_entries set quantity = $1, meal_entry_id = $2 where id % 3 = $3 and meal_entry_id in ($4, $5)",
						[quantity, given[0], row, one.id, two.id],
					);
				else
					await owner.query(
						"insert into meal_item_entries (meal_entry_id, food_item_id, quantity, custom_calories) values ($1, $2, $3, $4), ($1, $2, $3, $4)",
						given,
					);
			}
			const { rows } = await owner.query(
				`select count(*)::int as wrong from meal_entries m where m.id in ($1, $2) and m.total_calories is distinct from
					(select round(sum(coalesce(i.custom_calories, f.calories) * coalesce(i.quantity, 1)::numeric))::int from meal_item_entries i left join food_items f on f.id = i.food_item_id where i.meal_entry_id = m.id)`,
				[one.id, two.id],
			);
			return rows[0].wrong === 0;
		}),
		{ numRuns: 40 },
	);
	t.pass();
});

t.test("quantities beyond all measure are no failure", async (t) => {
	const { id } = await meal();
	await item(id, { foodItemId: oats.id, quantity: 1e300 });
	await item(id, { foodItemId: oats.id, quantity: 1e308 });
	t.same(await totals(id), [2147483647, 1e9, 1e9, 1e9]);
	t.equal((await patient.get("/api/meals/daily-summary?date=2026-03-08")).status, 200);
});

t.test("what was eaten by day, in the person's zone", async (t) => {
	await owner.query("delete from meal_item_entries");
	await owner.query("delete from meal_entries");
	// The day clocks are put forward in New York: 23 hours.
	const breakfast = await meal({ mealTime: "2026-03-08T05:00:00Z" });
	await item(breakfast.id, { foodItemId: oats.id, quantity: 2 });
	await item(breakfast.id, { customFoodName: "Jam", customCalories: 50 });
	await meal({ mealTime: "2026-03-09T03:59:59Z", totalCalories: 600 });
	await meal({ mealTime: "2026-03-09T04:00:00Z", totalCalories: 1 });
	const { status, body } = await therapist.get(
		`/api/meals/daily-summary?userId=${people.patient}&from=2026-03-07&to=2026-03-09`,
	);
	t.equal(status, 200);
	t.match(body.days, [
		{ date: "2026-03-07", meals: 0, calories: null, sodium: null, items: 0 },
		{ date: "2026-03-08", meals: 2, calories: 950, protein: 10, fiber: 8, sodium: 4, items: 2, itemsWithoutSodium: 1 },
		{ date: "2026-03-09", meals: 1, calories: 1, fiber: null },
	]);
	const one = await patient.get("/api/meals/daily-summary?date=2026-03-08");
	t.same(one.body.days, [body.days[1]]);
	for (const query of ["date=2026-03-08&to=2026-03-09", "date=x", "from=2024-01-01&to=2026-01-01", "day=1"])
		t.equal((await patient.get(`/api/meals/daily-summary?${query}`)).status, 400, query);
	for (const outsider of outsiders)
		t.equal((await outsider.get(`/api/meals/daily-summary?userId=${people.patient}`)).status, 404);
});

t.test("foods are found by the beginnings of words", async (t) => {
	for (const name of [
		"Crème fraîche",
		"Greek yogurt",
		"Yogurt, Greek style",
		"Frozen yogurt",
		"Apple pie (low-fat)",
		"100% juice",
		"Σύκα",
	])
		await food(name, {});
	const find = async (q: string) =>
		(await patient.get(`/api/food-items/search?q=${encodeURIComponent(q)}`)).body.data.map(
			({ name }: { name: string }) => name,
		);
	t.same(await find("creme"), ["Crème fraîche"]);
	t.same(await find("CRÈME FRA"), ["Crème fraîche"]);
	t.same(await find("yog"), ["Yogurt, Greek style", "Greek yogurt", "Frozen yogurt"]);
	t.same(await find("gre yog"), ["Greek yogurt", "Yogurt, Greek style"]);
	t.same(await find("fat"), ["Apple pie (low-fat)"]);
	t.same(await find("low-fat"), ["Apple pie (low-fat)"]);
	t.same(await find("100%"), ["100% juice"]);
	t.same(await find("συκα"), ["Σύκα"]);
	t.same(await find("ogurt"), [], "not from within a word");
	for (const odd of ["'", "' & !x", ":*", "\\", "a | b:*", "%", "<->", "☃", "🥑'"]) t.type(await find(odd), Array, odd);
	t.equal((await patient.get("/api/food-items/search")).status, 400);
	t.equal((await patient.get("/api/food-items/search?q=")).status, 400);
	t.equal((await patient.get("/api/food-items/search?q=a&limit=101")).status, 400);
});
