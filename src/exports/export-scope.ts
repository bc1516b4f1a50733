import { parseJson } from "../fhir/json.ts";
import type { Transaction } from "../store/database.ts";
import { usersOfPatients } from "../store/exports/members.ts";
import { readResource } from "../store/resources.ts";
import type { ExportRequest } from "./export-request.ts";
import { associatedTypes, exportedTypes } from "./exported-types.ts";
import { groupMembers } from "./group-members.ts";
import { type Records, recordsOf } from "./records.ts";

/** What an export is of, for who asks. */
export interface ExportScope {
	/** Undefined: everything, whosever it is. */
	readonly records: Records | undefined;
	/** Types that are exported for themselves. */
	readonly own: readonly string[];
	/** Types of which only what the others refer to is exported. */
	readonly associated: readonly string[];
}

/** @throws Failure not-found | forbidden - a Group the caller may not see */
export async function exportScope(tx: Transaction, request: ExportRequest): Promise<ExportScope> {
	const types = exportedTypes(request, tx.caller);
	if (request.level === "system") return { records: undefined, own: types, associated: [] };
	return {
		records: recordsOf(await membersOf(tx, request)),
		own: types.filter((type) => !associatedTypes.includes(type)),
		associated: types.filter((type) => associatedTypes.includes(type)),
	};
}

/** The patients it is narrowed to; undefined: all the caller may see. */
async function membersOf(tx: Transaction, request: ExportRequest): Promise<Records["members"]> {
	const { group, patients } = request;
	if (group === undefined) return patients === undefined ? undefined : usersOfPatients(tx, patients);
	const { text } = await readResource(tx, "Group", group);
	const members = groupMembers(parseJson(text));
	return usersOfPatients(tx, patients === undefined ? members : members.filter((id) => patients.includes(id)));
}
