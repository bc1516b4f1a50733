import { Failure } from "../fhir/failure.ts";
import { recordText } from "../mapping/units/device-record.ts";
import { editRows } from "../store/change/edit-rows.ts";
import type { Transaction } from "../store/database.ts";
import { notesOf } from "../store/devices/records.ts";
import { insertRows } from "../store/rows.ts";
import { tableName } from "../tables/columns.ts";
import type { Measure } from "./measures.ts";
import type { Planned } from "./plan-records.ts";
import { entityOf, rowOf } from "./rows-of-measures.ts";
import type { Source } from "./source.ts";
import { vendors } from "./vendors/all.ts";

/** What became of a row in a commit. */
export interface WrittenRow {
	readonly action: "CREATE" | "UPDATE" | "DELETE";
	readonly measure: Measure;
	readonly rowId: number;
}

/** `table/id` of a written row, as the access log names it. */
export function nameOf({ measure, rowId }: WrittenRow): string {
	return `${tableName(entityOf(measure.kind))}/${rowId}`;
}

/** Inserts and updates set-based, and puts the new rows' ids into the plan. */
export async function writeRows(tx: Transaction, source: Source, plan: readonly Planned[]): Promise<WrittenRow[]> {
	const written: WrittenRow[] = [];
	for (const group of Map.groupBy(plan, ({ measure }) => entityOf(measure.kind)).values()) {
		const [first] = group;
		if (first === undefined) continue;
		const entity = entityOf(first.measure.kind);
		const table = tableName(entity);
		const fresh = group.filter(({ record }) => record.state === "shown" && record.rowId === null);
		const inserted = await insertRows(
			tx,
			entity,
			fresh.map(({ measure }) => newRowOf(source, measure)),
		);
		for (const [at, one] of fresh.entries()) {
			one.record = { ...one.record, rowId: inserted[at]?.id as number };
			written.push({ action: "CREATE", measure: one.measure, rowId: one.record.rowId as number });
		}
		const shown = group.filter(({ before, record }) => before?.state === "shown" && record.rowId !== null);
		const changes = await changesOf(tx, table, shown);
		const updated = await editRows(tx, entity, changes);
		for (const [at, { id, changes: columns }] of changes.entries()) {
			const { measure } = shown[at] as Planned;
			if (updated[at] !== undefined && Object.keys(columns).length > 0)
				written.push({ action: "UPDATE", measure, rowId: id });
		}
		const lost = new Set(changes.filter((_, at) => updated[at] === undefined).map(({ id }) => id));
		for (const one of shown) {
			if (one.record.rowId !== null && lost.has(one.record.rowId))
				one.record = { ...one.record, rowId: null, state: "removed" };
		}
	}
	return written;
}

/** The columns that the vendor has changed since it last told; its note only where the vendor's last one still stands. */
async function changesOf(tx: Transaction, table: string, shown: readonly Planned[]) {
	const ids = shown.flatMap(({ record }) => (record.rowId === null ? [] : [record.rowId]));
	const notes = table === "exercise_logs" ? await notesOf(tx, table, ids) : new Map<number, string | null>();
	return shown.map(({ measure, before, record }) => {
		const [now, then] = [
			valuesOf(measure),
			before === undefined ? {} : valuesOf(JSON.parse(before.measure) as Measure),
		];
		const changes = Object.fromEntries(
			Object.entries(now).filter(
				([column, value]) =>
					value !== then[column] && (column !== "notes" || notes.get(record.rowId ?? 0) === then.notes),
			),
		);
		return { id: record.rowId ?? 0, changes };
	});
}

/** A measure as a row that is new here, and says where it is from. */
export function newRowOf(
	{ connectionId, userId, vendor }: Pick<Source, "connectionId" | "userId" | "vendor">,
	measure: Measure,
): Readonly<Record<string, string | number | null>> {
	const { kind, externalId } = measure;
	// What only the person's own times tell apart is told apart from others' by the connection.
	const id = vendors[vendor].givesId(measure) ? externalId : `dev-${connectionId}/${kind}/${externalId}`;
	return {
		...valuesOf(measure),
		userId,
		deviceConnectionId: connectionId,
		deviceRecord: recordText(vendor, kind, id),
	};
}

function valuesOf(measure: Measure): Readonly<Record<string, string | number | null>> {
	const row = rowOf(measure);
	if ("implausible" in row) throw new Failure("fault", "A measure that was left out came back");
	return row.values;
}
