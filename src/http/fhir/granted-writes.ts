import { allowed, mayTouch, requireScope } from "../../access/app-limits.ts";
import type { Caller } from "../../access/caller.ts";
import type { Letter } from "../../access/scopes.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { currentVersion } from "../../store/resources.ts";
import { Problems } from "./resolve-conditions.ts";
import type { AskedWrite, WriteIntent } from "./write-intent.ts";

const letters: Readonly<Record<AskedWrite["kind"], Letter>> = { create: "c", update: "u", patch: "u", delete: "d" };

/**
 * Refuses an app what it was granted with no resource of the type, before anything is looked up.
 *
 * @throws Failure forbidden - issues of all intents, each with `at`
 */
export function checkKinds(caller: Caller, intents: readonly AskedWrite[]): void {
	if (caller.app === undefined) return;
	const issues = intents.flatMap((intent, at) => {
		try {
			requireScope(caller, typeOf(intent), letters[intent.kind]);
			return [];
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			return error.issues.map((issue) => ({ ...issue, at }));
		}
	});
	if (issues.length > 0) throw new Failure("forbidden", issues);
}

/**
 * Refuses an app whose scopes have conditions to write what does not meet them, and to change or delete what did not.
 *
 * @param matchOf - id of what an intent's condition found
 * @throws Failure forbidden - issues of all intents, each with `at`
 */
export async function checkContents(
	tx: Transaction,
	intents: readonly WriteIntent[],
	matchOf: (at: number) => string | undefined,
): Promise<void> {
	if (tx.caller.app === undefined) return;
	const problems = new Problems();
	for (const [at, intent] of intents.entries()) {
		const type = typeOf(intent);
		const letter = letters[intent.kind];
		if (allowed(tx.caller, type, letter) === "everything") continue;
		await problems.collect({ at }, async () => {
			if (intent.kind !== "delete" && !mayTouch(tx.caller, type, intent.resource, letter)) throw beyond(type);
			const id = intent.kind === "create" ? undefined : (intent.id ?? matchOf(at) ?? ownId(intent));
			const before = id === undefined ? undefined : await present(tx, type, id);
			if (before !== undefined && !mayTouch(tx.caller, type, before, letter)) throw beyond(type);
		});
	}
	problems.throwAny();
}

function typeOf(intent: AskedWrite): string {
	return intent.kind === "create" ? String(intent.resource.resourceType) : intent.type;
}

function ownId(intent: WriteIntent): string | undefined {
	return intent.kind === "update" && typeof intent.resource.id === "string" ? intent.resource.id : undefined;
}

async function present(tx: Transaction, type: string, id: string): Promise<string | undefined> {
	try {
		return (await currentVersion(tx, type, id)).text;
	} catch (error) {
		if (error instanceof Failure && (error.kind === "not-found" || error.kind === "gone")) return undefined;
		throw error;
	}
}

function beyond(type: string): Failure {
	return new Failure("forbidden", `This app was granted some kinds of ${type} only, and this is none of them`);
}
