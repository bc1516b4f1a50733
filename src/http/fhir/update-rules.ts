import { Failure } from "../../fhir/failure.ts";
import { lockConditions } from "../../store/conditional-lock.ts";
import type { Transaction } from "../../store/database.ts";
import { currentVersion } from "../../store/resources.ts";
import { Problems, type Resolved } from "./resolve-conditions.ts";
import type { WriteIntent } from "./write-intent.ts";

type Update = Extract<WriteIntent, { kind: "update" }>;

/**
 * The rules of updates that need a look at what is stored (R4 http 3.1.0.4.3, RFC 9110 13.1.2): a body's id is the one its condition
 * found; where the condition found none, that id is still free, and so is the URL's under `If-None-Match: *`.
 *
 * @throws Failure invalid | precondition-failed | conflict - issues of all updates, each with `at`
 */
export async function checkUpdates(tx: Transaction, intents: readonly WriteIntent[], resolved: Resolved) {
	const updates = intents.flatMap((intent, at) => (intent.kind === "update" ? [{ intent, at }] : []));
	const toBeFree = updates.filter(({ intent }) => intent.onlyNew && intent.id !== undefined);
	await lockConditions(
		tx,
		toBeFree.map(({ intent }) => `${intent.type}/${intent.id}`),
	);
	const problems = new Problems();
	for (const { intent, at } of updates) {
		await problems.collect({ at }, () => checkUpdate(tx, intent, resolved.matches[at]?.id));
	}
	problems.throwAny();
}

async function checkUpdate(tx: Transaction, update: Update, matchId: string | undefined): Promise<void> {
	const { type, id, resource, where, ifMatch, onlyNew } = update;
	if (where === undefined) {
		if (!onlyNew || id === undefined || !(await exists(tx, type, id))) return;
		throw new Failure("precondition-failed", `${type}/${id} is there already`);
	}
	if (matchId !== undefined) {
		if (onlyNew) throw new Failure("precondition-failed", `${type}/${matchId} is there already`);
		if (resource.id === undefined || resource.id === matchId) return;
		const both = `the condition means ${type}/${matchId}, the resource has the id "${String(resource.id)}"`;
		throw new Failure("invalid", both, { expression: `${type}.id` });
	}
	if (ifMatch !== undefined) throw new Failure("precondition-failed", "If-Match is given, but nothing matches");
	if (typeof resource.id === "string" && (await exists(tx, type, resource.id))) {
		throw new Failure("conflict", `${type}/${resource.id} is there already and does not meet the condition`);
	}
}

async function exists(tx: Transaction, type: string, id: string): Promise<boolean> {
	try {
		await currentVersion(tx, type, id);
		return true;
	} catch (error) {
		if (error instanceof Failure && (error.kind === "not-found" || error.kind === "gone")) return false;
		throw error;
	}
}
