import { Failure, type Issue } from "../../fhir/failure.ts";
import { ownerOf } from "../build-version.ts";
import type { Transaction } from "../database.ts";
import type { Change, ChangeResult } from "../resource-version.ts";
import { carryOut } from "./carry-out.ts";
import { Effects } from "./effects.ts";
import { Gatherer } from "./gather.ts";
import { findPeople } from "./people.ts";
import { referencesIn } from "./plan.ts";
import { lockStates, type State } from "./state.ts";

/**
 * Makes changes, all or none (with the transaction): one statement per table, whatever their number. Every change that cannot be made
 * is named (`issue.at` is its index), not only the first.
 *
 * Three steps, because each must see the one before: what goes, then who is new, then everything that may be about them.
 */
export async function applyChanges(tx: Transaction, changes: readonly Change[]): Promise<ChangeResult[]> {
	const states = await lockStates(
		tx,
		changes.flatMap((change) => (change.kind === "create" ? [] : [{ type: change.type, id: change.id }])),
	);
	checkVersions(changes, states);
	const results: ChangeResult[] = [];
	for (const step of [0, 1, 2] as const) {
		const indexes = changes.flatMap((change, index) => (stepOf(change) === step ? [index] : []));
		if (indexes.length === 0) continue;
		const done = await applyStep(tx, changes, indexes, states);
		for (const [at, index] of indexes.entries()) results[index] = done[at] as ChangeResult;
	}
	return results;
}

function stepOf(change: Change): 0 | 1 | 2 {
	const type = change.kind === "create" ? change.plan.type : change.type;
	if (type === "Patient") return 1;
	return change.kind === "delete" ? 0 : 2;
}

async function applyStep(
	tx: Transaction,
	changes: readonly Change[],
	indexes: readonly number[],
	states: ReadonlyMap<string, State>,
): Promise<ChangeResult[]> {
	const chosen = indexes.map((index) => changes[index] as Change);
	const people = await findPeople(
		tx,
		referencesIn(chosen.flatMap((change) => (change.kind === "delete" ? [] : [change.resource]))),
	);
	const effects = new Effects(people, tx.caller);
	const outcomes = await new Gatherer(tx, people, states, effects).gather(chosen, indexes);
	const versions = await carryOut(tx, effects);
	return chosen.map((change, index) => {
		const [type, id] = change.kind === "create" ? [change.plan.type, change.plan.id] : [change.type, change.id];
		const outcome = outcomes[index] as ChangeResult["outcome"];
		const owner = change.kind === "create" ? undefined : ownerIn(states.get(`${type}/${id}`));
		const was = owner === undefined ? undefined : { type, id, owner };
		return { outcome, version: versions.get(`${type}/${id}`), was };
	});
}

/** Whom a resource was about before; undefined where there was none. */
function ownerIn(state: State | undefined): number | null | undefined {
	if (state?.kind === "whole") return state.whole.user_id;
	if (state?.kind === "occurrence") return state.occurrence.seriesRow.userId;
	return state?.kind === "row" ? ownerOf(state.mapping, state.loaded.row) : undefined;
}

/** If-Match: all that do not hold are named. */
function checkVersions(changes: readonly Change[], states: ReadonlyMap<string, State>): void {
	const issues: Issue[] = [];
	changes.forEach((change, at) => {
		if (change.kind === "create" || change.ifMatch === undefined) return;
		const state = states.get(`${change.type}/${change.id}`);
		const isThere = state?.kind === "whole" || state?.kind === "row" || state?.kind === "occurrence";
		const version = isThere ? String(state.version) : undefined;
		if (version === change.ifMatch) return;
		const diagnostics =
			version === undefined
				? `${change.type}/${change.id} does not exist, so it has no version ${change.ifMatch}`
				: `${change.type}/${change.id} has version ${version}, not ${change.ifMatch}; read it again and repeat the change`;
		issues.push({ code: "conflict", diagnostics, at });
	});
	if (issues.length > 0) throw new Failure("precondition-failed", issues);
}
