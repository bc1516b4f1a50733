import { rewriteReferences } from "../../fhir/bundle.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import type { Change, ChangeResult, ResourceVersion } from "../../store/resource-version.ts";
import { applyChanges } from "../../store/resources.ts";
import { checkContents, checkKinds } from "./granted-writes.ts";
import { patched } from "./patched.ts";
import { type Plan, planAll } from "./plan-all.ts";
import { resolveConditions } from "./resolve-conditions.ts";
import { checkUpdates } from "./update-rules.ts";
import type { AskedWrite, WriteIntent } from "./write-intent.ts";

/** What became of an intent; `existing`: a conditional create found its resource and did nothing. */
export interface Written {
	readonly outcome: ChangeResult["outcome"] | "existing";
	/** Undefined for the delete of what was not there. */
	readonly version: ResourceVersion | undefined;
	readonly was?: ChangeResult["was"];
}

/** What an intent turned into: a change of its own, a resource that is there, or the create of an earlier equal condition. */
type Step =
	| { readonly kind: "change"; readonly change: Change }
	| { readonly kind: "existing"; readonly version: ResourceVersion }
	| { readonly kind: "same-as"; readonly at: number }
	| { readonly kind: "nothing" };

/**
 * Does writes together, all or none: patches done, conditions resolved, ids planned, references between them rewritten, then one set-based
 * call to the store. The results come in the order of the intents.
 *
 * @throws Failure - with the issues of all failing intents; `at` is the index of the intent
 */
export async function carryOut(tx: Transaction, wanted: readonly AskedWrite[], base: string): Promise<Written[]> {
	checkKinds(tx.caller, wanted);
	const asked = await patched(tx, wanted, base);
	const resolved = await resolveConditions(tx, asked, base);
	await checkUpdates(tx, asked, resolved);
	// References to what is there already are rewritten first: planning looks at whom a resource is about.
	const known = namesOf(asked, (at) => resolved.matches[at] ?? own(asked[at]), resolved.references);
	const intents = rewritten(asked, withUnknown(known, asked));
	const plans = await planAll(tx, intents, resolved);
	const planned = rewritten(
		intents,
		namesOf(intents, (at) => plans[at]),
	);
	// As they will be stored: what an app may write can depend on what they refer to.
	await checkContents(tx, planned, (at) => resolved.matches[at]?.id);
	const steps = planned.map((intent, at) => stepOf(intent, resolved.matches[at], plans[at]));
	const changes = steps.flatMap((step, at) => (step.kind === "change" ? [{ change: step.change, at }] : []));
	checkNoneTwice(changes);
	const results = await applied(tx, changes);
	return steps.map((step, at) => writtenBy(step, at, results));
}

/** fullUrl -> `Type/id` for the intents whose identity is known by now, besides what is given. */
function namesOf(
	intents: readonly WriteIntent[],
	identityOf: (at: number) => { readonly type: string; readonly id: string } | undefined,
	given: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
	const names = new Map(given);
	for (const [at, intent] of intents.entries()) {
		if (intent.kind === "delete" || intent.fullUrl === undefined) continue;
		const identity = identityOf(at);
		if (identity !== undefined) names.set(intent.fullUrl, `${identity.type}/${identity.id}`);
	}
	return names;
}

/**
 * The same with every other fullUrl standing for itself, so that relative references, which mean an entry with a fullUrl beside
 * their own (R4 bundle 2.36.4.1), get that fullUrl's form before it has an id.
 */
function withUnknown(names: ReadonlyMap<string, string>, intents: readonly WriteIntent[]): Map<string, string> {
	const all = new Map(names);
	for (const intent of intents) {
		if (intent.kind === "delete" || !intent.fullUrl?.startsWith("http") || all.has(intent.fullUrl)) continue;
		all.set(intent.fullUrl, intent.fullUrl);
	}
	return all;
}

/** The identity an update names itself: the URL's id, or its body's where a condition found nothing. */
function own(intent: WriteIntent | undefined): { type: string; id: string } | undefined {
	if (intent?.kind !== "update") return undefined;
	const id = intent.id ?? intent.resource.id;
	return typeof id === "string" ? { type: intent.type, id } : undefined;
}

function rewritten(intents: readonly WriteIntent[], names: ReadonlyMap<string, string>): readonly WriteIntent[] {
	if (names.size === 0) return intents;
	return intents.map((intent) =>
		intent.kind === "delete"
			? intent
			: { ...intent, resource: rewriteReferences(intent.resource, names, intent.fullUrl) },
	);
}

function stepOf(intent: WriteIntent, match: ResourceVersion | undefined, plan: Plan | undefined): Step {
	if (intent.kind === "create") {
		if (match !== undefined) return { kind: "existing", version: match };
		if (plan === undefined) throw new Failure("fault", "A create without a plan");
		if (plan.sameAs !== undefined) return { kind: "same-as", at: plan.sameAs };
		return { kind: "change", change: { kind: "create", plan: plan.plan, resource: intent.resource } };
	}
	const { type } = intent;
	const insists = intent.ifMatch === undefined ? {} : { ifMatch: intent.ifMatch };
	if (intent.kind === "delete") {
		const id = intent.id ?? match?.id;
		return id === undefined
			? { kind: "nothing" }
			: { kind: "change", change: { kind: "delete", type, id, ...insists } };
	}
	const { resource } = intent;
	if (plan !== undefined) return { kind: "change", change: { kind: "create", plan: plan.plan, resource } };
	const id = match?.id ?? own(intent)?.id;
	if (id === undefined) throw new Failure("fault", "An update without an id");
	return { kind: "change", change: { kind: "update", type, id, resource: { ...resource, id }, ...insists } };
}

/** R4 http 3.1.0.11.2: no resource may be written twice in a transaction, also not through conditions. */
function checkNoneTwice(changes: readonly { readonly change: Change; readonly at: number }[]): void {
	const seen = new Set<string>();
	const issues = changes.flatMap(({ change, at }) => {
		const { type, id } = change.kind === "create" ? change.plan : change;
		const key = `${type}/${id}`;
		if (!seen.has(key)) {
			seen.add(key);
			return [];
		}
		return [{ code: "duplicate", diagnostics: `${key} is written twice in one transaction`, at }];
	});
	if (issues.length > 0) throw new Failure("invalid", issues);
}

/** Applies the changes; results and failures speak of intents again, not of changes. */
async function applied(tx: Transaction, changes: readonly { readonly change: Change; readonly at: number }[]) {
	try {
		const results = await applyChanges(
			tx,
			changes.map(({ change }) => change),
		);
		return new Map(changes.map(({ at }, index) => [at, results[index]]));
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		const issues = error.issues.map((issue) => {
			const at = issue.at === undefined ? undefined : changes[issue.at]?.at;
			return at === undefined ? issue : { ...issue, at };
		});
		throw new Failure(error.kind, issues, { detail: error.detail });
	}
}

function writtenBy(step: Step, at: number, results: ReadonlyMap<number, ChangeResult | undefined>): Written {
	if (step.kind === "existing") return { outcome: "existing", version: step.version };
	if (step.kind === "same-as") return { outcome: "existing", version: results.get(step.at)?.version };
	if (step.kind === "nothing") return { outcome: "absent", version: undefined };
	const result = results.get(at);
	if (result === undefined) throw new Failure("fault", "The store gave no result for a change");
	return result;
}
