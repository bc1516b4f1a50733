import t from "tap";
import { serveStandIn } from "../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../src/devices/sandbox/strava.ts";
import { consented, deviceParts } from "../support/devices.ts";
import { type Answer, startTestServer } from "../support/server.ts";
import { stravaActivity } from "../support/strava-activity.ts";

// Where data of devices came from, as Provenance: of every commit of a sync what it made, changed and took away.

const clock = sandboxClock();
const strava = stravaSandbox({ clientId: "app", clientSecret: "app-secret", clock });
const vendor = await serveStandIn(strava.standIn);
t.teardown(vendor.close);
const { vendors, ask, sleep } = deviceParts(undefined as never, clock, { strava: vendor.base });
const server = await startTestServer(t, { devices: { vendors, ask, sleep, now: clock.now } });
const patient = await server.as("patient@test.example");
const therapist = await server.as("therapist@test.example");
const therapist2 = await server.as("therapist2@test.example");
const admin = await server.as("admin@test.example");
const { profiles } = server.people;

type Found = {
	resource: { resourceType: string; id: string; target: { reference: string }[]; [name: string]: unknown };
};
const found = ({ body }: Answer): Found["resource"][] => (body.entry ?? []).map(({ resource }: Found) => resource);
const keys = (answer: Answer) => found(answer).map(({ resourceType, id }) => `${resourceType}/${id}`);
const targets = (answer: Answer) =>
	found(answer)
		.flatMap(({ target }) => target.map(({ reference }) => reference))
		.sort();

const back = await consented((await patient.get("/api/strava/connect")).body.url);
await server.stranger.get(`${back.pathname}${back.search}`);
const deviceId: number = (await patient.get("/api/devices?deviceType=strava")).body.data[0].id;
const sync = () => patient.post(`/api/devices/${deviceId}/sync?wait=true`);
const synced = await sync();
const workouts = keys(await therapist.get("/fhir/Observation?code=73985-4&_count=500")).sort();

t.test("a sync says what it made, from where and for whom", async (t) => {
	t.match(synced.body, { status: "success" });
	t.ok(workouts.length > 5);
	const all = await therapist.get("/fhir/Provenance");
	t.equal(all.status, 200, all.text);
	t.same(targets(all), workouts, "every workout in exactly one");
	const [one] = found(all);
	t.match(one, {
		id: /^sync-\d+$/,
		meta: { versionId: "1" },
		recorded: /Z$/,
		activity: { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v3-DataOperation", code: "CREATE" }] },
		agent: [
			{
				type: { coding: [{ code: "author" }] },
				who: { reference: `Device/dev-${deviceId}` },
				onBehalfOf: { reference: `Patient/${profiles.patient}` },
			},
			{ type: { coding: [{ code: "assembler" }] }, who: { display: /server/ } },
		],
		entity: [{ role: "source", what: { display: /^Strava: activities, sync log \d+$/ } }],
	});
	t.same((await therapist.get(`/fhir/Provenance/${one?.id}`)).body, one);
	t.same(keys(await therapist.get(`/fhir/Provenance/${one?.id}/_history`)), [`Provenance/${one?.id}`]);
	t.same((await therapist.get(`/fhir/Provenance/${one?.id}/_history/1`)).body, one);
	t.equal(keys(await therapist.get("/fhir/Provenance/_history")).length, keys(all).length);
});

t.test("it is found by what it names, whom it is about, who told and when; and comes with what it names", async (t) => {
	const [workout = ""] = workouts;
	const by = async (query: string) => keys(await therapist.get(`/fhir/Provenance?${query}`));
	const [all, one] = [await by(""), await by(`target=${workout}`)];
	t.equal(one.length, 1);
	t.same(await by(`target=${workout},Observation/ex-999999`), one);
	t.same(await by("target=Observation/ex-999999"), []);
	t.same((await by(`patient=${profiles.patient}`)).sort(), all.sort());
	t.same((await by(`patient=Patient/${profiles.patient}&target=${workout}`)).sort(), one);
	t.same(await by(`patient=${profiles.patient2}`), []);
	t.same((await by(`agent=Device/dev-${deviceId}`)).sort(), all);
	t.same((await by("agent-type=author")).sort(), all);
	const now = new Date();
	t.same((await by(`recorded=ge${new Date(now.getTime() - 600_000).toISOString()}&_sort=-recorded`)).sort(), all);
	t.same(await by(`recorded=gt${new Date(now.getTime() + 86_400_000).toISOString()}`), []);
	const [type, id] = workout.split("/");
	const revincluded = await therapist.get(`/fhir/${type}?_id=${id}&_revinclude=Provenance:target`);
	t.same(keys(revincluded).sort(), [workout, ...one].sort());
	const page = await therapist.get("/fhir/Observation?code=73985-4&_count=500&_revinclude=Provenance:target");
	t.same(keys(page).sort(), [...workouts, ...all].sort());
	const included = await therapist.get("/fhir/Provenance?_include=Provenance:target&_include=Provenance:agent");
	t.same(keys(included).sort(), [...workouts, ...all, `Device/dev-${deviceId}`].sort());
	t.same(
		keys(await therapist.get(`/fhir/Observation?_has:Provenance:target:agent=dev-${deviceId}&_count=500`)).sort(),
		workouts,
	);
	t.same(
		keys(await therapist.get("/fhir/Provenance?target:Observation.code=73985-4")).sort(),
		all,
		"chained to what it names",
	);
	t.same((await therapist.get("/fhir/Provenance?_summary=count")).body.total, all.length);
});

t.test("only who sees what it names sees it", async (t) => {
	const [one] = keys(await patient.get("/fhir/Provenance"));
	t.ok(one);
	t.same(keys(await therapist2.get("/fhir/Provenance")), []);
	t.equal((await therapist2.get(`/fhir/${one}`)).status, 404);
	t.equal((await therapist2.get(`/fhir/${one}/_history`)).status, 404);
	t.same(keys(await therapist2.get(`/fhir/Provenance?target=${workouts[0]}`)), []);
	t.ok(keys(await admin.get(`/fhir/Provenance?target=${workouts[0]}`)).length === 1);
	const log = await admin.get("/fhir/AuditEvent?_count=5");
	t.ok([200, 404].includes(log.status));
});

t.test("what changes and goes at the vendor is said, too; a sync with nothing new says nothing", async (t) => {
	const before = keys(await patient.get("/fhir/Provenance")).length;
	t.match((await sync()).body, { status: "success", recordsSynced: 0 });
	t.equal(keys(await patient.get("/fhir/Provenance")).length, before);
	const activities = strava.activitiesOf(1_000_001);
	const activity = (id: number, hoursAgo: number) => stravaActivity(id, clock.now() - hoursAgo * 3_600_000);
	activities.set(701, activity(701, 3)).set(702, activity(702, 5));
	const made = await sync();
	t.match(made.body, { status: "success", recordsSynced: 2 }, made.text);
	t.match(found(await patient.get("/fhir/Provenance?_sort=-_lastUpdated&_count=1"))[0], {
		target: [{ reference: /^Observation\/ex-/ }, { reference: /^Observation\/ex-/ }],
		entity: [{ what: { display: `Strava: activities, sync log ${made.body.id}` } }],
	});
	activities.set(701, { ...activity(701, 3), distance: 2000 });
	activities.delete(702);
	const changing = await sync();
	t.match(changing.body, { status: "success", recordsSynced: 2 }, changing.text);
	const news = found(await patient.get("/fhir/Provenance?_sort=-_lastUpdated&_count=2"));
	t.same(news.map((one) => (one.activity as { coding: { code: string }[] }).coding[0]?.code).sort(), [
		"DELETE",
		"UPDATE",
	]);
	const gone = news.find((one) => JSON.stringify(one.activity).includes("DELETE"));
	t.equal((await patient.get(`/fhir/${gone?.target[0]?.reference}`)).status, 410);
	const history = await patient.get(`/fhir/Provenance?target=${gone?.target[0]?.reference}`);
	t.equal(keys(history).length, 2, "made by one, taken away by the other");
});

t.test("nobody makes, changes or deletes one of them; what an EHR sends of its own is stored", async (t) => {
	const [one] = found(await patient.get("/fhir/Provenance?_count=1"));
	for (const who of [patient, therapist, admin]) {
		t.equal((await who.put(`/fhir/Provenance/${one?.id}`, one)).status, 403);
		t.equal((await who.delete(`/fhir/Provenance/${one?.id}`)).status, 403);
		t.equal((await who.put("/fhir/Provenance/sync-999999", { ...one, id: "sync-999999" })).status, 403);
	}
	t.equal((await therapist2.delete(`/fhir/Provenance/${one?.id}`)).status, 204, "what is not there for somebody");
	t.same((await patient.get(`/fhir/Provenance/${one?.id}`)).body, one);
	const own = {
		resourceType: "Provenance",
		target: [{ reference: workouts[0] }],
		recorded: "2026-01-02T03:04:05Z",
		agent: [{ who: { display: "An EHR" }, onBehalfOf: { reference: `Patient/${profiles.patient}` } }],
	};
	const created = await therapist.post("/fhir/Provenance", own);
	t.equal(created.status, 201, created.text);
	const { id, meta: _, ...content } = (await therapist.get(`/fhir/Provenance/${created.body.id}`)).body;
	t.same(content, own);
	t.ok(keys(await therapist.get(`/fhir/Provenance?target=${workouts[0]}`)).includes(`Provenance/${id}`));
	t.ok(keys(await therapist.get(`/fhir/Provenance?patient=${profiles.patient}`)).includes(`Provenance/${id}`));
	const statement = (await server.stranger.get("/fhir/metadata")).body;
	const described = statement.rest[0].resource.find(({ type }: { type: string }) => type === "Provenance");
	t.ok(described.searchParam.some(({ name }: { name: string }) => name === "target"));
	const observation = statement.rest[0].resource.find(({ type }: { type: string }) => type === "Observation");
	t.ok(observation.searchRevInclude?.includes("Provenance:target"), "said in the capability statement");
});
