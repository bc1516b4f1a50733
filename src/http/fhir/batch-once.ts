import type { Caller } from "../../access/caller.ts";
import type { PlannedEntry } from "../../fhir/bundle.ts";
import { type AnswerKey, dropEntries, type KeptAnswer, keepAnswer } from "../../store/answers.ts";
import type { Database } from "../../store/database.ts";
import type { Note } from "./access-record.ts";
import { type AnswerBudget, answerBudget } from "./answer-budget.ts";
import { type EntryDone, failedEntry, type OnFault, performEntry } from "./batch.ts";
import { claimed, type Done, doneBefore, KeyRefused, touchedIn, touchedText, wholeOf } from "./once.ts";
import type { FhirRequest } from "./request.ts";
import { asPartOf, forReal } from "./runs.ts";

/** Who asks for which batch, under which key. */
interface Asked {
	readonly database: Database;
	readonly caller: Caller;
	readonly key: AnswerKey;
	readonly note: Note;
	readonly whole: FhirRequest;
	readonly entries: readonly PlannedEntry[];
	readonly onFault: OnFault;
}

/**
 * A batch under an Idempotency-Key. Each entry that writes keeps what it came to in its own transaction, so that a repeat, also after a
 * crash half-way or beside the first, does only what is not done; the whole answer replaces these when it is there.
 */
export async function batchOnce(
	asked: Asked,
	answer: (entries: readonly EntryDone[]) => Omit<Done, "replayed">,
): Promise<Done> {
	const { database, caller, key, entries } = asked;
	const before = await claimed(database, caller, key, undefined, async (tx, kept) => {
		// From now on the key means this batch, whatever becomes of its entries.
		if (kept.length === 0) keepAnswer(tx, key, begun);
		return doneBefore(kept);
	});
	if (before !== undefined) return before;
	const done: EntryDone[] = [];
	const budget = answerBudget();
	for (const [at, entry] of entries.entries()) {
		const one = await entryOnce(asked, entry, at + 1, budget);
		if ("answer" in one) return one;
		done.push(one);
	}
	return claimed(database, caller, key, undefined, async (tx, kept) => {
		const finished = doneBefore(kept);
		if (finished !== undefined) return finished;
		// A repeat beside this one may have done what failed here.
		const all = done.map((one, at) => entryBefore(kept, at + 1) ?? one);
		const given = answer(all);
		keepAnswer(tx, key, wholeOf(given));
		dropEntries(tx, key);
		return { ...given, replayed: false };
	});
}

/** What an entry came to, now or before; or the whole, where a repeat has finished it meanwhile. */
async function entryOnce(
	asked: Asked,
	entry: PlannedEntry,
	number: number,
	budget: AnswerBudget,
): Promise<EntryDone | Done> {
	const { database, caller, key, note, whole, onFault } = asked;
	try {
		if (entry.problem !== undefined || entry.method === "GET" || entry.method === "HEAD") {
			return await performEntry(forReal(database, caller, note), entry, whole, budget);
		}
		return await claimed(database, caller, key, [0, number], async (tx, kept) => {
			const before = doneBefore(kept) ?? entryBefore(kept, number);
			if (before !== undefined) return before;
			const done = await performEntry(asPartOf(tx, note), entry, whole, budget);
			const body = JSON.stringify(done.entry);
			keepAnswer(tx, key, { ...begun, entry: number, body, touched: touchedText(done.touched) });
			return done;
		});
	} catch (error) {
		if (error instanceof KeyRefused) throw error;
		return failedEntry(error, entry, onFault);
	}
}

function entryBefore(kept: readonly KeptAnswer[], number: number): EntryDone | undefined {
	const one = kept.find(({ entry }) => entry === number);
	if (one?.body == null) return undefined;
	return { entry: JSON.parse(one.body) as EntryDone["entry"], touched: touchedIn(one.touched), noted: false };
}

/** A whole that is not done yet. */
const begun: KeptAnswer = { entry: 0, status: null, headers: null, body: null, touched: null };
