import { Failure } from "../../fhir/failure.ts";
import { type JsonObject, parseJson } from "../../fhir/json.ts";
import type { Transaction } from "../../store/database.ts";
import { readResourceToChange } from "../../store/resources.ts";
import { conditionKey, matchesOf } from "./conditional.ts";
import { Problems, several } from "./resolve-conditions.ts";
import { issuesOf, resourceIn } from "./valid-body.ts";
import type { AskedWrite, PatchIntent, WriteIntent } from "./write-intent.ts";

/**
 * The same writes with every patch done: an update of the resource as it is now, which is locked, so that of patches that race each is done
 * to what the one before it left.
 *
 * @throws Failure not-found | gone | precondition-failed | unprocessable - issues of all patches, each with `at`
 */
export async function patched(
	tx: Transaction,
	asked: readonly AskedWrite[],
	base: string,
): Promise<readonly WriteIntent[]> {
	const problems = new Problems();
	const intents: WriteIntent[] = [];
	for (const [at, one] of asked.entries()) {
		if (one.kind !== "patch") intents[at] = one;
		else {
			await problems.collect({ at }, async () => {
				intents[at] = await updateBy(tx, one, base);
			});
		}
	}
	problems.throwAny();
	return intents;
}

async function updateBy(tx: Transaction, intent: PatchIntent, base: string): Promise<WriteIntent> {
	const { type, ifMatch, inTransaction } = intent;
	const id = intent.id ?? (await theMatch(tx, intent, base));
	const { text, versionId } = await readResourceToChange(tx, type, id);
	if (ifMatch !== undefined && ifMatch !== versionId) {
		throw new Failure("precondition-failed", `${type}/${id} is at version ${versionId}`);
	}
	const resource = await intent.patch(resourceIn(parseJson(text)));
	checkOutcome(resource, intent, id);
	const fullUrl = inTransaction?.fullUrl;
	return { kind: "update", type, id, where: undefined, resource, fullUrl, ifMatch: undefined, onlyNew: false };
}

/** @throws Failure not-found | precondition-failed */
async function theMatch(tx: Transaction, { where }: PatchIntent, base: string): Promise<string> {
	if (where === undefined) throw new Failure("fault", "A patch without a target");
	const [match, second] = await matchesOf(tx, where, base);
	if (second !== undefined) throw several(where);
	if (match === undefined) throw new Failure("not-found", `Nothing matches ${conditionKey(where)}`);
	return match.id;
}

/** R4 fhirpatch: servers return an error where the outcome is not valid. */
function checkOutcome(resource: JsonObject, { type, inTransaction }: PatchIntent, id: string): void {
	for (const [element, value] of [
		["resourceType", type],
		["id", id],
	] as const) {
		if (resource[element] === value) continue;
		throw new Failure("unprocessable", `A patch cannot change ${element}`, { expression: `${type}.${element}` });
	}
	const issues = issuesOf(resource, { inTransaction });
	if (issues.length > 0) throw new Failure("unprocessable", issues);
}
