import type { Caller } from "../../access/caller.ts";
import type { Database, Transaction } from "../../store/database.ts";
import type { Note } from "./access-record.ts";

/** Where interactions get their transactions from. */
export interface Runs {
	read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
	/** `work` may be run again when others come in its way. */
	write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
	/** Puts a write into the access log as part of it; undefined where nothing stays of the write, nor of what it noted. */
	readonly note: Note | undefined;
}

/** Every read and write in a transaction of its own. */
export function forReal(database: Database, caller: Caller, note: Note): Runs {
	return {
		read: (work) => database.read(caller, work),
		write: (work) => database.write(caller, work),
		note,
	};
}

/** The same, but each write is undone when it has succeeded; the result is that of a real one. */
export function asIf(database: Database, caller: Caller): Runs {
	return {
		read: (work) => database.read(caller, work),
		write: (work) => undone(database, caller, work),
		note: undefined,
	};
}

/** Everything in a transaction that is open already: what fails, fails it. */
export function asPartOf(tx: Transaction, note: Note): Runs {
	return { read: (work) => work(tx), write: (work) => work(tx), note };
}

/** Reads and writes as parts of one transaction: each sees those before it, and one that fails leaves nothing of itself. */
export function asStepsOf(tx: Transaction, note: Note | undefined): Runs {
	return { read: (work) => tx.step(work), write: (work) => tx.step(work), note };
}

/** Runs a write of which nothing stays. */
export async function undone<T>(database: Database, caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T> {
	const done: T[] = [];
	try {
		// A part, so that whatever it has not waited for is done, or fails, before its end.
		await database.write(caller, async (tx) => {
			done[0] = await tx.step(work);
			throw undo;
		});
	} catch (error) {
		if (error !== undo) throw error;
	}
	return done[0] as T;
}

/** Thrown to end a transaction that shall leave nothing behind. */
const undo = new Error("dry run: everything is rolled back");
