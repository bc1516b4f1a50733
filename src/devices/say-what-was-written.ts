import { naturalId } from "../mapping/natural-id.ts";
import { isPresent } from "../mapping/project.ts";
import { mappingsOfTable } from "../mapping/registry.ts";
import { isUnit } from "../mapping/tree.ts";
import type { Row } from "../mapping/unit.ts";
import type { Transaction } from "../store/database.ts";
import { type ProvenanceToSave, saveProvenance } from "../store/devices/provenance.ts";
import { tableName } from "../tables/columns.ts";
import type { Measure } from "./measures.ts";
import type { DeviceParts } from "./parts.ts";
import { entityOf } from "./rows-of-measures.ts";
import type { Source } from "./source.ts";
import { vendors } from "./vendors/all.ts";
import { nameOf, newRowOf, type WrittenRow } from "./write-measured-rows.ts";

/** Resources one Provenance names at most; a commit that wrote more has several. */
const mostTargets = 500;

/** Notes rows that a sync wrote for the access log, and says in a Provenance where they came from; in the transaction that wrote them. */
export async function sayWhatWasWritten(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	source: Source,
	written: readonly WrittenRow[],
): Promise<void> {
	if (written.length === 0) return;
	const returned = written.map(nameOf);
	parts.note(tx, { target: `devices/${source.connectionId}`, returned, patients: [source.userId] });
	await tx.asSystem(() => saveProvenance(tx, provenanceOf(source, written)));
}

/** Says of each kind of change where it came from. What no resource shows (a night of unknown length) is in none. */
function provenanceOf(source: Source, written: readonly WrittenRow[]): ProvenanceToSave[] {
	return [...Map.groupBy(written, ({ action }) => action)].flatMap(([action, rows]) => {
		const targets = rows.flatMap(({ measure, rowId }) => resourcesOf(source, measure, rowId));
		const pages = Math.ceil(targets.length / mostTargets);
		return Array.from({ length: pages }, (_, page) => ({
			userId: source.userId,
			deviceConnectionId: source.connectionId,
			vendor: source.vendor,
			source: `${vendors[source.vendor].title}: ${source.feed}${source.syncLogId === null ? "" : `, sync log ${source.syncLogId}`}`,
			deviceSyncLogId: source.syncLogId,
			action,
			targets: targets.slice(page * mostTargets, (page + 1) * mostTargets),
		}));
	});
}

/** `Type/id` of what a row yields of a measure; what people have added to the row is not among it. */
function resourcesOf(source: Source, measure: Measure, rowId: number): string[] {
	const row: Row = newRowOf(source, measure);
	return mappingsOfTable(tableName(entityOf(measure.kind)))
		.filter((mapping) => {
			const { device } = mapping.root.members;
			return isPresent(mapping, row) && device !== undefined && isUnit(device) && device.read(row) !== undefined;
		})
		.map(({ type, id }) => `${type}/${naturalId(id, rowId)}`);
}
