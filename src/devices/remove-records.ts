import type { Transaction } from "../store/database.ts";
import { linkedRecords, type RecordRow, type RecordToSave, saveRecords } from "../store/devices/records.ts";
import { deleteRows, insertRows } from "../store/rows.ts";
import type { Measure } from "./measures.ts";
import type { DeviceParts } from "./parts.ts";
import { entityOf } from "./rows-of-measures.ts";
import { sayWhatWasWritten } from "./say-what-was-written.ts";
import type { Source } from "./source.ts";
import type { VendorName } from "./vendor.ts";
import { newRowOf, type WrittenRow } from "./write-measured-rows.ts";

/** Deletes the rows of records the vendor has no more; their history stays. Another vendor's record of the same workout takes their place. */
export async function removeRecords(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	source: Source,
	records: readonly RecordRow[],
): Promise<number> {
	const removed: WrittenRow[] = [];
	for (const [kind, group] of Map.groupBy(records, (record) => record.kind as Measure["kind"])) {
		const entity = entityOf(kind);
		const ids = group.flatMap(({ rowId }) => (rowId === null ? [] : [rowId]));
		const gone = await deleteRows(tx, entity, ids);
		for (const { rowId, measure } of group) {
			if (rowId !== null && gone.includes(rowId))
				removed.push({ action: "DELETE", measure: JSON.parse(measure) as Measure, rowId });
		}
	}
	await sayWhatWasWritten(tx, parts, source, removed);
	const connection = { id: source.connectionId, userId: source.userId, vendor: source.vendor };
	const saved = records.map(
		(record): RecordToSave => ({ ...record, rowId: null, linkedTo: null, state: "gone", listed: null, payload: null }),
	);
	await tx.asSystem(() => saveRecords(tx, connection, saved, [], source.syncLogId));
	await showLinked(
		tx,
		parts,
		source.userId,
		records.flatMap(({ kind, rowId }) => (kind === "exercise" && rowId !== null ? [rowId] : [])),
	);
	return removed.length;
}

/** Makes rows of the records that were linked to rows which are gone: the first of each is shown, others are linked to that. */
async function showLinked(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	userId: number,
	goneRowIds: readonly number[],
): Promise<void> {
	if (goneRowIds.length === 0) return;
	const linked = await tx.asSystem(() => linkedRecords(tx, goneRowIds));
	const inPlaceOf = new Map<number | null, number>();
	for (const { connectionId, vendor, ...record } of linked) {
		let shownBy = inPlaceOf.get(record.linkedTo);
		let rowId: number | null = null;
		if (shownBy === undefined) {
			const measure = JSON.parse(record.measure) as Measure;
			const source = { connectionId, userId, vendor: vendor as VendorName, feed: record.feed, syncLogId: null };
			const [row] = await insertRows(tx, entityOf("exercise"), [newRowOf(source, measure)]);
			rowId = row?.id as number;
			await sayWhatWasWritten(tx, parts, source, [{ action: "CREATE", measure, rowId }]);
			shownBy = rowId;
			inPlaceOf.set(record.linkedTo, rowId);
		}
		const now: RecordToSave = {
			...record,
			rowId,
			state: rowId === null ? "linked" : "shown",
			linkedTo: rowId === null ? shownBy : null,
			listed: null,
			payload: null,
		};
		await tx.asSystem(() => saveRecords(tx, { id: connectionId, userId, vendor }, [now], [], null));
	}
}
