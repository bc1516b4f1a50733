import type { Caller } from "../../access/caller.ts";
import type { AccessEntry, AccessLog } from "../../audit/access-log.ts";
import type { Transaction } from "../../store/database.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";

/** What the access log says of a resource that was shown or changed. */
export type Touched = Pick<ResourceVersion, "type" | "id" | "owner">;

/** Each resource once, where several versions or entries may be of one. */
export function distinct(touched: readonly Touched[]): Touched[] {
	return [...new Map(touched.map((one) => [`${one.type}/${one.id}`, one])).values()];
}

/** Puts what a write showed or changed into the access log, as part of the write. */
export type Note = (tx: Transaction, action: string, target: string, touched: readonly Touched[]) => void;

/**
 * Notes what a read showed; resolves once that is committed, which must be before the answer is sent. Not an async function: what was shown
 * would stay in memory until then.
 */
export function recordAccess(
	accessLog: AccessLog,
	caller: Caller,
	action: string,
	target: string,
	touched: readonly Touched[],
): Promise<void> {
	return accessLog.record(entryOf(caller, action, target, touched));
}

/** How a caller's writes are noted. */
export function notesOf(accessLog: AccessLog, caller: Caller): Note {
	return (tx, action, target, touched) => accessLog.include(tx, entryOf(caller, action, target, touched));
}

/** Route-level name: which resource or type, never a search's values. */
export function targetName({ type, id }: { readonly type: string; readonly id: string }): string {
	return id === "" ? type : `${type}/${id}`;
}

function entryOf(caller: Caller, action: string, target: string, touched: readonly Touched[]): AccessEntry {
	const patients = new Set<number>();
	const returned: string[] = [];
	for (const { type, id, owner } of touched) {
		if (owner !== null) patients.add(owner);
		returned.push(`${type}/${id}`);
	}
	return { caller, action, target, returned, patients: [...patients], outcome: "success" };
}
