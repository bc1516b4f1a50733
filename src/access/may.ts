import { Failure } from "../fhir/failure.ts";
import type { Caller } from "./caller.ts";
import { type Operation, type PersonRole, type RoleRights, rights, type TableRights } from "./rights.ts";

/** The role whose rights a caller has; an app has those of who granted it, the server and backend clients an administrator's. */
function roleOf({ personRole }: Caller): PersonRole {
	return personRole ?? "admin";
}

/**
 * Refuses what a caller may not do with a row they see, or with a new one.
 *
 * @param row - as it is stored, by property; undefined for a new one
 * @throws Failure forbidden
 */
export function requireRight(
	caller: Caller,
	table: string,
	operation: Operation,
	row?: Readonly<Record<string, unknown>>,
): void {
	const { may, onlyReads } = of(caller, table);
	const isReadOnly =
		row !== undefined &&
		operation !== "read" &&
		((onlyReads === "others' accounts" && row.id !== caller.userId) ||
			(onlyReads === "the system's" && row.userId === null));
	if (!may.includes(operation) || isReadOnly)
		throw new Failure("forbidden", "You may see this, but not do that with it");
}

/** Whether a column stays as it is when a caller makes (`create`) or changes (`update`) a row. */
export function isKept(caller: Caller, table: string, operation: "create" | "update", property: string): boolean {
	return isServers(table, operation, property) || isNotTheirs(caller, table, operation, property);
}

/** Whether nobody sets or changes a column: it is computed, or set once. */
function isServers(table: string, operation: "create" | "update", property: string): boolean {
	const { computed = [], fixed = [] } = tableRights(table);
	if (["id", "createdAt", "updatedAt", ...computed].includes(property)) return true;
	return operation === "update" && fixed.includes(property);
}

/** Whether others may set or change a column, but not this caller. */
export function isNotTheirs(caller: Caller, table: string, operation: "create" | "update", property: string): boolean {
	const { leaves = [], keeps = [], changesOnly } = of(caller, table);
	if (leaves.includes(property)) return true;
	if (operation === "create" || isServers(table, operation, property)) return false;
	return keeps.includes(property) || changesOnly?.includes(property) === false;
}

function of(caller: Caller, table: string): RoleRights {
	return tableRights(table)[roleOf(caller)];
}

function tableRights(table: string): TableRights {
	const found = rights[table];
	if (found === undefined) throw new Error(`src/access/rights.ts says nothing of ${table}`);
	return found;
}
