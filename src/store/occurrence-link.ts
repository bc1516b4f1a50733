import { lockStates } from "./change/state.ts";
import { type ResourceRow, writeResources } from "./change/write-resources.ts";
import type { Transaction } from "./database.ts";
import { appointmentOfOccurrence } from "./occurrence-id.ts";
import { appointmentMapping } from "./occurrences.ts";
import { residueColumn } from "./row-columns.ts";
import { withPart } from "./row-residue.ts";
import type { RowValues } from "./rows.ts";

/** What a row must begin with, and what becomes of it once it is there. */
export interface OccurrenceLink {
	readonly cells: RowValues;
	/** Gives the row's resource the id the occurrence had. */
	write(row: { readonly id: number; readonly userId: number; readonly version: number }): void;
}

/**
 * Prepares that the Appointment of one occurrence keeps its id and counts its versions on when the occurrence becomes a row of its own.
 *
 * @param seriesVersion what the occurrence was shown with until now
 */
export async function linkOccurrence(
	tx: Transaction,
	seriesId: number,
	key: string,
	seriesVersion: number,
): Promise<OccurrenceLink> {
	const id = appointmentOfOccurrence(seriesId, key);
	const state = (await lockStates(tx, [{ type: "Appointment", id }])).get(`Appointment/${id}`);
	// A client has stored something else under this id.
	if (state?.kind === "whole" || state?.kind === "row") return { cells: {}, write: () => undefined };
	const version = Math.max(seriesVersion, state?.kind === "deleted" ? state.version : 0) + 1;
	const isThere = state?.kind === "deleted" && state.linked;
	return {
		cells: { version, [residueColumn.property]: withPart(null, appointmentMapping(), { id }) },
		write(row) {
			const link: ResourceRow = {
				...{ type: "Appointment", id, version: row.version, user_id: row.userId, created_by: tx.caller.userId },
				...{
					shared: false,
					table_name: "calendar_events",
					row_id: row.id,
					part: "",
					deleted: false,
					meta: null,
					body: null,
				},
				...{ at: null, terms: [], strings: [], dates: [], numbers: [], overrides: [], guards: null },
			};
			writeResources(tx, isThere ? [] : [link], isThere ? [link] : []);
		},
	};
}
