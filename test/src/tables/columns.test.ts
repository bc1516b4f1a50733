import { readFileSync } from "node:fs";
import t from "tap";
import { entities } from "../../../src/tables/all.ts";
import { columnName, columnsOf, entityOf, tableName } from "../../../src/tables/columns.ts";
import { Users } from "../../../src/tables/users.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";

t.test("one rule names columns", async (t) => {
	t.equal(columnName("systolicBP"), "systolic_bp");
	t.equal(columnName("amountOz"), "amount_oz");
	t.equal(columnName("emergencyContact1Name"), "emergency_contact1_name");
});

t.test("every column is described, and is in the migrated schema", async (t) => {
	const schema = readFileSync(new URL("../../../migrations/schema.sql", import.meta.url), "utf8");
	t.equal(entities.length, 26);
	for (const entity of entities) {
		const columns = columnsOf(entity);
		t.equal(entityOf(tableName(entity)), entity);
		t.equal(columns.at(-1)?.property, "version");
		for (const { column, nullable } of columns) {
			const line = schema.split("\n").find((text) => text.startsWith(`public.${tableName(entity)} ${column} `));
			t.equal(line?.includes(" not null"), !nullable, `${tableName(entity)}.${column}`);
		}
	}
});

t.test("kinds, enums, references and defaults", async (t) => {
	const role = columnsOf(Users).find((column) => column.property === "role");
	t.strictSame(role, {
		property: "role",
		column: "role",
		type: "enum",
		nullable: true,
		values: ["patient", "therapist", "admin"],
		hasDefault: true,
	});
	const [id, user] = columnsOf(VitalsSamples);
	t.match(id, { type: "integer", hasDefault: true, nullable: false });
	t.match(user, { property: "userId", column: "user_id", references: "users", hasDefault: false });
});
