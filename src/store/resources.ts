import { mayTouch, requireScope } from "../access/app-limits.ts";
import { Failure } from "../fhir/failure.ts";
import { lockStates } from "./change/state.ts";
import type { Transaction } from "./database.ts";
import { instanceVersions } from "./history.ts";
import { load, loadNatural } from "./load.ts";
import { locate } from "./locate.ts";
import { occurrenceVersion } from "./occurrences.ts";
import type { ResourceVersion } from "./resource-version.ts";

export { applyChanges } from "./change/apply.ts";
export { planCreates } from "./change/plan.ts";
export { readHistory } from "./history-page.ts";
export { searchResources } from "./search.ts";

/**
 * The current version, as the caller may see it.
 *
 * @throws Failure `not-found`, `gone` when it has been deleted, `forbidden` to an app that was granted nothing of its type
 */
export async function readResource(tx: Transaction, type: string, id: string): Promise<ResourceVersion> {
	const isSelf = tx.caller.app?.fhirUser === `${type}/${id}`;
	if (!isSelf) requireScope(tx.caller, type, "r");
	const version = await currentVersion(tx, type, id);
	if (!isSelf && !mayTouch(tx.caller, type, version.text, "r")) throw unknown(type, id);
	return version;
}

/** The current version, whatever an app's scopes are: to decide about a write. @throws Failure `not-found`, or `gone`. */
export async function currentVersion(tx: Transaction, type: string, id: string): Promise<ResourceVersion> {
	const version =
		(await loadNatural(tx, type, id)) ?? (await loadLocated(tx, type, id)) ?? (await occurrenceVersion(tx, type, id));
	if (version !== undefined) return version;
	const [latest] = await instanceVersions(tx, type, id, { version: "" });
	if (latest === undefined) throw unknown(type, id);
	if (latest.method === "DELETE") throw new Failure("gone", `${type}/${id} has been deleted`);
	// It moved while it was looked for; or only what it once was may be seen, which must not pass for what it is.
	const moved = await loadLocated(tx, type, id);
	if (moved === undefined) throw unknown(type, id);
	return moved;
}

/**
 * The current version of what is about to be changed: nobody else changes it until the transaction ends.
 *
 * @throws Failure `not-found` also to an app that was not granted to update it, or `gone` when it has been deleted
 */
export async function readResourceToChange(tx: Transaction, type: string, id: string): Promise<ResourceVersion> {
	await lockStates(tx, [{ type, id }]);
	const version = await currentVersion(tx, type, id);
	if (!mayTouch(tx.caller, type, version.text, "u")) throw unknown(type, id);
	return version;
}

async function loadLocated(tx: Transaction, type: string, id: string): Promise<ResourceVersion | undefined> {
	const location = (await locate(tx, type, [id], true)).get(id);
	return location === undefined ? undefined : (await load(tx, [location])).get(id);
}

/** One version. @throws Failure `not-found`, `gone` when that version is the deletion, `forbidden` as {@link readResource} */
export async function readVersion(
	tx: Transaction,
	type: string,
	id: string,
	versionId: string,
): Promise<ResourceVersion> {
	requireScope(tx.caller, type, "r");
	const all = await instanceVersions(tx, type, id, { version: versionId });
	const isShown = (one: ResourceVersion) => mayTouch(tx.caller, type, one.text, "r");
	const version = all.find((one) => one.versionId === versionId && isShown(one));
	if (version === undefined) {
		throw all.some(isShown) ? new Failure("not-found", `${type}/${id} has no version ${versionId}`) : unknown(type, id);
	}
	if (version.method === "DELETE") throw new Failure("gone", `version ${versionId} of ${type}/${id} is its deletion`);
	return version;
}

function unknown(type: string, id: string): Failure {
	return new Failure("not-found", `${type}/${id} is not known`);
}
