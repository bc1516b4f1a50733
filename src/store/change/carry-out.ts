import { sql } from "kysely";
import { Failure } from "../../fhir/failure.ts";
import type { Mapping } from "../../mapping/define.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import type { Cells } from "../../mapping/unit.ts";
import { type NativeRow, nativeVersion, type WholeRow, wholeVersion } from "../build-version.ts";
import type { Transaction } from "../database.ts";
import { loadRows } from "../load.ts";
import type { ResourceVersion } from "../resource-version.ts";
import { deleteRows, insertRows, type RowValues, updateRows } from "../rows.ts";
import { adoptResources } from "./adopt.ts";
import type { Effects, Pending } from "./effects.ts";
import { subjectOf } from "./foresee-row.ts";
import { completePatient, defaultCalendars, forgetPeople } from "./people.ts";
import { entityOfMapping } from "./plan.ts";
import { rewriteResidues } from "./rewrite-residues.ts";
import { claimRows, writeResources } from "./write-resources.ts";

/** Writes everything, and gives the new versions by `Type/id`. */
export async function carryOut(tx: Transaction, effects: Effects): Promise<Map<string, ResourceVersion>> {
	const written: Written = new Map();
	for (const { mapping, ids } of effects.deletes.values()) {
		await deleteRows(tx, entityOfMapping(mapping), [...ids]);
		if (mapping.table === "patients") await disown(tx, [...ids]);
	}
	for (const [, list] of Map.groupBy(effects.inserts, ({ mapping }) => mapping.table)) {
		const mapping = list[0]?.mapping as Mapping;
		const rows = await complete(
			tx,
			mapping,
			list.map(({ id, version, cells }) => Object.assign(filled(cells), version === 1 ? { id } : { id, version })),
		);
		const insert = () => insertRows(tx, entityOfMapping(mapping), rows);
		// Nobody but the system may say whose account a patient is (access.guard_patient); `complete` has just made it.
		const inserted = mapping.table === "patients" ? await tx.asSystem(insert) : await insert();
		// The guard gives another id to a row whose number a client claimed meanwhile; the transaction must then be planned anew.
		for (const row of inserted) written.set(`${mapping.table}/${row.id}`, row);
		if (inserted.some((row, index) => row.id !== rows[index]?.id))
			throw Object.assign(new Error("row id claimed"), { code: "40001" });
	}
	for (const rows of effects.updates.values()) {
		const [first] = rows.values();
		if (first === undefined) continue;
		const updated = await updateRows(
			tx,
			entityOfMapping(first.mapping),
			[...rows].map(([id, { cells }]) => ({ id, changes: cells })),
		);
		for (const row of updated) if (row !== undefined) written.set(`${first.mapping.table}/${row.id}`, row);
	}
	if (effects.touchesPatients()) forgetPeople(tx);
	const versions = await settle(tx, effects, written);
	writeResources(tx, effects.created, effects.replaced);
	claimRows(tx, effects.claims);
	adoptResources(tx, effects.namedPatients());
	for (const whole of await wholes(tx, effects)) versions.set(`${whole.type}/${whole.id}`, wholeVersion(whole));
	return versions;
}

/** A deleted patient is in nobody's care: what remains of them (that an id was theirs) belongs to who deleted it. */
async function disown(tx: Transaction, patientIds: readonly number[]): Promise<void> {
	await tx.asSystem(() =>
		tx.query(sql`update fhir.resource set user_id = null, created_by = ${tx.caller.userId}
			where type = 'Patient' and table_name = 'patients' and row_id = any(${sql.val(patientIds)}::int[])`),
	);
}

/** Columns that were not given keep their defaults. */
function filled(cells: Cells): Cells {
	const given: Cells = {};
	for (const property in cells) {
		const cell = cells[property];
		if (cell !== null && cell !== undefined) given[property] = cell;
	}
	return given;
}

/** What a row needs beyond what its resource says. */
async function complete(tx: Transaction, mapping: Mapping, rows: readonly Cells[]): Promise<Cells[]> {
	if (mapping.table === "patients") {
		const done: Cells[] = [];
		for (const row of rows) done.push(await completePatient(tx, row));
		return done;
	}
	if (mapping.table !== "calendar_events") return [...rows];
	const calendars = await defaultCalendars(
		tx,
		rows.map((row) => row.userId as number),
	);
	return rows.map((row) => ({ calendarId: calendars.get(row.userId as number) ?? null, ...row }));
}

/** Rows as the database gave them back, by `table/id`. */
type Written = Map<string, RowValues>;

/** Takes the rows as the next reader will find them, and computes what they do not hold. */
async function settle(tx: Transaction, effects: Effects, written: Written): Promise<Map<string, ResourceVersion>> {
	const versions = new Map<string, ResourceVersion>();
	for (const [, list] of Map.groupBy(effects.pending, ({ mapping }) => `${mapping.type} ${mapping.table}`)) {
		const mappings = mappingsOf(list[0]?.mapping.type as string).filter((one) => one.table === list[0]?.mapping.table);
		const rows = list.map((one) => asRead(one, written.get(`${one.mapping.table}/${one.rowId}`), effects));
		const loaded = await loadRows(
			tx,
			mappings,
			list.filter((_, index) => rows[index] === undefined).map(({ rowId }) => rowId),
		);
		for (const [index, pending] of list.entries()) {
			const row = rows[index] ?? loaded.get(pending.rowId)?.row;
			if (row === undefined) throw new Failure("forbidden", "this would make a resource you may not see");
			const { mapping, rowId, id } = pending;
			versions.set(`${mapping.type}/${id}`, nativeVersion(mapping, rowId, effects.settle(pending, row), id));
		}
	}
	await rewriteResidues(tx, [...effects.rewrites.values()]);
	return versions;
}

/** A written row as `loadRows` gives it; undefined where who stands for the person is not known. */
function asRead({ mapping, rowId }: Pending, row: RowValues | undefined, effects: Effects): NativeRow | undefined {
	const subject = row === undefined ? undefined : subjectOf(mapping, row as NativeRow, effects.people);
	if (row === undefined || subject === undefined) return undefined;
	const $residue = effects.writtenResidue(mapping, rowId);
	return { ...row, $subject: subject, $version: row.version, $updated: row.updatedAt, $residue } as NativeRow;
}

/** What was just stored whole, with the time the database gave it; bodies are as they were sent there, so they are not asked for. */
async function wholes(tx: Transaction, effects: Effects): Promise<WholeRow[]> {
	const written = [...effects.created, ...effects.replaced].filter((row) => row.table_name === null && !row.deleted);
	if (written.length === 0) return [];
	const names = JSON.stringify(written.map(({ type, id }) => ({ type, id })));
	const stored = await tx.query(sql<Omit<WholeRow, "meta" | "body">>`
		select x.type, x.id, x.version, x.last_updated, x.user_id
		from json_to_recordset(${names}::json) as w(type text, id text)
		join fhir.resource x on x.type = w.type and x.id = w.id`);
	const texts = new Map(written.map(({ type, id, meta, body }) => [`${type}/${id}`, { meta, body }]));
	return stored.map((row) => ({ ...row, meta: null, body: null, ...texts.get(`${row.type}/${row.id}`) }));
}
