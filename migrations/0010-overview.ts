import { Migration } from "@mikro-orm/migrations";

/** What the app does with the rows: indexes for the newest vitals. */
export class Overview extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- The newest value of a measure that is taken now and then, among the heart rates of every few minutes: without these, finding that a
-- person has no temperature reads all their samples (a year of 5-minute values: 110 ms for the six measures, 2 ms with them).
create index idx_vitals_systolic on vitals_samples (user_id, recorded_at desc) where systolic_bp is not null;
create index idx_vitals_diastolic on vitals_samples (user_id, recorded_at desc) where diastolic_bp is not null;
create index idx_vitals_weight on vitals_samples (user_id, recorded_at desc) where weight is not null;
create index idx_vitals_oxygen on vitals_samples (user_id, recorded_at desc) where oxygen_saturation is not null;
create index idx_vitals_temperature on vitals_samples (user_id, recorded_at desc) where temperature is not null;
`;
