import type { Transaction } from "../../store/database.ts";
import type { PlannedCreate } from "../../store/resource-version.ts";
import { planCreates } from "../../store/resources.ts";
import { conditionKey } from "./conditional.ts";
import type { Resolved } from "./resolve-conditions.ts";
import type { WriteIntent } from "./write-intent.ts";

/** The id an intent's new resource gets. */
export interface Plan {
	readonly type: string;
	readonly id: string;
	readonly plan: PlannedCreate;
	/** Index of the intent that creates it, where that is another one. */
	readonly sameAs?: number;
}

/** One plan per intent that will create under an id of ours; equal conditions of creates share the first one's. */
export async function planAll(
	tx: Transaction,
	intents: readonly WriteIntent[],
	resolved: Resolved,
): Promise<readonly (Plan | undefined)[]> {
	const firstOf = new Map<string, number>();
	const creating: number[] = [];
	const sharing = new Map<number, number>();
	for (const [at, intent] of intents.entries()) {
		if (intent.kind === "delete" || resolved.matches[at] !== undefined) continue;
		if (intent.kind === "update" && (intent.id !== undefined || intent.resource.id !== undefined)) continue;
		const condition = intent.kind === "create" ? intent.unless : undefined;
		const first = condition === undefined ? undefined : firstOf.get(conditionKey(condition));
		if (first !== undefined) {
			sharing.set(at, first);
			continue;
		}
		if (condition !== undefined) firstOf.set(conditionKey(condition), at);
		creating.push(at);
	}
	// Patients that will be there without a create of their own: updates, and creates that an earlier equal condition makes.
	const patients = intents.flatMap((intent, at) => {
		if (intent.kind === "create" && sharing.has(at)) return intent.fullUrl === undefined ? [] : [intent.fullUrl];
		const id = intent.kind === "update" && intent.type === "Patient" ? (intent.id ?? intent.resource.id) : undefined;
		return typeof id === "string" ? [`Patient/${id}`] : [];
	});
	const planned = await planCreates(
		tx,
		creating.map((at) => {
			const intent = intents[at] as Exclude<WriteIntent, { kind: "delete" }>;
			return { resource: intent.resource, ...(intent.fullUrl === undefined ? {} : { fullUrl: intent.fullUrl }) };
		}),
		patients,
	);
	const plans: (Plan | undefined)[] = intents.map(() => undefined);
	for (const [index, at] of creating.entries()) {
		const plan = planned[index];
		if (plan !== undefined) plans[at] = { type: plan.type, id: plan.id, plan };
	}
	for (const [at, first] of sharing) {
		const plan = plans[first];
		if (plan !== undefined) plans[at] = { ...plan, sameAs: first };
	}
	return plans;
}
