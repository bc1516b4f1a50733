import type { Caller } from "../../access/caller.ts";
import { readBundle } from "../../fhir/bundle.ts";
import { Failure } from "../../fhir/failure.ts";
import type { AnswerKey } from "../../store/answers.ts";
import { distinct, type Note } from "./access-record.ts";
import { batch, type EntryDone, type OnFault } from "./batch.ts";
import { batchOnce } from "./batch-once.ts";
import { bundleText } from "./bundle-response.ts";
import type { ReadRequest } from "./http-request.ts";
import { type Done, once } from "./once.ts";
import { asIf, asStepsOf, forReal, undone } from "./runs.ts";
import { withBody } from "./send.ts";
import type { FhirServices } from "./services.ts";
import { transaction } from "./transaction.ts";

/** What a Bundle came to. */
export interface BundleDone extends Done {
	readonly code: "batch" | "transaction";
}

/** `POST [base]` (R4 http 3.1.0.11): performs a batch or a transaction and answers in the order of its entries. */
export async function bundle(
	{ database, base }: FhirServices,
	caller: Caller,
	{ asked, answer, dryRun }: ReadRequest,
	{ key, note }: { readonly key: AnswerKey | undefined; readonly note: Note },
	onFault: OnFault,
): Promise<BundleDone> {
	if (asked.resource === undefined) {
		throw new Failure("invalid", "A Bundle is needed as the body", { code: "required" });
	}
	const { type, entries } = readBundle(asked.resource, { base });
	const answered = (done: readonly EntryDone[]) => ({
		answer: withBody(200, bundleText({ type: `${type}-response`, entries: done.map(({ entry }) => entry) }), answer),
		touched: done.flatMap(({ touched }) => touched),
		refused: done.flatMap(({ refused }) => refused ?? []),
		unnoted:
			type === "transaction" && done.every(({ noted }) => noted)
				? undefined
				: distinct(done.flatMap(({ touched, noted }) => (noted ? [] : touched))),
	});
	const perform = async (): Promise<Done> => {
		if (type === "transaction") {
			if (key !== undefined) {
				return once(database, caller, key, note, async (runs) => answered(await transaction(runs, asked, entries)));
			}
			const runs = dryRun ? asIf(database, caller) : forReal(database, caller, note);
			return { ...answered(await transaction(runs, asked, entries)), replayed: false };
		}
		if (key !== undefined) return batchOnce({ database, caller, key, note, whole: asked, entries, onFault }, answered);
		// As if in one transaction, since its entries see what those before them did.
		const done = dryRun
			? await undone(database, caller, (tx) => batch(asStepsOf(tx, undefined), asked, entries, onFault))
			: await batch(forReal(database, caller, note), asked, entries, onFault);
		return { ...answered(done), replayed: false };
	};
	return { ...(await perform()), code: type };
}
