import { sql } from "kysely";
import t from "tap";
import { latestVitals, vitalsFigures, vitalsFiguresQuery } from "../../../src/store/vitals-figures.ts";
import { openClinic } from "../../support/clinic.ts";

// A year of heart rates every 5 minutes for each of three people, and a weight a day for one of them.
const clinic = await openClinic(t);
await clinic.owner(`insert into vitals_samples (user_id, recorded_at, heart_rate)
	select 3 + n % 3, timestamptz '2025-01-01' + (n / 3) * interval '5 minutes', 60 + n % 37 from generate_series(1, 315360) n`);
await clinic.owner(`insert into vitals_samples (user_id, recorded_at, weight)
	select 3, timestamptz '2025-01-01 12:00Z' + n * interval '1 day', 180 + n % 5 from generate_series(0, 364) n`);
await clinic.owner("vacuum analyze vitals_samples");

const days = Array.from({ length: 365 }, (_, index) => {
	const date = Temporal.PlainDate.from("2025-01-01").add({ days: index });
	const edge = (day: Temporal.PlainDate) => day.toZonedDateTime("America/New_York").toInstant().toString();
	return { from: edge(date), before: edge(date.add({ days: 1 })) };
});

t.test("a year by day: only the person's index range is read, and nothing is sorted on disk", async (t) => {
	for (const caller of [clinic.therapist, clinic.patient, clinic.system]) {
		const plan = await clinic.db.read(caller, (tx) =>
			tx.query(
				sql<{ "QUERY PLAN": string }>`explain (analyze, timing off) ${vitalsFiguresQuery(3, "heartRate", days)}`,
			),
		);
		const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
		t.match(text, /Index Scan using idx_vitals_user_date/);
		t.notMatch(text, /Seq Scan on vitals_samples|Disk/);
		t.comment(`${caller.role}: ${/Execution Time.*/.exec(text)?.[0]}`);
	}
});

t.test("figures are those of a plain calculation", async (t) => {
	const figures = await clinic.db.read(clinic.therapist, (tx) => vitalsFigures(tx, 3, "heartRate", days));
	t.equal(figures.length, 365);
	const [day] = await clinic.owner<{ values: number[] }>(
		"select array_agg(heart_rate order by heart_rate) as values from vitals_samples where user_id = 3 and heart_rate is not null and recorded_at >= $1 and recorded_at < $2",
		[days[66]?.from, days[66]?.before],
	);
	const values = day?.values ?? [];
	const at = (part: number) => {
		const [place, rest] = [Math.floor((values.length - 1) * part), ((values.length - 1) * part) % 1];
		return (values[place] as number) + ((values[place + 1] ?? 0) - (values[place] as number)) * rest;
	};
	t.equal(figures[66]?.count, values.length);
	t.equal(figures[66]?.min, values[0]);
	t.equal(figures[66]?.max, values.at(-1));
	t.ok(Math.abs((figures[66]?.mean ?? 0) - values.reduce((sum, value) => sum + value, 0) / values.length) < 1e-9);
	for (const [index, part] of [0.05, 0.25, 0.5, 0.75, 0.95].entries())
		t.ok(Math.abs((figures[66]?.percentiles?.[index] ?? 0) - at(part)) < 1e-9);
	const none = await clinic.db.read(clinic.therapist, (tx) => vitalsFigures(tx, 3, "temperature", days.slice(0, 1)));
	t.same(none, [{ count: 0, min: null, max: null, mean: null, percentiles: null }]);
	const hidden = await clinic.db.read(clinic.therapist2, (tx) => vitalsFigures(tx, 3, "heartRate", days.slice(0, 1)));
	t.equal(hidden[0]?.count, 0, "not of another therapist's patient");
});

t.test("the newest of each measure, though most samples have only one", async (t) => {
	const started = performance.now();
	const found = await clinic.db.read(clinic.therapist, (tx) => latestVitals(tx, 3));
	t.comment(`latest: ${Math.round(performance.now() - started)} ms`);
	t.same([...found.keys()].sort(), ["heartRate", "weight"]);
	t.match(found.get("weight"), {
		latest: { value: 184, recordedAt: "2025-12-31T12:00:00.000Z" },
		previous: { value: 183, recordedAt: "2025-12-30T12:00:00.000Z" },
		weekBefore: { value: 182, recordedAt: "2025-12-24T12:00:00.000Z" },
	});
});
