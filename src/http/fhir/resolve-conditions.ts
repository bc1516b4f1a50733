import { collectReferences } from "../../fhir/bundle.ts";
import { Failure, type Issue } from "../../fhir/failure.ts";
import type { Json, JsonObject } from "../../fhir/json.ts";
import { lockConditions } from "../../store/conditional-lock.ts";
import type { Transaction } from "../../store/database.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { conditionKey, criteriaFrom, matchesOf } from "./conditional.ts";
import type { Criteria, WriteIntent } from "./write-intent.ts";

/** What the conditions of some writes came to. */
export interface Resolved {
	/** By index of the intent: the one match of its condition; undefined where nothing matches or there is no condition. */
	readonly matches: readonly (ResourceVersion | undefined)[];
	/** `Type?criteria` as written in references -> `Type/id`. */
	readonly references: ReadonlyMap<string, string>;
}

/** The condition of an intent, undefined when it is unconditional. */
function conditionOf(intent: WriteIntent): Criteria | undefined {
	return intent.kind === "create" ? intent.unless : intent.where;
}

/**
 * Finds what the conditions mean, each once, after making every other transaction with the same conditions wait: what is found
 * (or not found) stays so until this transaction ends.
 *
 * @throws Failure precondition-failed | invalid - issues of all intents, each with `at`
 */
export async function resolveConditions(
	tx: Transaction,
	intents: readonly WriteIntent[],
	base: string,
): Promise<Resolved> {
	const conditions = intents.map(conditionOf);
	await lockConditions(
		tx,
		[...new Set(conditions.flatMap((criteria) => (criteria === undefined ? [] : [conditionKey(criteria)])))].sort(),
	);
	const found = new Map<string, readonly ResourceVersion[]>();
	const search = async (criteria: Criteria) => {
		const key = conditionKey(criteria);
		const known = found.get(key) ?? (await matchesOf(tx, criteria, base));
		found.set(key, known);
		return known;
	};
	const problems = new Problems();
	const matches: (ResourceVersion | undefined)[] = intents.map(() => undefined);
	const references = new Map<string, string>();
	for (const [at, intent] of intents.entries()) {
		const criteria = conditions[at];
		if (criteria !== undefined) {
			await problems.collect({ at }, async () => {
				const [match, second] = await search(criteria);
				if (second !== undefined) throw several(criteria);
				matches[at] = match;
			});
		}
		if (intent.kind === "delete" || !mayHaveConditions(intent.resource)) continue;
		for (const { reference, expression } of conditionalReferencesOf(intent.resource)) {
			if (references.has(reference)) continue;
			await problems.collect({ at, expression: `${expression}.reference` }, async () => {
				const at = reference.indexOf("?");
				const criteria = criteriaFrom(reference.slice(0, at), reference.slice(at + 1));
				const [match, second] = await search(criteria);
				if (second !== undefined) throw several(criteria);
				if (match === undefined) throw new Failure("precondition-failed", `Nothing matches ${conditionKey(criteria)}`);
				references.set(reference, `${match.type}/${match.id}`);
			});
		}
	}
	problems.throwAny();
	return { matches, references };
}

/** More matches than a condition may have. */
export function several(criteria: Criteria): Failure {
	return new Failure("precondition-failed", `More than one resource matches ${conditionKey(criteria)}`, {
		code: "multiple-matches",
	});
}

/** Whether any reference could be conditional; nearly none is, and to find where they are costs much more. */
function mayHaveConditions(value: Json | undefined): boolean {
	if (typeof value !== "object" || value === null) return false;
	if (Array.isArray(value)) {
		for (const item of value) if (mayHaveConditions(item)) return true;
		return false;
	}
	for (const name in value) {
		const member = (value as JsonObject)[name];
		if (name === "reference" && typeof member === "string" ? member.includes("?") : mayHaveConditions(member))
			return true;
	}
	return false;
}

function conditionalReferencesOf(resource: JsonObject) {
	return collectReferences(resource).filter(({ reference }) => /^[A-Z][A-Za-z]*\?/.test(reference));
}

/** Failures of many writes, put together into one. */
export class Problems {
	readonly #issues: Issue[] = [];
	#kind: Failure["kind"] | undefined;

	/** Runs `work`; the issues of a failure are kept, belonging to the write `at`. Anything unexpected goes on. */
	async collect(where: { readonly at: number; readonly expression?: string }, work: () => Promise<void> | void) {
		try {
			await work();
		} catch (error) {
			this.#keep(where, error);
		}
	}

	/** The same for work that waits for nothing. */
	collectNow(where: { readonly at: number }, work: () => void): void {
		try {
			work();
		} catch (error) {
			this.#keep(where, error);
		}
	}

	#keep(where: { readonly at: number; readonly expression?: string }, error: unknown): void {
		if (!(error instanceof Failure)) throw error;
		this.#kind ??= error.kind;
		for (const issue of error.issues) this.#issues.push({ ...where, ...issue, at: where.at });
	}

	/** @throws Failure - of the first kind collected, with all issues; nothing when there are none */
	throwAny(): void {
		if (this.#kind !== undefined) throw new Failure(this.#kind, this.#issues);
	}
}
