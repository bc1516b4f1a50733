import { sql } from "kysely";
import t from "tap";
import { foodSearchQuery } from "../../../src/store/food-search.ts";
import { openClinic } from "../../support/clinic.ts";

const clinic = await openClinic(t);
await clinic.owner("insert into food_items (name) select 'Food ' || md5(n::text) from generate_series(1, 20000) n");
await clinic.owner("vacuum analyze food_items");

t.test("a search of foods is one of the index, for everybody", async (t) => {
	for (const caller of [clinic.patient, clinic.therapist, clinic.system]) {
		const query = foodSearchQuery("a1b", 20, sql`t.id`);
		const rows = await clinic.db.read(caller, (tx) =>
			tx.query(sql<{ "QUERY PLAN": string }>`explain analyze ${query}`),
		);
		const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
		t.match(plan, /Bitmap Index Scan on idx_food_items_words/, caller.role);
		t.notMatch(plan, /Seq Scan/);
		t.comment(`${caller.role}: ${/Execution Time.*/.exec(plan)?.[0]}`);
	}
});
