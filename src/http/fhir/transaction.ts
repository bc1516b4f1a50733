import type { PlannedEntry } from "../../fhir/bundle.ts";
import { Failure, type Issue } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { distinct } from "./access-record.ts";
import { answerBudget } from "./answer-budget.ts";
import type { EntryDone } from "./batch.ts";
import { carryOut } from "./carry-out.ts";
import { entryRequest } from "./entry-request.ts";
import type { ReadingInteraction } from "./interaction.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import { Problems } from "./resolve-conditions.ts";
import { responseEntry } from "./response-entry.ts";
import type { Runs } from "./runs.ts";
import type { AskedWrite } from "./write-intent.ts";
import { writeResult } from "./write-result.ts";

interface Writing {
	readonly at: number;
	readonly intent: AskedWrite;
}

interface Reading {
	readonly at: number;
	readonly interaction: ReadingInteraction;
	readonly request: FhirRequest;
}

/**
 * A transaction (R4 http 3.1.0.11.2): all entries or none, whatever their order; reads see what the writes did. Everything that is
 * wrong with any entry comes in one failure, each issue under `Bundle.entry[i]` with the sender's index.
 */
export async function transaction(
	runs: Runs,
	whole: FhirRequest,
	entries: readonly PlannedEntry[],
): Promise<EntryDone[]> {
	const { writings, readings } = await named(async () => sorted(entries, whole));
	const noted = runs.note !== undefined;
	const results = await named(() =>
		runs.write(async (tx) => {
			const all = await performAll(tx, writings, readings, whole);
			const touched = distinct(all.flatMap((one) => one.touched));
			runs.note?.(tx, "transaction", "Bundle", touched);
			return all;
		}),
	);
	return results.map((result) => ({ entry: responseEntry(result, whole.base), touched: result.touched, noted }));
}

/** The entries as writes and reads, each valid in itself. */
function sorted(entries: readonly PlannedEntry[], whole: FhirRequest) {
	const problems = new Problems();
	const writings: Writing[] = [];
	const readings: Reading[] = [];
	for (const [at, entry] of entries.entries()) {
		problems.collectNow({ at }, () => {
			if (entry.problem !== undefined) throw entry.problem;
			const { interaction, request } = entryRequest(entry, whole, true);
			if (interaction.kind === "writing") writings.push({ at, intent: interaction.intent(request) });
			else readings.push({ at, interaction, request });
		});
	}
	problems.throwAny();
	return { writings, readings };
}

async function performAll(
	tx: Transaction,
	writings: readonly Writing[],
	readings: readonly Reading[],
	whole: FhirRequest,
): Promise<InteractionResult[]> {
	const results: InteractionResult[] = [];
	const intents = writings.map(({ intent }) => intent);
	const written = await ofEntries(writings, () => carryOut(tx, intents, whole.base));
	for (const [index, one] of written.entries()) {
		const at = writings[index]?.at;
		if (at !== undefined) results[at] = writeResult(one, whole.preferences.return ?? "minimal");
	}
	const budget = answerBudget();
	const problems = new Problems();
	for (const { at, interaction, request } of readings) {
		await problems.collect({ at }, async () => {
			budget.check();
			const result = await interaction.run(tx, request);
			budget.spend(result.text);
			results[at] = result;
		});
	}
	problems.throwAny();
	return results;
}

/** Failures of writes name the index of the write; here it becomes the index of the entry. */
async function ofEntries<T>(writings: readonly Writing[], work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const issues = error.issues.map((issue) => {
			const at = issue.at === undefined ? undefined : writings[issue.at]?.at;
			return at === undefined ? issue : { ...issue, at };
		});
		throw new Failure(error.kind, issues, { detail: error.detail });
	}
}

/** Failures of entries leave with expressions in terms of the Bundle the client sent. */
async function named<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const { kind, issues, detail, retryAfterSeconds } = error;
		const options = retryAfterSeconds === undefined ? { detail } : { detail, retryAfterSeconds };
		throw new Failure(kind, issues.map(inBundle), options);
	}
}

/** `Observation.valueQuantity` of entry 3 -> `Bundle.entry[3].resource.valueQuantity`. */
function inBundle({ at, expression, ...issue }: Issue): Issue {
	if (at === undefined) return expression === undefined ? issue : { ...issue, expression };
	const entry = `Bundle.entry[${at}]`;
	if (expression === undefined) return { ...issue, expression: entry };
	if (expression.startsWith("Bundle.entry[")) return { ...issue, expression };
	const rest = expression.replace(/^[A-Za-z]+(?=\.|\[|$)/, "");
	return { ...issue, expression: `${entry}.resource${rest}` };
}
