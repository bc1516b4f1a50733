import t from "tap";
import type { JsonObject } from "../../../src/fhir/json.ts";
import { editRows } from "../../../src/store/change/edit-rows.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";
import { heartRate, openClinic, type Resource } from "../../support/clinic.ts";

const clinic = await openClinic(t);
const { therapist, therapist2, patient, system } = clinic;

const glucose = (id: string, about: string): Resource => ({
	resourceType: "Observation",
	id,
	status: "final",
	code: { coding: [{ system: "http://loinc.org", code: "2345-7" }] },
	subject: { reference: about },
	effectiveDateTime: "2025-03-01T10:00:00Z",
	valueQuantity: { value: 100, unit: "mg/dL", system: "http://unitsofmeasure.org", code: "mg/dL" },
});

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
	promise.then(
		() => undefined,
		(failure) => failure,
	);

t.test("a created vital sign is a row, its id the row's; what does not fit goes into the residue", async (t) => {
	await clinic.owner("insert into vitals_samples (user_id, recorded_at, heart_rate) values (3, '2025-01-01', 60)");
	const [id] = await clinic.find(therapist, "Observation", "");
	const { id: _id, meta: _meta, ...shown } = await clinic.read(therapist, "Observation", id ?? "");
	const [plain, odd] = await clinic.create(
		therapist,
		{ ...shown, resourceType: "Observation" },
		{ ...shown, resourceType: "Observation", note: [{ text: "after lunch" }] },
	);
	t.match(plain?.version?.id, /^vs-\d+-hr$/);
	t.same(
		(await clinic.owner("select heart_rate from vitals_samples where user_id = 3")).map((row) => row.heart_rate),
		[60, 60, 60],
	);
	const [row] = await clinic.owner<{ fhir_residue: string }>(
		"select fhir_residue from vitals_samples where 'vs-' || id || '-hr' = $1",
		[plain?.version?.id],
	);
	const said = JSON.parse(row?.fhir_residue ?? "{}");
	t.same(Object.keys(said), ["Observation/hr"]);
	t.same(Object.keys(said["Observation/hr"]), ["body"], "the id is the row's own");
	// The row says when it was made; when the sender issued it is the one thing it cannot hold.
	const residue = JSON.parse(said["Observation/hr"].body);
	t.same(Object.keys(residue.exact), ["issued"]);
	t.same(Object.keys(residue), ["exact"], "nothing that the row says is kept twice");
	const ids = [plain?.version?.id, odd?.version?.id];
	t.same(await clinic.owner("select id from fhir.resource where id = any($1)", [ids]), [], "nothing beside the row");
	t.match(await clinic.read(therapist, "Observation", odd?.version?.id ?? ""), { note: [{ text: "after lunch" }] });
});

t.test("a client's id: the row has its own, reads and searches know the client's only", async (t) => {
	await clinic.put(therapist, heartRate("ehr-1", "1", 70));
	t.match(await clinic.read(patient, "Observation", "ehr-1"), { id: "ehr-1", valueQuantity: { value: 70 } });
	const [row] = await clinic.owner("select row_id from fhir.resource where id = 'ehr-1'");
	t.match(await failureOf(clinic.read(patient, "Observation", `vs-${row?.row_id}-hr`)), { kind: "not-found" });
	t.same(await clinic.find(patient, "Observation", `_id=vs-${row?.row_id}-hr`), []);
	t.same(await clinic.find(patient, "Observation", "_id=ehr-1"), ["ehr-1"]);
});

t.test("what a row cannot hold any more moves out of it, and back, under one id with one history", async (t) => {
	await clinic.put(therapist, heartRate("mover", "1", 71));
	await clinic.put(therapist, heartRate("mover", "1", 71, { status: "entered-in-error" }));
	t.match(await clinic.read(patient, "Observation", "mover"), { status: "entered-in-error" });
	await clinic.put(therapist, glucose("mover", "Patient/1"));
	t.same(await clinic.owner("select id from vitals_samples where heart_rate = 71"), [], "no row is left behind");
	await clinic.put(therapist, heartRate("mover", "1", 73));
	const { versions, total } = await clinic.history(patient, { type: "Observation", id: "mover" });
	t.equal(total, 4);
	t.same(
		versions.map(({ versionId }) => versionId),
		["4", "3", "2", "1"],
	);
	const values = versions.map(({ text }) => (JSON.parse(text) as { valueQuantity: { value: number } }).valueQuantity);
	t.same(
		values.map(({ value }) => value),
		[73, 100, 71, 71],
	);
});

t.test("deleted, it is gone for reads and searches; put again, it lives on with the next version", async (t) => {
	await clinic.put(therapist, heartRate("phoenix", "1", 74));
	await clinic.remove(therapist, "Observation/phoenix");
	t.match(await failureOf(clinic.read(therapist, "Observation", "phoenix")), { kind: "gone" });
	t.same(await clinic.find(therapist, "Observation", "_id=phoenix"), []);
	const [again] = await clinic.remove(therapist, "Observation/phoenix");
	t.equal(again?.outcome, "absent");
	const [back] = await clinic.put(therapist, heartRate("phoenix", "1", 75));
	t.match(back, { outcome: "created", version: { versionId: "3" } });
});

t.test("If-Match: of twenty at once one is done", async (t) => {
	await clinic.put(therapist, heartRate("race", "1", 80));
	const outcomes = await Promise.allSettled(
		Array.from({ length: 20 }, (_, index) =>
			clinic.change(therapist, {
				kind: "update",
				type: "Observation",
				id: "race",
				resource: heartRate("race", "1", 81 + index),
				ifMatch: "1",
			}),
		),
	);
	t.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
	for (const one of outcomes) if (one.status === "rejected") t.match(one.reason, { kind: "precondition-failed" });
});

t.test("an id the caller cannot see is taken, whatever is behind it", async (t) => {
	await clinic.put(therapist, heartRate("secret", "1", 90));
	t.match(await failureOf(clinic.put(therapist2, heartRate("secret", "2", 91))), { kind: "conflict" });
	t.match(await clinic.read(therapist, "Observation", "secret"), { valueQuantity: { value: 90 } });
});

t.test("a native edit is the resource's next version, and its residue stays found by search", async (t) => {
	await clinic.put(
		therapist,
		heartRate("edited", "1", 60, {
			category: [{ coding: [{ system: "urn:ward", code: "ICU" }] }],
			component: [{ code: { text: "extra" }, valueQuantity: { value: 5, unit: "x" } }],
		}),
	);
	const [row] = await clinic.owner<{ row_id: number }>("select row_id from fhir.resource where id = 'edited'");
	await clinic.db.write(patient, (tx) =>
		editRows(tx, VitalsSamples, [{ id: row?.row_id ?? 0, changes: { heartRate: 66 } }]),
	);
	const resource = await clinic.read(patient, "Observation", "edited");
	t.match(resource, {
		meta: { versionId: "2" },
		valueQuantity: { value: 66 },
		category: [{ coding: [{ code: "ICU" }] }],
	});
	t.same(await clinic.find(patient, "Observation", "value-quantity=66&category=urn:ward|ICU"), ["edited"]);
	t.same(await clinic.find(patient, "Observation", "value-quantity=60&category=urn:ward|ICU"), []);
	t.same(await clinic.find(patient, "Observation", "component-value-quantity=5"), ["edited"]);
});

t.test("a resource that names a Patient before it is here joins the record when it comes", async (t) => {
	await clinic.put(therapist, glucose("early", "Patient/late"));
	await clinic.put(therapist2, glucose("foreign", "Patient/late"));
	t.same(await clinic.find(therapist, "Observation", "subject=Patient/late"), ["early"]);
	t.same(await clinic.find(system, "Observation", "subject=Patient/late"), ["foreign", "early"]);
	const late: JsonObject = { resourceType: "Patient", id: "late", name: [{ family: "Late" }] };
	const [made] = await clinic.put(therapist, late as Resource);
	t.equal(made?.outcome, "created");
	t.same(await clinic.find(therapist, "Observation", "subject=Patient/late"), ["early"]);
	const owners = await clinic.owner(
		"select id, user_id = (select user_id from fhir.person where fhir_id = 'late') theirs from fhir.resource where id in ('early', 'foreign') order by id",
	);
	t.strictSame(
		owners,
		[
			{ id: "early", theirs: true },
			{ id: "foreign", theirs: null },
		],
		"what others claimed is not put into the record",
	);
});

t.test("changes are made all or none, and all that cannot be made are named", async (t) => {
	const before = await clinic.owner("select count(*)::int n from vitals_samples");
	const failure = await failureOf(
		clinic.change(
			therapist,
			{ kind: "update", type: "Observation", id: "ehr-1", resource: heartRate("ehr-1", "1", 1), ifMatch: "99" },
			{ kind: "update", type: "Observation", id: "fine", resource: heartRate("fine", "1", 2) },
			{ kind: "update", type: "Observation", id: "mover", resource: heartRate("mover", "1", 3), ifMatch: "98" },
		),
	);
	t.match(failure, { kind: "precondition-failed", issues: [{ at: 0 }, { at: 2 }] });
	t.same(await clinic.owner("select count(*)::int n from vitals_samples"), before);
});
