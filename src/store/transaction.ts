import type { Caller } from "../access/caller.ts";
import type { Transaction } from "./database.ts";
import type { Lookups } from "./lookups.ts";
import type { NoticeBoard } from "./notices.ts";
import type { NumberStore } from "./number-store.ts";
import { attemptsFor, translatePostgresError } from "./postgres-errors.ts";
import type { Reactions, RowsWritten } from "./reactions.ts";
import type { Session } from "./sessions.ts";
import { variablesOf } from "./variables.ts";

/** What a write runs with. */
export interface Writing {
	readonly session: Session;
	/** What is looked up before anything else is asked: with what other requests look up. */
	readonly lookups: Lookups;
	readonly numbers: NumberStore;
	readonly reacting: Reactions;
	readonly notices: Pick<NoticeBoard, "tell">;
	readonly isolation: string;
}

/**
 * One transaction, begun by its first statement. Role and variable are set for it only and in the same message as BEGIN: nothing of one
 * caller is left for the next, however it ends.
 */
export async function writing<T>(
	{ session, lookups, numbers, reacting, notices, isolation }: Writing,
	caller: Caller,
	work: (tx: Transaction) => Promise<T>,
): Promise<T> {
	const role = (name: string) => `set local role heart_${name}`;
	let begun: Promise<void> | undefined;
	const begin = () => {
		if (begun !== undefined) return begun;
		begun = session.run(
			`begin isolation level ${isolation}, read write; ${role(caller.role)}; ${variablesOf(caller, "set local")}`,
		);
		begun.catch(() => undefined);
		pending.push(begun);
		return begun;
	};
	// Statements travel with what must come before them, and fail when it does.
	const query: Transaction["query"] = async (statement) => {
		const before = begin();
		const [rows] = await Promise.all([session.query(statement), before]);
		return rows;
	};
	const pending: Promise<unknown>[] = [];
	const told: (() => void)[] = [];
	let systemSteps = 0;
	const asSystem = async <R>(step: () => Promise<R>): Promise<R> => {
		begin();
		// A step within a step ends with the outer one.
		const entered = systemSteps++ === 0 ? session.run(role("system")) : undefined;
		try {
			const [done] = await Promise.all([step(), entered]);
			return done;
		} finally {
			// Fails where the transaction has failed already.
			if (--systemSteps === 0) await session.run(role(caller.role)).catch(() => undefined);
		}
	};
	const transaction = (unawaited: Promise<unknown>[], written: RowsWritten[]): Transaction => ({
		caller,
		query,
		async find(lookup, key) {
			// Each statement sees what is committed when it begins, so the first one may as well be one of another transaction.
			if (begun === undefined && isolation === "read committed") return lookups.find(caller, lookup, key);
			const [found] = await query(lookup.statement([key]));
			return found;
		},
		later(fragment) {
			const done = query(fragment);
			done.catch(() => undefined);
			unawaited.push(done);
		},
		numbers: (sequence, count) => numbers.take(query, sequence, count),
		asSystem,
		committed: (tell) => void told.push(tell),
		heard: (channel) => void told.push(() => notices.tell(channel)),
		wrote: (rows) => void written.push(rows),
		async step(part) {
			begin();
			const [result, rows] = await translated(() => retried(() => saved(session, transaction, part)));
			written.push(...rows);
			return result;
		},
	});
	try {
		const written: RowsWritten[] = [];
		const tx = transaction(pending, written);
		const result = await work(tx);
		await reacting.run(tx, [...written]);
		// The empty select fails where an error was swallowed; COMMIT alone would then quietly roll back.
		if (begun !== undefined) await Promise.all([...pending, session.run("select; commit")]);
		for (const tell of told) tell();
		return result;
	} catch (error) {
		if (begun !== undefined) await session.run("rollback").catch(() => session.spoil());
		throw await firstFailure(pending, error);
	}
}

/** One try of a part, and what it wrote. A new Transaction each time: what is remembered by transaction must not outlive the part. */
async function saved<T>(
	session: Session,
	transaction: (unawaited: Promise<unknown>[], written: RowsWritten[]) => Transaction,
	part: (tx: Transaction) => Promise<T>,
): Promise<[T, RowsWritten[]]> {
	const begun = session.run("savepoint part");
	begun.catch(() => undefined);
	const pending: Promise<unknown>[] = [begun];
	try {
		const written: RowsWritten[] = [];
		const result = await part(transaction(pending, written));
		await Promise.all([...pending, session.run("select; release savepoint part")]);
		return [result, written];
	} catch (error) {
		// Fails with the connection only; then the transaction cannot go on either.
		await session.run("rollback to savepoint part; release savepoint part").catch(() => session.spoil());
		throw await firstFailure(pending, error);
	}
}

/** What nobody waited for may have failed first, and made everything after it fail. */
async function firstFailure(pending: readonly Promise<unknown>[], otherwise: unknown): Promise<unknown> {
	const [first] = (await Promise.allSettled(pending)).filter(({ status }) => status === "rejected");
	return (first as PromiseRejectedResult | undefined)?.reason ?? otherwise;
}

/** Tries again what others came in the way of (`attemptsFor`). @param again - told before each further try */
export async function retried<T>(attempt: () => Promise<T>, again: () => void = () => undefined): Promise<T> {
	for (let count = 1; ; count++) {
		try {
			return await attempt();
		} catch (error) {
			if (count >= attemptsFor(error)) throw error;
			again();
			await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** count));
		}
	}
}

/** What Postgres says, as a Failure where a client can have caused it. */
export async function translated<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw translatePostgresError(error);
	}
}
