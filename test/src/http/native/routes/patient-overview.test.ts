import pg from "pg";
import t from "tap";
import { startTestServer } from "../../../../support/server.ts";

const server = await startTestServer(t);
const { people } = server;
const { profiles } = people;
const therapist = await server.as("therapist@test.example");
const patient = await server.as("patient@test.example");
const outsiders = [await server.as("therapist2@test.example"), await server.as("other@test.example")];
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());

const zone = "America/New_York";
const today = Temporal.Now.plainDateISO(zone);
const at = (days: number, hour: number) =>
	today.subtract({ days }).toZonedDateTime({ timeZone: zone, plainTime: { hour } }).toInstant().toString();
const id = people.patient;

await therapist.patch(`/api/patients/${profiles.patient}`, {
	dateOfBirth: today.subtract({ years: 60 }).toString(),
	surgeryDate: today.subtract({ days: 22 }).toString(),
});
await owner.query("update patients set age = 12, post_op_week = 99 where id = $1", [profiles.patient]);
const medication = await patient.post("/api/medications", {
	name: "Aspirin",
	frequency: "daily",
	startDate: today.subtract({ days: 3 }).toString(),
});
for (const days of [1, 2]) await patient.post(`/api/medications/${medication.body.id}/log`, { takenAt: at(days, 9) });
await patient.post("/api/vitals", { recordedAt: at(1, 8), heartRate: 64, systolicBP: 121, diastolicBP: 79 });
await patient.post("/api/vitals", { recordedAt: at(9, 8), heartRate: 70, weight: 181.5 });
await patient.post("/api/exercise-logs", { completedAt: at(1, 10), duration: 25 });
await patient.post("/api/meals", { mealTime: at(1, 12), mealType: "lunch" });
const soon = at(-2, 14);
for (const event of [
	{ title: "Check", category: "appointment", startTime: soon, recurrenceRule: "FREQ=WEEKLY;COUNT=3" },
	{ title: "Off", category: "appointment", startTime: soon, status: "cancelled" },
	{ title: "Walk", category: "exercise", startTime: soon },
	{ title: "Far", category: "appointment", startTime: at(-100, 14) },
]) {
	const made = await patient.post("/api/events", event);
	if (made.status !== 201) throw new Error(made.text);
}
await owner.query(
	`insert into alerts (user_id, type, severity, title, is_resolved) values ($1, 'vital', 'high', 'High', false), ($1, 'vital', null, 'Odd', null),
		($1, 'vital', 'critical', 'Over', true), ($1, 'vital', 'critical', 'Now', false)`,
	[id],
);
await owner.query(
	`insert into device_connections (user_id, device_type, device_name, is_active, last_sync_at, access_token) values
		($1, 'polar', 'Watch', true, now() - interval '1 hour', 'secret'), ($1, 'strava', null, true, now() - interval '3 days', 'secret'),
		($1, 'samsung', null, false, null, null)`,
	[id],
);
await owner.query(`insert into device_sync_logs (device_connection_id, sync_started_at, status, error_message)
	select d.id, now() - n * interval '1 hour', case when n = 4 then 'success' else 'failed' end, 'no answer'
	from device_connections d, generate_series(1, 4) n where d.device_type = 'polar'`);
await owner.query(
	`insert into physical_therapy_phases (name, week_start, week_end) values ('Early', 0, 2), ('Building', 3, 6)`,
);
await owner.query(
	"insert into therapy_goals (user_id, title, progress, target_date) values ($1, 'Walk', 40, '2027-01-01')",
	[id],
);
await owner.query("insert into daily_scores (user_id, date, overall_score) values ($1, $2, 80), ($1, $3, 90)", [
	id,
	today.toString(),
	today.subtract({ weeks: 1 }).toString(),
]);

t.test("a therapist's screen in one call", async (t) => {
	const { status, body, text } = await therapist.get(`/api/patients/${profiles.patient}/summary`);
	t.equal(status, 200, text);
	t.match(body.patient, { id: profiles.patient, userId: id, age: 60, postOpWeek: 3 });
	t.match(body, { timezone: zone, today: today.toString() });
	t.match(body.vitals.heartRate, { value: 64, previous: { value: 70, delta: -6 }, weekBefore: { value: 70 } });
	t.match(body.vitals.weight, { value: 181.5, previous: null });
	t.match(body.adherence, { expected: 3, taken: 2, missed: 1, pending: 1 });
	t.match(body.alerts, {
		critical: 1,
		high: 1,
		medium: 0,
		low: 1,
		latest: [{ title: "Now" }, { title: "High" }, { title: "Odd" }],
	});
	t.same(
		body.appointments.map(({ title, startTime }: Record<string, string>) => [title, startTime?.slice(0, 10)]),
		[2, 9, 16].map((days) => ["Check", at(-days, 14).slice(0, 10)]),
	);
	t.match(body.devices, [
		{ deviceType: "polar", health: "failing", failedInARow: 3, lastError: "no answer" },
		{ deviceType: "strava", health: "stale", failedInARow: 0 },
		{ deviceType: "samsung", health: "off" },
	]);
	t.notMatch(text, /secret/);
	t.same((await patient.get(`/api/patients/${profiles.patient}/summary`)).body, body);
});

t.test("progress by week", async (t) => {
	const { body } = await therapist.get(`/api/patients/${profiles.patient}/progress?weeks=4`);
	t.equal(body.weeks.length, 4);
	t.match(body, { phase: { name: "Building" }, goals: [{ title: "Walk", progress: 40 }] });
	const monday = today.subtract({ days: today.dayOfWeek - 1 });
	t.match(body.weeks.at(-1), { weekOf: monday.toString(), meanScore: 80 });
	t.match(body.weeks.at(-2), { weekOf: monday.subtract({ weeks: 1 }).toString(), meanScore: 90 });
	const sum = (name: string) =>
		body.weeks.reduce((total: number, week: Record<string, number>) => total + (week[name] ?? 0), 0);
	t.equal(sum("sessions"), 1);
	t.equal(sum("exerciseMinutes"), 25);
	t.equal((await therapist.get(`/api/patients/${profiles.patient}/progress?weeks=1`)).body.weeks.length, 1);
	t.equal((await therapist.get(`/api/patients/${profiles.patient}/progress?weeks=105`)).status, 400);
});

t.test("what was done last", async (t) => {
	const { body } = await therapist.get(`/api/patients/${profiles.patient}/recent-activity?limit=100`);
	const kinds = new Set(body.data.map(({ kind }: { kind: string }) => kind));
	t.same([...kinds].sort(), ["alerts", "exercise-logs", "meals", "medication-logs", "vitals"]);
	const times = body.data.map(({ at }: { at: string }) => at);
	t.same(times, [...times].sort().reverse());
	t.match(
		body.data.find(({ kind }: { kind: string }) => kind === "vitals"),
		{ what: "121/79 mmHg, 64 BPM" },
	);
	const few = await therapist.get(`/api/patients/${profiles.patient}/recent-activity?limit=2`);
	t.same(few.body.data, body.data.slice(0, 2));
});

t.test("a patient without an account, an empty one, and others'", async (t) => {
	const made = await therapist.post("/api/patients", { firstName: "No", lastName: "Account" });
	for (const path of ["summary", "progress", "recent-activity"]) {
		const answer = await therapist.get(`/api/patients/${made.body.id}/${path}`);
		t.equal(answer.status, 200, answer.text);
		t.equal((await therapist.get(`/api/patients/${profiles.patient2}/${path}`)).status, 200);
		for (const outsider of outsiders)
			t.equal((await outsider.get(`/api/patients/${profiles.patient}/${path}`)).status, 404);
		t.equal((await therapist.get(`/api/patients/999999/${path}`)).status, 404);
	}
});

t.test("age and week are those of today where the person lives", async (t) => {
	const url = `/api/patients/${profiles.patient}`;
	const turns = { "Pacific/Kiritimati": 14, "Pacific/Pago_Pago": -11 };
	for (const timezone of Object.keys(turns)) {
		await patient.patch(`/api/users/${id}`, { timezone });
		const there = Temporal.Now.plainDateISO(timezone);
		const birthday = {
			dateOfBirth: there.subtract({ years: 50 }).toString(),
			surgeryDate: there.subtract({ weeks: 7 }).toString(),
		};
		t.match((await therapist.patch(url, birthday)).body, { age: 50, postOpWeek: 7 }, timezone);
		t.match((await therapist.get(url)).body, { age: 50, postOpWeek: 7 });
		t.match((await therapist.get(`/api/patients?userId=${id}`)).body.data[0], { age: 50, postOpWeek: 7 });
		const tomorrow = { dateOfBirth: there.subtract({ years: 50 }).add({ days: 1 }).toString() };
		const changed = await therapist.patch(url, tomorrow);
		t.match(changed.body, { age: 49 });
		t.notOk("$zone" in changed.body);
		t.equal((await therapist.put(url, changed.body)).status, 200, "what was read can be sent back");
	}
	await patient.patch(`/api/users/${id}`, { timezone: zone });
});
