import { Failure } from "../../fhir/failure.ts";
import { create } from "./create.ts";
import { conditionalDeletion, deletion } from "./delete.ts";
import { historyInstance } from "./history-instance.ts";
import { historySystem } from "./history-system.ts";
import { historyType } from "./history-type.ts";
import type { Interaction } from "./interaction.ts";
import { conditionalPatch, patch } from "./patch.ts";
import { read } from "./read.ts";
import type { Target } from "./request.ts";
import { searchSystem, searchSystemByPost } from "./search-system.ts";
import { searchType, searchTypeByPost } from "./search-type.ts";
import { conditionalUpdate, update } from "./update.ts";
import { checkedType } from "./valid-body.ts";
import { vread } from "./vread.ts";

/**
 * Every interaction a request or a Bundle entry can ask for; the routes, what batches and transactions accept, and the
 * CapabilityStatement are all made from this list. Paths with more fixed words come first.
 */
export const interactions: readonly Interaction[] = [
	searchSystem,
	searchSystemByPost,
	historySystem,
	searchTypeByPost,
	historyType,
	historyInstance,
	vread,
	searchType,
	create,
	conditionalUpdate,
	conditionalPatch,
	conditionalDeletion,
	read,
	update,
	patch,
	deletion,
];

/**
 * The interaction that a method and a path (below the base, without query) mean, and what the path names.
 *
 * @throws Failure not-found | method-not-allowed
 */
export function findInteraction(method: string, path: string): Found {
	// What names a type alone is asked for again and again: by the entries of bundles.
	const name = path.includes("/") ? undefined : `${method} ${path}`;
	const known = name === undefined ? undefined : ofTypes.get(name);
	if (known !== undefined) return known;
	const found = lookUp(method, path);
	if (name !== undefined) ofTypes.set(name, found);
	return found;
}

interface Found {
	readonly interaction: Interaction;
	readonly target: Target;
}

/** As many as there are methods and types: anything else is not found. */
const ofTypes = new Map<string, Found>();

function lookUp(method: string, path: string): Found {
	const parts = path.split("/").filter((part) => part !== "");
	const fitting = interactions.filter((interaction) => fits(interaction.path, parts));
	const interaction = fitting.find((one) => one.method === (method === "HEAD" ? "GET" : method));
	if (interaction === undefined) {
		if (fitting.length === 0) throw new Failure("not-found", `There is nothing at "${path.slice(0, 200)}"`);
		throw new Failure("method-not-allowed", `${method} is not possible here`);
	}
	const named: Record<string, string> = {};
	for (const [at, word] of wordsOf(interaction.path).entries()) {
		if (word.startsWith(":")) named[word.slice(1)] = parts[at] ?? "";
	}
	return { interaction, target: targetOf(named) };
}

/**
 * What path parameters name.
 *
 * @throws Failure not-found - a type that R4 does not have
 */
export function targetOf(named: Readonly<Record<string, string | undefined>>): Target {
	const { type, id = "", versionId = "" } = named;
	return { type: type === undefined ? "" : checkedType(type), id, versionId };
}

function fits(pattern: string, parts: readonly string[]): boolean {
	const words = wordsOf(pattern);
	return (
		words.length === parts.length &&
		words.every((word, at) => (word.startsWith(":") ? !parts[at]?.startsWith("_") : word === parts[at]))
	);
}

const wordsKnown = new Map<string, readonly string[]>();

/** The words of a pattern of ours. */
function wordsOf(pattern: string): readonly string[] {
	const known = wordsKnown.get(pattern) ?? pattern.split("/").filter((word) => word !== "");
	wordsKnown.set(pattern, known);
	return known;
}
