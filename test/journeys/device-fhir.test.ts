import t from "tap";
import { recordSystems } from "../../mappings/observation/device-record.ts";
import { serveStandIn } from "../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../src/devices/sandbox/strava.ts";
import { consented, deviceParts } from "../support/devices.ts";
import { type Answer, startTestServer } from "../support/server.ts";

// What devices sent, as an EHR meets it: which Device it is from, and what the vendor calls it.

const clock = sandboxClock();
const strava = stravaSandbox({ clientId: "app", clientSecret: "app-secret", clock });
const vendor = await serveStandIn(strava.standIn);
t.teardown(vendor.close);
const { vendors, ask, sleep } = deviceParts(undefined as never, clock, { strava: vendor.base });
const server = await startTestServer(t, { devices: { vendors, ask, sleep, now: clock.now } });
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
const subject = { reference: `Patient/${server.people.profiles.patient}` };

const idsOf = ({ body }: Answer): string[] =>
	(body.entry ?? []).map((one: { resource: { resourceType: string; id: string } }) =>
		[one.resource.resourceType, one.resource.id].join("/"),
	);

const back = await consented((await patient.get("/api/strava/connect")).body.url);
await server.stranger.get(`${back.pathname}${back.search}`);
const stravaId: number = (await patient.get("/api/devices?deviceType=strava")).body.data[0].id;
const synced = await patient.post(`/api/devices/${stravaId}/sync?wait=true`);

t.test("a workout says which connection it is from and what the vendor calls it", async (t) => {
	t.match(synced.body, { status: "success" });
	const all = await therapist.get("/fhir/Observation?code=73985-4&_count=500");
	t.ok(all.body.entry.length > 5);
	for (const { resource } of all.body.entry) {
		t.same(resource.device, { reference: `Device/dev-${stravaId}` });
		t.equal(resource.identifier.length, 1);
		t.match(resource.identifier[0], { system: recordSystems.strava });
		t.match(resource.identifier[0].value, /^\d+$/);
	}
	const [{ resource: one }] = all.body.entry;
	const { system, value } = one.identifier[0];
	for (const asked of [`${system}|${value}`, value, `${value},unknown`]) {
		const found = await therapist.get(`/fhir/Observation?identifier=${encodeURIComponent(asked)}`);
		t.same(idsOf(found), [`Observation/${one.id}`], asked);
	}
	t.same(idsOf(await therapist.get(`/fhir/Observation?identifier=${recordSystems.polar}|${value}`)), []);
	t.same(idsOf(await therapist2.get(`/fhir/Observation?identifier=${value}`)), [], "nobody else's therapist");
	const ofDevice = await therapist.get(
		`/fhir/Observation?device=Device/dev-${stravaId}&_count=500&_include=Observation:device`,
	);
	t.same(idsOf(ofDevice).sort(), [...idsOf(all), `Device/dev-${stravaId}`].sort(), "all of them, and their Device");
	t.same(idsOf(await therapist.get("/fhir/Observation?device=dev-2147483647,dev-99999999999,other")), []);
	const manual = await patient.post("/api/exercise-logs", { completedAt: "2026-01-05T10:00:00Z", duration: 30 });
	const byHand = (await therapist.get(`/fhir/Observation/ex-${manual.body.id}`)).body;
	t.notOk("device" in byHand || "identifier" in byHand, "what was logged by hand came from nowhere else");
	t.match(idsOf(await therapist.get("/fhir/Observation?code=73985-4&identifier:missing=true")), [
		`Observation/${byHand.id}`,
	]);
});

t.test(
	"its history knows, a native edit leaves it, and what is written back as it was read changes nothing",
	async (t) => {
		const { resource: one } = (await therapist.get("/fhir/Observation?code=73985-4&_sort=-date&_count=1")).body
			.entry[0];
		const rowId = one.id.replace("ex-", "");
		t.equal((await patient.patch(`/api/exercise-logs/${rowId}`, { notes: "felt good" })).status, 200);
		const history = await therapist.get(`/fhir/Observation/${one.id}/_history`);
		t.equal(history.body.entry.length, 2);
		for (const { resource } of history.body.entry) {
			t.same([resource.device, resource.identifier], [one.device, one.identifier], resource.meta.versionId);
		}
		const now = (await therapist.get(`/fhir/Observation/${one.id}`)).body;
		t.same(now.note, [{ text: "felt good" }]);
		const put = await therapist.put(`/fhir/Observation/${one.id}`, now);
		t.equal(put.status, 200, put.text);
		const { meta: _, ...content } = now;
		t.match((await therapist.get(`/fhir/Observation/${one.id}`)).body, content);
		const row = await patient.get(`/api/exercise-logs/${rowId}`);
		t.notMatch(row.text, /device/i, "the native face shows the documented columns");
		t.equal(
			(await patient.post("/api/exercise-logs", { completedAt: "2026-01-05T10:00:00Z", deviceRecord: "x" })).status,
			400,
		);

		const own = { system: "urn:clinic", value: "A-1.00" };
		const more = await therapist.put(`/fhir/Observation/${one.id}`, { ...now, identifier: [...now.identifier, own] });
		t.equal(more.status, 200, more.text);
		t.same((await therapist.get(`/fhir/Observation/${one.id}`)).body.identifier, [...now.identifier, own]);
		for (const asked of [own.value, one.identifier[0].value])
			t.same(idsOf(await therapist.get(`/fhir/Observation?identifier=${asked}`)), [`Observation/${one.id}`], asked);
	},
);

t.test(
	"what is known by its time alone is told apart by connection and kind; what a person adds came from nowhere",
	async (t) => {
		const created = await patient.post("/api/devices", { deviceType: "samsung", settings: { mode: "push" } });
		t.equal(created.status, 201, created.text);
		const device = `dev-${created.body.id}`;
		const time = new Date(clock.now() - 3_600_000).toISOString();
		const pushed = await server.stranger.post(
			`/api/devices/${created.body.id}/push`,
			{
				blood_pressure: [{ systolic: 121, diastolic: 79, time }],
				heart_rate: [{ bpm: 66, time }],
			},
			{ "x-device-secret": created.body.pushSecret },
		);
		t.ok(pushed.status < 300, pushed.text);
		const found = await therapist.get(`/fhir/Observation?device=${device}`);
		const told: string[] = found.body.entry.map(
			(one: { resource: { identifier: { value: string }[] } }) => one.resource.identifier[0]?.value,
		);
		t.same(told.sort(), [`${device}/blood-pressure/${time}`, `${device}/heart-rate/${time}`]);
		for (const value of told) {
			const asked = `/fhir/Observation?identifier=${encodeURIComponent(`${recordSystems.samsung}|${value}`)}`;
			t.equal(idsOf(await therapist.get(asked)).length, 1, value);
		}
		const [row] = (await patient.get("/api/vitals?sort=-id&limit=1")).body.data;
		await patient.patch(`/api/vitals/${row.id}`, { weight: 170 });
		const weight = (await therapist.get(`/fhir/Observation/vs-${row.id}-wt`)).body;
		t.equal(weight.valueQuantity.value, 170);
		t.notOk("device" in weight || "identifier" in weight);
	},
);

t.test("what a hospital sends with a device and identifiers of its own comes back equal, and is found", async (t) => {
	const sent = {
		resourceType: "Observation",
		status: "final",
		category: [
			{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
		],
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject,
		effectiveDateTime: "2026-02-03T04:05:06Z",
		valueQuantity: { value: 71, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
		identifier: [{ use: "official", system: "urn:ward", value: "OBS-9" }, { value: "second" }],
		device: { reference: `Device/dev-${stravaId}`, display: "the watch" },
	};
	const created = await therapist.post("/fhir/Observation", sent);
	t.equal(created.status, 201, created.text);
	const { id, meta: _, ...content } = (await therapist.get(`/fhir/Observation/${created.body.id}`)).body;
	const { issued: __, ...rest } = content;
	t.same(rest, sent);
	t.match(id, /^vs-\d+-hr$/, "it is a row");
	for (const asked of ["urn:ward|OBS-9", "second"])
		t.same(idsOf(await therapist.get(`/fhir/Observation?identifier=${encodeURIComponent(asked)}`)), [
			`Observation/${id}`,
		]);
	const again = await therapist.post("/fhir/Observation", sent, { "if-none-exist": "identifier=urn:ward|OBS-9" });
	t.equal(again.status, 200, "a conditional create by identifier finds it");
	t.ok(
		idsOf(await therapist.get(`/fhir/Observation?device=dev-${stravaId}&code=8867-4`)).includes(`Observation/${id}`),
	);
});
