import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import t from "tap";
import { type Session, startTestServer } from "../../support/server.ts";

const server = await startTestServer(t);
const owner = new pg.Client({ connectionString: server.ownerUrl });
await owner.connect();
t.teardown(() => owner.end());
const therapist = await server.as("therapist@test.example");
const people = server.people;

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

interface Alert {
	readonly id: number;
	readonly title: string;
	readonly severity: string;
	readonly message: string;
	readonly isResolved: boolean;
	readonly resolvedAt: string | null;
	readonly version: number;
}

const alertsOf = async (userId: number): Promise<Alert[]> =>
	(
		await owner.query(
			`select id, title, severity, message, is_resolved as "isResolved", resolved_at as "resolvedAt", version
			from alerts where user_id = $1 order by id`,
			[userId],
		)
	).rows;
const titles = async (userId: number) =>
	(await alertsOf(userId)).map(({ title, severity, isResolved }) => `${title} ${severity}${isResolved ? " over" : ""}`);

async function measure(values: object, minutes = 0, session: Session = therapist, userId = people.patient) {
	const answer = await session.post("/api/vitals", { userId, recordedAt: ago(minutes), ...values });
	if (answer.status !== 201) throw new Error(answer.text);
	return answer.body as { id: number };
}

t.beforeEach(async () => {
	await owner.query("delete from alerts");
	await owner.query("delete from vitals_samples");
	await owner.query("delete from exercise_logs");
	await owner.query("delete from alerting.cause");
	// Until every server has heard that nothing stands any more.
	await sleep(50);
});

t.test(
	"values within the limits raise nothing; those beyond raise one alert, graver ones make it graver",
	async (t) => {
		await measure({ heartRate: 110, systolicBP: 159, diastolicBP: 99, oxygenSaturation: 94, temperature: 100.3 }, 30);
		t.same(await titles(people.patient), []);
		await measure({ heartRate: 111 }, 20);
		t.same(await titles(people.patient), ["High heart rate medium"]);
		await measure({ heartRate: 120 }, 19);
		const [first] = await alertsOf(people.patient);
		t.match(
			first?.message,
			/^Heart rate 111 beats\/minute \(limit 111 beats\/minute\), \d{4}-\d\d-\d\d \d\d:\d\d\. Rest/,
		);
		await measure({ heartRate: 140 }, 18);
		const [graver, ...others] = await alertsOf(people.patient);
		t.same(others, []);
		t.match(graver, { id: first?.id, severity: "critical", message: /140/ });
	},
);

t.test("it ends by recovery with some room, and a later excess is a new alert", async (t) => {
	await measure({ heartRate: 125 }, 60);
	await measure({ heartRate: 109 }, 50);
	t.same(await titles(people.patient), ["High heart rate medium"], "not yet: within the limit, but near it");
	await measure({ heartRate: 90 }, 70);
	t.same(await titles(people.patient), ["High heart rate medium"], "measured before");
	await measure({ heartRate: 95 }, 40);
	t.same(await titles(people.patient), ["High heart rate medium over"]);
	t.ok((await alertsOf(people.patient))[0]?.resolvedAt);
	await measure({ heartRate: 126 }, 30);
	t.same(await titles(people.patient), ["High heart rate medium over", "High heart rate medium"]);
});

t.test("what arrives late and is over already is kept as such; last year's record raises nothing", async (t) => {
	await measure({ oxygenSaturation: 97 }, 5);
	await measure({ oxygenSaturation: 85 }, 30);
	t.same(await titles(people.patient), ["Low oxygen saturation critical over"]);
	t.match((await alertsOf(people.patient))[0]?.message, /Back within the limits/);
	await measure({ heartRate: 170 }, 60 * 25);
	await measure({ heartRate: 30 }, 60 * 24 * 365);
	t.equal((await alertsOf(people.patient)).length, 1);
});

t.test("twenty at once raise one; the same by FHIR and natively, on two servers", async (t) => {
	const beside = await server.beside();
	const fhir = (value: number) => ({
		resourceType: "Observation",
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject: { reference: `Patient/${people.profiles.patient}` },
		effectiveDateTime: ago(1),
		valueQuantity: { value, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
	});
	const answers = await Promise.all(
		Array.from({ length: 20 }, (_, n) =>
			n % 2
				? therapist.post("/api/vitals", { userId: people.patient, recordedAt: ago(1), heartRate: 150 + n })
				: fetch(`${n % 4 ? beside : server.base}/fhir/Observation`, {
						method: "POST",
						headers: { authorization: `Bearer ${therapist.token}`, "content-type": "application/fhir+json" },
						body: JSON.stringify(fhir(150 + n)),
					}),
		),
	);
	t.same(new Set(answers.map(({ status }) => status)), new Set([201]));
	t.same(await titles(people.patient), ["High heart rate critical"]);
	const { rows } = await owner.query("select count(*)::int n from alerting.cause");
	t.equal(rows[0].n, 20);
});

t.test("a bundle raises for each patient what is theirs, in its own transaction", async (t) => {
	const entry = (patient: number, code: string, unit: string, value: number) => ({
		request: { method: "POST", url: "Observation" },
		resource: {
			resourceType: "Observation",
			status: "final",
			code: { coding: [{ system: "http://loinc.org", code }] },
			subject: { reference: `Patient/${patient}` },
			effectiveDateTime: ago(2),
			valueQuantity: { value, system: "http://unitsofmeasure.org", code: unit },
		},
	});
	const bundle = (entries: object[]) => ({ resourceType: "Bundle", type: "transaction", entry: entries });
	const entries = [
		entry(people.profiles.patient, "8867-4", "/min", 135),
		entry(people.profiles.patient2, "2708-6", "%", 90),
		entry(people.profiles.patient2, "8310-5", "Cel", 39.5),
	];
	const dry = await therapist.post("/fhir", bundle(entries), { "x-dry-run": "true" });
	t.equal(dry.status, 200, dry.text);
	const bad = await therapist.post(
		"/fhir",
		bundle([...entries, { ...entries[0], resource: { resourceType: "Observation" } }]),
	);
	t.not(bad.status, 200);
	t.same([...(await titles(people.patient)), ...(await titles(people.patient2))], []);
	t.equal((await therapist.post("/fhir", bundle(entries))).status, 200);
	t.same(await titles(people.patient), ["High heart rate critical"]);
	t.same((await titles(people.patient2)).toSorted(), ["Fever high", "Low oxygen saturation high"]);
});

t.test(
	"a reading that is corrected or deleted takes its alert back; one that is corrected upwards raises",
	async (t) => {
		const typo = await measure({ heartRate: 172 }, 10);
		const second = await measure({ heartRate: 115 }, 9);
		t.same(await titles(people.patient), ["High heart rate critical"]);
		await therapist.patch(`/api/vitals/${typo.id}`, { heartRate: 72 });
		t.same(await titles(people.patient), ["High heart rate medium"], "what remains decides");
		await therapist.delete(`/api/vitals/${second.id}`);
		t.same(await titles(people.patient), ["High heart rate medium over"]);
		await therapist.patch(`/api/vitals/${typo.id}`, { heartRate: 133 });
		t.same(await titles(people.patient), ["High heart rate medium over", "High heart rate critical"]);
		await therapist.patch(`/api/vitals/${typo.id}`, { heartRate: null, weight: 180 });
		t.same(await titles(people.patient), ["High heart rate medium over", "High heart rate critical over"]);
	},
);

t.test("what people ended keeps quiet for an hour, unless it becomes graver; never twice for one cause", async (t) => {
	const first = await measure({ heartRate: 115 }, 10);
	const [alert] = await alertsOf(people.patient);
	t.equal((await therapist.patch(`/api/alerts/${alert?.id}`, { isResolved: true })).status, 200);
	await sleep(50);
	await measure({ heartRate: 116 }, 9);
	await therapist.patch(`/api/vitals/${first.id}`, { heartRate: 117 });
	t.same(await titles(people.patient), ["High heart rate medium over"]);
	await measure({ heartRate: 150 }, 8);
	t.same(await titles(people.patient), ["High heart rate medium over", "High heart rate critical"]);
	await owner.query("update alerting.raised set closed_at = closed_at - interval '2 hours'");
	const [, graver] = await alertsOf(people.patient);
	await therapist.patch(`/api/alerts/${graver?.id}`, { isResolved: true });
	await owner.query("update alerting.raised set closed_at = closed_at - interval '2 hours'");
	await therapist.patch(`/api/vitals/${first.id}`, { heartRate: 118 });
	t.equal((await alertsOf(people.patient)).length, 2, "its cause has had its alert");
	await measure({ heartRate: 119 }, 7);
	t.equal((await alertsOf(people.patient)).length, 3);
});

t.test("weight: more than 3 lb in a day, 5 lb in a week; back near where it began it is over", async (t) => {
	const day = 24 * 60;
	await measure({ weight: 180 }, 6 * day);
	await measure({ weight: 181 }, 3 * day);
	await measure({ weight: 181.5 }, 1 * day + 30);
	await measure({ weight: 184.5 }, 60);
	t.same(await titles(people.patient), [], "3 lb in a day and 4.5 in a week are still fine");
	await measure({ weight: 184.6 }, 50);
	t.same(await titles(people.patient), ["Rapid weight gain medium"]);
	t.match((await alertsOf(people.patient))[0]?.message, /Weight 184\.6 lb, 3\.1 lb more than 181\.5 lb before/);
	await measure({ weight: 185 }, 40);
	t.same((await titles(people.patient)).toSorted(), ["Rapid weight gain medium", "Weight gain over a week high"]);
	await measure({ weight: 182.4 }, 10);
	t.same((await titles(people.patient)).toSorted(), [
		"Rapid weight gain medium over",
		"Weight gain over a week high over",
	]);
});

t.test("limits of the profile count for this patient, also in exercise", async (t) => {
	const profile = `/api/patients/${people.profiles.patient2}`;
	const limits = { maxHeartRate: 100, bloodPressureGoal: "120/80 mmHg", targetHeartRate: 90 };
	t.equal((await therapist.patch(profile, limits)).status, 200);
	await sleep(50);
	await measure({ heartRate: 101, systolicBP: 141, diastolicBP: 70 }, 5, therapist, people.patient2);
	await measure({ heartRate: 101, systolicBP: 141, diastolicBP: 70 }, 5);
	t.same(await titles(people.patient), []);
	t.same((await titles(people.patient2)).toSorted(), [
		"Blood pressure over your goal low",
		"Heart rate over your maximum high",
	]);
	const log = (maxHeartRate: number) =>
		therapist.post("/api/exercise-logs", {
			userId: people.patient2,
			completedAt: ago(3),
			maxHeartRate,
			avgHeartRate: 95,
		});
	t.equal((await log(99)).status, 201);
	t.equal((await alertsOf(people.patient2)).length, 2);
	t.equal((await log(104)).status, 201);
	t.equal((await log(125)).status, 201);
	t.same((await titles(people.patient2)).at(-1), "Exercise over your maximum heart rate critical");
	t.equal((await alertsOf(people.patient2)).length, 3);
	await therapist.patch(profile, { maxHeartRate: null, bloodPressureGoal: null, targetHeartRate: null });
});

t.test("a patient's own measurement raises what a patient cannot write, and sees it; others do not", async (t) => {
	const patient = await server.as("patient@test.example");
	const measured = await patient.post("/api/vitals", { recordedAt: ago(1), systolicBP: 190, diastolicBP: 125 });
	t.equal(measured.status, 201);
	const seen = await patient.get("/api/alerts");
	t.match(seen.body.data, [{ title: "High blood pressure", severity: "critical", isResolved: false }]);
	t.same((await (await server.as("other@test.example")).get("/api/alerts")).body.data, []);
	t.same((await (await server.as("therapist2@test.example")).get("/api/alerts")).body.data, []);
	t.equal((await therapist.get(`/api/alerts?userId=${people.patient}`)).body.data.length, 1);
});
