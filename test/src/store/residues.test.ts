import t from "tap";
import { moveResidues } from "../../../migrations/0025-residue.ts";
import { editRows } from "../../../src/store/change/edit-rows.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";
import { heartRate, openClinic, type Resource } from "../../support/clinic.ts";

const clinic = await openClinic(t);
const { therapist, patient } = clinic;
const ward = (code: string) => ({ category: [{ coding: [{ system: "urn:ward", code }] }] });
/** As a hospital sends it: coded, without our words. What is found by it is what the row says. */
const words = (text: string) => ({
	category: [
		{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
	],
	valueQuantity: { value: 70, unit: "beats/minute", system: "http://unitsofmeasure.org", code: "/min" },
	code: { coding: [{ system: "http://loinc.org", code: "8867-4" }], text },
	note: [{ text: "x" }],
});

/** Everything there is to read of some Observations: now, each version, and how they are found. */
async function seen(ids: readonly string[]): Promise<unknown> {
	const all: unknown[] = [];
	for (const id of ids) {
		const current = await clinic.version(patient, "Observation", id).catch((failure) => failure.kind);
		const { versions } = await clinic.history(patient, { type: "Observation", id });
		const single = await Promise.all(
			versions
				.filter(({ method }) => method !== "DELETE")
				.map((one) => clinic.vread(patient, "Observation", id, one.versionId)),
		);
		all.push([
			current.text ?? current,
			versions.map(({ text, method }) => text || method),
			single.map(({ text }) => text),
		]);
	}
	const { versions } = await clinic.history(patient, { type: "Observation" });
	const found = ["category=urn:ward|A", "category=urn:ward|B", "category=vital-signs", "_sort=date"].map((query) =>
		clinic.find(patient, "Observation", query),
	);
	return [all, versions.map(({ id, versionId, text }) => [id, versionId, text]), await Promise.all(found)];
}

async function make(): Promise<string[]> {
	const [made] = await clinic.create(therapist, { ...heartRate("", "1", 70, words("Pulse")), id: undefined } as never);
	const natural = made?.version?.id as string;
	await clinic.put(therapist, heartRate(natural, "1", 71, words("Puls")));
	await clinic.put(therapist, heartRate("chosen", "1", 60, ward("A")), heartRate("plain", "1", 61));
	await clinic.put(therapist, heartRate("chosen", "1", 60, ward("B")));
	const [row] = await clinic.owner<{ row_id: number }>("select row_id from fhir.resource where id = 'chosen'");
	const id = row?.row_id as number;
	await clinic.db.write(patient, (tx) => editRows(tx, VitalsSamples, [{ id, changes: { heartRate: 66 } }]));
	await clinic.put(therapist, heartRate("gone", "1", 50, ward("A")));
	await clinic.remove(therapist, "Observation/gone");
	return [natural, "chosen", "plain", "gone"];
}

t.test(
	"a residue is written with its row, beside it only what is to be found; old versions show the residue they had",
	async (t) => {
		const ids = await make();
		const [natural] = ids as [string];
		t.same(
			await clinic.owner("select id, body from fhir.resource where table_name is not null order by id"),
			["chosen", "gone", "plain"].map((id) => ({ id, body: null })),
			"nothing of the one whose id is the row's own, although it has a residue",
		);
		const texts = async (id: string) =>
			(await clinic.history(patient, { type: "Observation", id })).versions.map(
				({ text }) => JSON.parse(text).code.text,
			);
		t.same(await texts(natural), ["Puls", "Pulse"]);
		const wards = (await clinic.history(patient, { type: "Observation", id: "chosen" })).versions.map(
			({ text }) => JSON.parse(text).category[0].coding[0].code,
		);
		t.same(wards, ["B", "B", "A"], "the native edit has kept it");
		t.same(await clinic.find(patient, "Observation", "category=urn:ward|A"), []);
		t.same(await clinic.find(patient, "Observation", "category=urn:ward|B"), ["chosen"]);
	},
);

t.test("what fhir.resource kept of rows before migration 0025 reads and is found as before after it", async (t) => {
	const ids = ["chosen", "plain", "gone", ...(await clinic.find(patient, "Observation", "category=vital-signs"))];
	const before = await seen(ids);
	const current = () => clinic.owner("select id, version, updated_at from vitals_samples order by id");
	const rows = await current();
	// As it was: bodies in fhir.resource and its history, nothing in rows and images.
	await clinic.owner("alter table vitals_samples disable trigger user; alter table fhir.resource disable trigger user");
	const said = (row: string, version: string, residue: string) => `
		select 'Observation' type, coalesce(e.value ->> 'id', 'vs-' || ${row} || '-' || split_part(e.key, '/', 2)) id, ${version} version,
			${row} row_id, split_part(e.key, '/', 2) part, e.value ->> 'meta' meta, e.value ->> 'body' body
		from REL, json_each(${residue}::json) e`;
	const of = (text: string, relation: string) => text.replace("REL", relation);
	const values = "(type, id, version, user_id, shared, table_name, row_id, part, meta, body, last_updated, deleted)";
	await clinic.owner(`insert into fhir.resource ${values}
		select s.type, s.id, s.version, 3, false, 'vitals_samples', s.row_id, s.part, s.meta, s.body, now(), false
		from (${of(said("t.id", "t.version", "t.fhir_residue"), "vitals_samples t")}) s
		on conflict (type, id) do update set meta = excluded.meta, body = excluded.body, version = excluded.version`);
	await clinic.owner(`insert into fhir.resource_history ${values}
		select s.type, s.id, s.version, 3, false, 'vitals_samples', s.row_id, s.part, s.meta, s.body, now(), false
		from (${of(said("h.row_id", "h.version", "(h.image ->> 'fhir_residue')"), "fhir.row_history h")}) s
		on conflict (type, id, version) do update set meta = excluded.meta, body = excluded.body`);
	await clinic.owner(`with moved as (update fhir.resource x set meta = h.meta, body = h.body from fhir.resource_history h
			where x.type = h.type and x.id = h.id and x.version = h.version returning x.type, x.id, x.version)
		delete from fhir.resource_history h using moved m where h.type = m.type and h.id = m.id and h.version = m.version`);
	await clinic.owner(
		"update vitals_samples set fhir_residue = null; update fhir.row_history set image = image - 'fhir_residue'",
	);
	await clinic.owner("alter table vitals_samples enable trigger user; alter table fhir.resource enable trigger user");
	t.notSame(await seen(ids), before, "it is gone");
	await clinic.owner(`begin; ${moveResidues}; commit`);
	t.same(await seen(ids), before);
	t.same(await current(), rows, "no row has become a new version");
	t.same(
		await clinic.owner(
			"select id from fhir.resource where table_name is not null and (body is not null or meta is not null)",
		),
		[],
	);
});

t.test("a residue that overrides what is searched only after a native edit is found by it", async (t) => {
	await clinic.create(therapist, {
		...heartRate("", "1", 80, { effectiveDateTime: "2025-05-05T10:00:00+02:00" }),
		id: undefined,
	} as never);
	const [id] = await clinic.find(patient, "Observation", "date=2025-05-05T08:00:00Z");
	t.match(await clinic.read(patient, "Observation", id as string), { effectiveDateTime: "2025-05-05T10:00:00+02:00" });
	const rowId = Number(/\d+/.exec(id as string)?.[0]);
	await clinic.db.write(patient, (tx) =>
		editRows(tx, VitalsSamples, [{ id: rowId, changes: { recordedAt: "2025-05-06T08:00:00Z" } }]),
	);
	t.match(
		await clinic.read(patient, "Observation", id as string),
		{ effectiveDateTime: "2025-05-06T08:00:00Z" },
		"the native value wins",
	);
	t.same(await clinic.find(patient, "Observation", "date=2025-05-06T08:00:00Z"), [id]);
});

t.test("parts of one row keep their residues apart, and a part that leaves takes its own along", async (t) => {
	const [row] = await clinic.owner<{ id: number }>(
		"insert into vitals_samples (user_id, recorded_at, heart_rate, weight) values (3, '2025-06-01T08:00:00Z', 72, 160) returning id",
	);
	const [hr, wt] = [`vs-${row?.id}-hr`, `vs-${row?.id}-wt`];
	const noted = async (id: string, change: object) => {
		const { meta: _meta, ...shown } = await clinic.read(therapist, "Observation", id);
		await clinic.put(therapist, { ...shown, ...change } as Resource);
	};
	await noted(hr, { method: { text: "by hand" } });
	await noted(wt, { method: { text: "scale" } });
	t.match(await clinic.read(patient, "Observation", hr), { method: { text: "by hand" } });
	t.match(await clinic.read(patient, "Observation", wt), { method: { text: "scale" } });
	await noted(hr, { status: "entered-in-error" });
	t.match(await clinic.read(patient, "Observation", hr), { status: "entered-in-error", method: { text: "by hand" } });
	t.match(await clinic.read(patient, "Observation", wt), { method: { text: "scale" } });
	await clinic.owner("update vitals_samples set heart_rate = 75 where id = $1", [row?.id]);
	const [other] = await clinic.find(patient, "Observation", "date=2025-06-01&code=8867-4&status=final");
	t.not(other, hr, "what the row says now is another resource");
	t.notOk("method" in (await clinic.read(patient, "Observation", other as string)));
	t.match(await clinic.read(patient, "Observation", other as string), { id: other, valueQuantity: { value: 75 } });
	await clinic.remove(therapist, `Observation/${wt}`);
	await clinic.owner("update vitals_samples set weight = 161 where id = $1", [row?.id]);
	t.notOk(
		"method" in (await clinic.read(patient, "Observation", wt)),
		"what was deleted does not come back with a new value",
	);
});

t.test("a residue is set right without a new version by the system alone", async (t) => {
	const [before] = await clinic.owner(
		"select id, version, updated_at from vitals_samples where fhir_residue is not null limit 1",
	);
	const images = () => clinic.owner("select count(*) from fhir.row_history");
	const had = await images();
	await clinic.owner("select fhir.rewrite_residues($1)", [
		JSON.stringify([{ table_name: "vitals_samples", row_id: before?.id, residue: '{"Observation/hr":{"meta":"{}"}}' }]),
	]);
	const [after] = await clinic.owner("select id, version, updated_at, fhir_residue from vitals_samples where id = $1", [
		before?.id,
	]);
	t.match(after, { ...before, fhir_residue: '{"Observation/hr":{"meta":"{}"}}' });
	t.same(await images(), had);
	for (const caller of [therapist, patient]) {
		const { sql } = await import("kysely");
		await t.rejects(clinic.db.write(caller, (tx) => tx.query(sql`select fhir.rewrite_residues('[]')`)));
		await clinic.db.write(caller, (tx) =>
			tx.query(sql`update vitals_samples set version = -version where id = ${before?.id}`),
		);
	}
	const [edited] = await clinic.owner("select version from vitals_samples where id = $1", [before?.id]);
	t.equal(edited?.version, (before?.version as number) + 2, "anybody else's update is a version");
});
