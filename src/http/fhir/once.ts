import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import { stringify } from "../../fhir/json.ts";
import { outcomeOf, statusOf } from "../../fhir/outcome.ts";
import { type AnswerKey, claimAnswer, type KeptAnswer, keepAnswer } from "../../store/answers.ts";
import type { Database, Transaction } from "../../store/database.ts";
import { distinct, type Note, type Touched } from "./access-record.ts";
import type { Refused } from "./batch.ts";
import { asStepsOf, type Runs } from "./runs.ts";
import type { Outgoing } from "./send.ts";

/** What a request came to. */
export interface Done {
	readonly answer: Outgoing;
	readonly touched: readonly Touched[];
	/** What of that the access log does not have; undefined: all of it was noted with the write. */
	readonly unnoted: readonly Touched[] | undefined;
	/** What entries of a batch were refused. */
	readonly refused?: readonly Refused[];
	/** Whether it was answered before, and nothing was done now. */
	readonly replayed: boolean;
}

/** How long a repeat waits for the request it repeats before it is told to come again, in milliseconds. */
const longestWait = 10_000;

/** Why nothing can be done under a key right now; never the answer of an entry, nor one to be remembered. */
export class KeyRefused extends Failure {}

/**
 * Does something once, however often and wherever it is asked for: the answer is kept in the same transaction as what was done, and a
 * repeat gets it again. Refusals that came of looking at what is stored are kept, too; after any other failure the key is free again,
 * as nothing was stored.
 *
 * @throws KeyRefused unprocessable - the key was used for something else; conflict - the request it repeats takes too long
 */
export function once(
	database: Database,
	caller: Caller,
	key: AnswerKey,
	note: Note,
	work: (runs: Runs) => Promise<Omit<Done, "replayed">>,
): Promise<Done> {
	return claimed(database, caller, key, undefined, async (tx, kept) => {
		const before = doneBefore(kept);
		if (before !== undefined) return before;
		const { runs, hasRun } = watched(asStepsOf(tx, note));
		const done = await work(runs).catch((error: unknown) => {
			if (!hasRun() || !isSettled(error)) throw error;
			return { answer: refusal(error), touched: [], unnoted: [] };
		});
		keepAnswer(tx, key, wholeOf(done));
		return { ...done, replayed: false };
	});
}

/** The same, telling whether a write has begun: what fails before is wrong in itself. */
function watched(runs: Runs): { runs: Runs; hasRun: () => boolean } {
	let begun = false;
	const write: Runs["write"] = (work) => {
		begun = true;
		return runs.write(work);
	};
	return { runs: { ...runs, write }, hasRun: () => begun };
}

/**
 * Runs `work` with a key that nobody else has meanwhile, and what is kept under it; waits for who has it.
 *
 * @param entries - of which entries to give what is kept; undefined: all
 * @throws KeyRefused
 */
export async function claimed<T>(
	database: Database,
	caller: Caller,
	key: AnswerKey,
	entries: readonly number[] | undefined,
	work: (tx: Transaction, kept: readonly KeptAnswer[]) => Promise<T>,
): Promise<T> {
	const until = Date.now() + longestWait;
	// Asked again and again rather than waited for in Postgres, so that repeats do not keep connections from others.
	for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
		const done = await database.write(caller, async (tx) => {
			const claim = await claimAnswer(tx, key, entries);
			if (claim.state === "different") throw new KeyRefused("unprocessable", usedDifferently);
			return claim.state === "busy" ? undefined : { value: await work(tx, claim.kept) };
		});
		if (done !== undefined) return done.value;
		if (Date.now() > until) throw new KeyRefused("conflict", stillRunning, { retryAfterSeconds: 1 });
		await sleep(pause * (0.5 + Math.random() / 2));
	}
}

/** The whole answer, if it is among what is kept. */
export function doneBefore(kept: readonly KeptAnswer[]): Done | undefined {
	const whole = kept.find(({ entry }) => entry === 0);
	if (whole === undefined || whole.status === null) return undefined;
	const { status, headers, body, touched } = whole;
	const answer = { status, headers: JSON.parse(headers ?? "{}") as Outgoing["headers"], text: body ?? undefined };
	const shown = touchedIn(touched);
	return { answer, touched: shown, unnoted: shown, replayed: true };
}

/** A whole answer as it is kept. */
export function wholeOf({ answer, touched }: Pick<Done, "answer" | "touched">): KeptAnswer {
	const { status, headers, text } = answer;
	return { entry: 0, status, headers: JSON.stringify(headers), body: text ?? null, touched: touchedText(touched) };
}

/** For the access log, as it is kept. */
export function touchedText(touched: readonly Touched[]): string {
	return JSON.stringify(distinct(touched).map(({ type, id, owner }) => ({ type, id, owner })));
}

export function touchedIn(text: string | null): readonly Touched[] {
	return JSON.parse(text ?? "[]") as Touched[];
}

/** 404, 409, 410, 412 and 422 were decided by what is stored; the rest says how the request is made, or that now is a bad moment. */
function isSettled(error: unknown): error is Failure {
	if (!(error instanceof Failure) || error.retryAfterSeconds !== undefined) return false;
	return [404, 409, 410, 412, 422].includes(statusOf(error));
}

/** The answer that `sendFailure` gives. */
function refusal(failure: Failure): Outgoing {
	const headers = { "content-type": "application/fhir+json; charset=utf-8" };
	return { status: statusOf(failure), headers, text: stringify(outcomeOf(failure)) };
}

const usedDifferently =
	"This Idempotency-Key was used for a request with another body, address or preference; take a new key for a new request";
const stillRunning = "The request with this Idempotency-Key is still being worked on; ask again";
