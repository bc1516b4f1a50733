import type { Caller } from "../access/caller.ts";
import { type AccessRow, includeAccess, insertAccess } from "../store/access-log.ts";
import type { Database, Transaction } from "../store/database.ts";
import { currentRequestId } from "./request-id.ts";

/** One thing somebody did or saw. */
export interface AccessEntry {
	readonly caller: Caller;
	/** `read`, `vread`, `search`, `history`, `create`, `update`, `delete`, `batch`, `transaction`, `login` ... */
	readonly action: string;
	/** What it was done to, by route: `Observation`, `vitals/12`; never a search's values. */
	readonly target: string;
	/** What was given back, e.g. `Observation/vitals-12-hr`. */
	readonly returned?: readonly string[];
	/** users.id of the persons concerned. */
	readonly patients?: readonly number[];
	readonly outcome: "success" | "refused" | "failed";
}

/** Remembers who saw or changed what. */
export interface AccessLog {
	/** For reads. Resolves when the entry is committed, which must be before the answer is sent; rejects when it cannot be. */
	record(entry: AccessEntry): Promise<void>;
	/** For writes: the entry becomes part of the transaction that does what it tells of, so that a crash leaves both or neither. */
	include(tx: Transaction, entry: AccessEntry): void;
}

interface Waiting {
	readonly row: AccessRow;
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
}

/** An access log in the database; entries of concurrent requests share one insert. */
export function accessLog(database: Database): AccessLog {
	let waiting: Waiting[] = [];
	let writing = false;

	async function writeAll(): Promise<void> {
		while (waiting.length > 0) {
			const group = waiting;
			waiting = [];
			try {
				const rows = group.map(({ row }) => row);
				await insertAccess(database, rows);
				for (const { resolve } of group) resolve();
			} catch (error) {
				for (const { reject } of group) reject(error);
			}
		}
		writing = false;
	}

	return {
		record: (entry) =>
			new Promise((resolve, reject) => {
				waiting.push({ row: rowOf(entry), resolve, reject });
				if (writing) return;
				writing = true;
				// At the end of the turn, with what else is answered in it.
				setImmediate(writeAll);
			}),
		include: (tx, entry) => includeAccess(tx, rowOf(entry)),
	};
}

function rowOf(entry: AccessEntry): AccessRow {
	return {
		at: new Date().toISOString(),
		actor: entry.caller.actor,
		user_id: entry.caller.userId === 0 ? null : entry.caller.userId,
		action: entry.action,
		target: entry.target,
		returned: entry.returned ?? null,
		patients: entry.patients ?? null,
		request_id: currentRequestId(),
		outcome: entry.outcome,
	};
}
