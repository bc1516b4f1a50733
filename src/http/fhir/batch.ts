import type { PlannedEntry } from "../../fhir/bundle.ts";
import { failureOf } from "../plugins/errors.ts";
import type { Touched } from "./access-record.ts";
import { type AnswerBudget, answerBudget } from "./answer-budget.ts";
import type { EntryText } from "./bundle-response.ts";
import { entryRequest } from "./entry-request.ts";
import { perform } from "./perform.ts";
import type { FhirRequest } from "./request.ts";
import { failureEntry, responseEntry } from "./response-entry.ts";
import type { Runs } from "./runs.ts";

/** What an entry came to. */
export interface EntryDone {
	readonly entry: EntryText;
	readonly touched: readonly Touched[];
	/** Whether the access log has that. */
	readonly noted: boolean;
	/** What was refused (403, 404, 410), for the access log: `DELETE Observation/12`. */
	readonly refused?: Refused | undefined;
}

/** What an entry asked for and did not get. */
export interface Refused {
	readonly action: string;
	readonly target: string;
}

/** Told of what nobody expected; the client only learns that its entry failed. */
export type OnFault = (error: unknown) => void;

/** A batch (R4 http 3.1.0.11.1): every entry alone, in a transaction of its own; the failure of one concerns no other. */
export async function batch(
	runs: Runs,
	whole: FhirRequest,
	entries: readonly PlannedEntry[],
	onFault: OnFault,
): Promise<EntryDone[]> {
	const done: EntryDone[] = [];
	const budget = answerBudget();
	for (const entry of entries) {
		const one = await performEntry(runs, entry, whole, budget).catch((error: unknown) =>
			failedEntry(error, entry, onFault),
		);
		done.push(one);
	}
	return done;
}

/** @throws Failure - whatever is wrong with the entry */
export async function performEntry(
	runs: Runs,
	entry: PlannedEntry,
	whole: FhirRequest,
	budget: AnswerBudget,
): Promise<EntryDone> {
	if (entry.problem !== undefined) throw entry.problem;
	const { interaction, request } = entryRequest(entry, whole, false);
	if (interaction.kind === "reading") budget.check();
	const result = await perform(runs, interaction, request, "minimal");
	if (interaction.kind === "reading") budget.spend(result.text);
	return { entry: responseEntry(result, whole.base), touched: result.touched, noted: result.noted };
}

/** The answer of an entry that failed. */
export function failedEntry(error: unknown, { method, url }: PlannedEntry, onFault: OnFault): EntryDone {
	const failure = failureOf(error);
	if (failure.kind === "fault") onFault(error);
	const isRefusal = failure.kind === "forbidden" || failure.kind === "not-found" || failure.kind === "gone";
	// Without what follows `?`: values of a search are nobody's business.
	const target = /^[\w./-]{1,200}/.exec(url)?.[0] ?? "?";
	const refused = isRefusal ? { action: method, target } : undefined;
	return { entry: failureEntry(failure), touched: [], noted: false, refused };
}
