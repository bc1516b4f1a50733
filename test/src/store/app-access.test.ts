import t from "tap";
import { type Caller, type callerOf, callerOfApp } from "../../../src/access/caller.ts";
import { parseScopes } from "../../../src/access/scopes.ts";
import type { FailureKind } from "../../../src/fhir/failure.ts";
import type { JsonObject } from "../../../src/fhir/json.ts";
import { asCaller, heartRate, openClinic, type Resource } from "../../support/clinic.ts";

const clinic = await openClinic(t);
const system = "http://terminology.hl7.org/CodeSystem/observation-category";
const therapistUser = { id: 1, role: "therapist" } as const;
const patientUser = { id: 3, role: "patient" } as const;

function app(user: Parameters<typeof callerOf>[0] | undefined, scopes: string, patientId?: number): Caller {
	return callerOfApp(user, {
		clientId: "test",
		grant: "g",
		scopes: parseScopes(scopes),
		patientId,
		fhirUser: undefined,
	});
}

function observation(id: string, patient: string, category: string, extra: JsonObject = {}): Resource {
	return {
		...heartRate(id, patient, 60, extra),
		category: [{ coding: [{ system, code: category }] }],
	};
}

/** A Failure of this kind, as `t.rejects` takes it. */
const ofKind = (kind: FailureKind) => ({ kind }) as unknown as Error;

const condition = (id: string, patient: string): Resource => ({
	resourceType: "Condition",
	id,
	subject: { reference: `Patient/${patient}` },
	code: { text: "x" },
});

await clinic.put(
	clinic.therapist,
	observation("vital-1", "1", "vital-signs"),
	observation("lab-1", "1", "laboratory", { interpretation: [{ text: "kept whole" }] }),
	observation("vital-3", "3", "vital-signs"),
	condition("c-1", "1"),
	condition("c-3", "3"),
);
await clinic.put(clinic.therapist2, observation("vital-2", "2", "vital-signs"));
await clinic.put(clinic.system, { resourceType: "Organization", id: "org", name: "Shared" });

t.test("an app a therapist granted one patient sees that patient only, on every road", async (t) => {
	const caller = app(therapistUser, "patient/*.cruds", 1);
	t.same(await clinic.find(caller, "Patient", ""), ["1"]);
	t.same((await clinic.find(caller, "Observation", "")).sort(), ["lab-1", "vital-1"]);
	t.same(await clinic.find(caller, "Condition", ""), ["c-1"]);
	t.same(await clinic.find(caller, "Organization", ""), ["org"]);
	await t.rejects(clinic.read(caller, "Condition", "c-3"), ofKind("not-found"));
	await t.rejects(clinic.vread(caller, "Observation", "vital-3", "1"), ofKind("not-found"));
	await t.rejects(clinic.history(caller, { type: "Observation", id: "vital-3" }), ofKind("not-found"));
	const history = await clinic.history(caller, {});
	t.notOk(
		history.versions.some(({ id }) => id.endsWith("-3") || id.endsWith("-2")),
		"nor in the history of everything",
	);
	const included = await clinic.search(caller, "Organization", "_revinclude=Patient:organization");
	t.same(included.included, []);
});

t.test("it writes for that patient only, and nothing that everybody sees", async (t) => {
	const caller = app(therapistUser, "patient/*.cruds", 1);
	await t.rejects(clinic.put(caller, condition("c-new", "3")), "not for another patient of the therapist");
	await t.rejects(clinic.put(caller, condition("c-3", "3")), "nor over what is there");
	await t.rejects(clinic.put(caller, { resourceType: "Organization", id: "org", name: "Mine" }), "nor what is shared");
	await t.rejects(clinic.create(caller, { resourceType: "Basic", code: { text: "about nobody" } }));
	await t.rejects(clinic.create(caller, { resourceType: "Patient", name: [{ text: "New" }] }), ofKind("forbidden"));
	const [made] = await clinic.create(caller, condition("ignored", "1"));
	t.equal(made?.outcome, "created");
	for (const statement of [
		"update patients set therapist_id = 2 where id = 1",
		"insert into patients (therapist_id, name, is_active) values (1, 'x', true)",
		"update users set name = 'x'",
		"select password from users",
		"insert into exercises (name) values ('x')",
		"select * from auth.record",
	]) {
		await t.rejects(asCaller(clinic, caller, statement), statement);
	}
	t.same(await asCaller(clinic, caller, "delete from vitals_samples where user_id = 5 returning 1"), []);
});

t.test("what the person may no longer see, the app does not see either", async (t) => {
	const caller = app(therapistUser, "patient/*.rs", 1);
	t.same(await clinic.find(caller, "Patient", ""), ["1"]);
	await clinic.owner("update patients set therapist_id = 2 where id = 1");
	t.teardown(() => clinic.owner("update patients set therapist_id = 1 where id = 1"));
	t.same(await clinic.find(caller, "Patient", ""), []);
	t.same(await clinic.find(caller, "Observation", ""), []);
	t.same(await clinic.find(app(patientUser, "patient/*.rs", 1), "Patient", ""), ["1"], "the patient does");
});

t.test("a patient in context that the person may not see gives nothing", async (t) => {
	for (const [user, patientId] of [
		[therapistUser, 2],
		[patientUser, 3],
		[patientUser, 4],
		[therapistUser, 999],
	] as const) {
		const caller = app(user, "patient/*.rs", patientId);
		t.same(await clinic.find(caller, "Patient", ""), []);
		t.same(await clinic.find(caller, "Observation", ""), []);
	}
	t.same(
		await clinic.find(app(therapistUser, "patient/*.rs", 4), "Patient", ""),
		["4"],
		"one without an account can be seen",
	);
});

t.test(
	"user/ scopes reach what the person reaches; patient/ scopes without a patient, and system/ scopes of a person, nothing",
	async (t) => {
		t.same((await clinic.find(app(therapistUser, "user/*.rs"), "Patient", "")).sort(), ["1", "3", "4"]);
		t.same(await clinic.find(app(patientUser, "user/*.rs"), "Patient", ""), ["1"]);
		await t.rejects(clinic.find(app(therapistUser, "patient/*.rs"), "Patient", ""), ofKind("forbidden"));
		await t.rejects(clinic.find(app(therapistUser, "system/*.rs"), "Patient", ""), ofKind("forbidden"));
		await t.rejects(clinic.find(app(undefined, "user/*.rs patient/*.rs"), "Patient", ""), ofKind("forbidden"));
		t.same((await clinic.find(app(undefined, "system/Patient.rs"), "Patient", "")).sort(), ["1", "2", "3", "4"]);
	},
);

t.test("types that were not granted: 403 when asked, left out of what comes along", async (t) => {
	const caller = app(therapistUser, "user/Observation.rs user/Patient.r");
	await t.rejects(clinic.find(caller, "Condition", ""), ofKind("forbidden"));
	await t.rejects(clinic.find(caller, "Patient", ""), ofKind("forbidden"), "read is not search");
	await t.rejects(clinic.read(caller, "Condition", "c-1"), ofKind("forbidden"));
	await t.rejects(clinic.vread(caller, "Condition", "c-1", "1"), ofKind("forbidden"));
	await t.rejects(clinic.history(caller, { type: "Condition" }), ofKind("forbidden"));
	await t.rejects(clinic.history(caller, { type: "Condition", id: "c-1" }), ofKind("forbidden"));
	t.same(
		(await clinic.history(caller, {})).versions.map(({ type }) => type).filter((type) => type !== "Observation"),
		[],
	);
	const page = await clinic.search(
		caller,
		"Observation",
		"_id=vital-1&_include=Observation:subject&_revinclude=Condition:subject",
	);
	t.same(
		page.included.map(({ type, id }) => `${type}/${id}`),
		["Patient/1"],
		"granted to be read",
	);
	const none = await clinic.search(
		app(therapistUser, "user/Observation.rs"),
		"Observation",
		"_id=vital-1&_include=Observation:subject",
	);
	t.same(none.included, []);
	const back = await clinic.search(
		app(therapistUser, "user/Patient.rs"),
		"Patient",
		"_id=1&_revinclude=Condition:subject",
	);
	t.same(back.included, []);
	const all = await clinic.search(caller, undefined, "_lastUpdated=gt2000-01-01&_total=accurate");
	t.same([...new Set(all.matches.map(({ type }) => type))], ["Observation"], "a search over everything");
	t.equal(all.total, all.matches.length);
	await t.rejects(clinic.search(caller, undefined, "_type=Condition"), ofKind("forbidden"));
});

t.test(
	"conditions hold for rows, residues and bodies, in pages, totals, old versions and what comes along",
	async (t) => {
		const caller = app(therapistUser, `user/Observation.rs?category=${system}|laboratory user/Patient.rs`);
		t.same(await clinic.find(caller, "Observation", ""), ["lab-1"]);
		t.same(await clinic.find(caller, "Observation", "category=vital-signs"), []);
		t.same(await clinic.find(caller, "Observation", "category:not=laboratory"), []);
		t.equal((await clinic.search(caller, "Observation", "_total=accurate")).total, 1);
		t.equal((await clinic.search(caller, "Observation", "_summary=count")).total, 1);
		await t.rejects(clinic.read(caller, "Observation", "vital-1"), ofKind("not-found"));
		await t.rejects(clinic.vread(caller, "Observation", "vital-1", "1"), ofKind("not-found"));
		t.ok(await clinic.read(caller, "Observation", "lab-1"));
		t.same(
			(await clinic.history(caller, { type: "Observation" })).versions.map(({ id }) => id),
			["lab-1"],
		);
		const along = await clinic.search(caller, "Patient", "_id=1&_revinclude=Observation:subject");
		t.same(
			along.included.map(({ id }) => id),
			["lab-1"],
		);
		const all = await clinic.search(caller, undefined, "_lastUpdated=gt2000-01-01");
		t.same(
			all.matches.filter(({ type }) => type === "Observation").map(({ id }) => id),
			["lab-1"],
		);
		const vitals = app(therapistUser, `user/Observation.rs?category=${system}|vital-signs`);
		t.same((await clinic.find(vitals, "Observation", "_count=1")).sort(), ["vital-1", "vital-3"], "over pages");
		t.same(
			(await clinic.find(app(therapistUser, `${scopeOf("vital-signs")} ${scopeOf("laboratory")}`), "Observation", ""))
				.length,
			3,
		);
	},
);

function scopeOf(category: string): string {
	return `user/Observation.rs?category=${system}|${category}`;
}

t.test(
	"where something came from is seen by an app as what it names: that patient's, and not what is for its owner's eyes",
	async (t) => {
		await clinic.owner(`insert into devices.provenance (user_id, device_connection_id, vendor, source, action, targets) values
		(3, 1, 'strava', 's', 'CREATE', '["Observation/ex-1"]'), (3, 2, 'polar', 's', 'CREATE', '["Observation/sl-1"]'),
		(5, 3, 'polar', 's', 'CREATE', '["Observation/sl-2"]')`);
		await clinic.owner(
			"insert into devices.audience (vendor, audience) values ('strava', 'owner') on conflict (vendor) do update set audience = 'owner'",
		);
		t.teardown(() => clinic.owner("delete from devices.audience; delete from devices.provenance"));
		const seen = async (caller: Caller) =>
			(await clinic.search(caller, "Provenance", "")).matches
				.map(({ text }) => JSON.parse(text).target[0].reference)
				.sort();
		t.same(await seen(app(patientUser, "patient/*.rs", 1)), ["Observation/ex-1", "Observation/sl-1"]);
		t.same(await seen(app(therapistUser, "patient/*.rs", 1)), ["Observation/sl-1"]);
		t.same(await seen(app(therapistUser, "patient/Observation.rs patient/Provenance.rs", 1)), ["Observation/sl-1"]);
		await t.rejects(
			clinic.search(app(therapistUser, "patient/Observation.rs", 1), "Provenance", ""),
			ofKind("forbidden"),
		);
		t.same(await seen(app(therapistUser, "user/*.rs")), await seen(clinic.therapist));
		t.same(await seen(clinic.patient), ["Observation/ex-1", "Observation/sl-1"]);
		t.equal((await seen(app(undefined, "system/*.rs"))).length, 3);
		const revincluded = await clinic.search(
			app(patientUser, "patient/Observation.rs", 1),
			"Observation",
			"_revinclude=Provenance:target",
		);
		t.same(
			revincluded.included.filter(({ type }) => type === "Provenance"),
			[],
			"nor does it come along where it was not granted",
		);
	},
);
