import pg from "pg";
import t from "tap";
import { tablesInOrder } from "../../../src/seed/chunk.ts";
import { seedDemo } from "../../../src/seed/demo.ts";
import { silent } from "../../../src/seed/progress.ts";
import { seedSynthetic } from "../../../src/seed/synthetic.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { testDatabase } from "../../support/postgres.ts";

const now = new Date("2026-11-24T15:00:00.000Z");
const demo = { now, bcryptCost: 4, log: () => undefined };

t.test("the demo and then synthetic people", async (t) => {
	const { serverUrl, ownerUrl } = await testDatabase(t);
	const database = await openDatabase({ url: serverUrl });
	t.teardown(() => database.close());
	const owner = new pg.Client(ownerUrl);
	await owner.connect();
	t.teardown(() => owner.end());
	const query = async (text: string): Promise<Record<string, unknown>[]> => (await owner.query(text)).rows;

	const startedMs = performance.now();
	const both = await Promise.all([seedDemo(database, demo), seedDemo(database, demo)]);
	t.comment(`two at once: ${Math.round(performance.now() - startedMs)} ms`);
	t.same(both.sort(), [false, true], "of two servers starting at once one fills the database");

	for (const table of tablesInOrder) {
		const [row] = await query(`select count(*)::int as rows from public.${table}`);
		t.ok(Number(row?.rows) > 0, `${table}: ${row?.rows} rows`);
	}
	t.same(
		await query(`select t.email, count(*)::int as patients from public.patients p join public.users t on t.id = p.therapist_id
			group by t.email order by t.email`),
		[
			{ email: "therapist2@demo.example", patients: 5 },
			{ email: "therapist@demo.example", patients: 7 },
		],
	);
	t.same(
		await query(`select t.email from public.users u join public.patients p on p.user_id = u.id
			join public.users t on t.id = p.therapist_id where u.email = 'patient@demo.example'`),
		[{ email: "therapist@demo.example" }],
	);
	t.same(
		await query(`select u.id from public.users u left join public.calendars c on c.user_id = u.id and c.is_default
			where u.role = 'patient' group by u.id having count(c.id) <> 1`),
		[],
		"every patient has exactly one default calendar",
	);
	t.same(
		await query(`select m.id from public.meal_entries m join public.meal_item_entries i on i.meal_entry_id = m.id
			left join public.food_items f on f.id = i.food_item_id group by m.id
			having sum(coalesce(f.calories, i.custom_calories) * i.quantity) <> m.total_calories`),
		[],
		"totals add up with the stored foods",
	);
	t.same(await query("select distinct jsonb_typeof(settings) as type from public.device_connections"), [
		{ type: "object" },
	]);
	t.same(await query("select count(distinct version)::int as versions from public.vitals_samples"), [{ versions: 1 }]);

	const options = { patients: 3, days: 20, seed: "x1", vitalsPerDay: 8, now, passwordHash: null, progress: silent };
	t.equal(await seedSynthetic(database, options), true);
	t.equal(await seedSynthetic(database, options), false, "the same seed again does nothing");
	t.match(await query("select count(*)::int as rows from public.users where email like '%@seed.example'"), [
		{ rows: 4 },
	]);
	t.same(await query("select name from public.food_items group by name having count(*) > 1"), [], "foods are shared");
	t.equal(await seedDemo(database, demo), false, "never into a database with users");
});
