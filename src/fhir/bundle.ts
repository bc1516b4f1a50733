import { plannedEntry } from "./bundle-entry.ts";
import { Failure, type Issue } from "./failure.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { validateResource } from "./validate/validate.ts";

export { collectReferences, rewriteReferences } from "./resource-references.ts";

/** One request of a batch or transaction, at the index the sender gave it. */
export interface PlannedEntry {
	/** GET, HEAD, POST, PUT, PATCH or DELETE; empty where there is a `problem`. */
	readonly method: string;
	/** Relative to `[base]`, without a leading slash: `Patient/1`, `Observation?code=x`. */
	readonly url: string;
	/** For POST, PUT and PATCH. */
	readonly resource: JsonObject | undefined;
	readonly fullUrl: string | undefined;
	readonly ifMatch: string | undefined;
	readonly ifNoneMatch: string | undefined;
	readonly ifModifiedSince: string | undefined;
	/** Search parameters, without type and `?`. */
	readonly ifNoneExist: string | undefined;
	/** What is wrong with this entry; throw it in place of performing the entry. */
	readonly problem: Failure | undefined;
}

/** A batch or transaction read: its entries in the sender's order. */
export interface BundlePlan {
	readonly type: "batch" | "transaction";
	readonly entries: readonly PlannedEntry[];
}

/**
 * Reads a batch or transaction (R4 http 3.1.0.11). The resources in it are not validated; everything around them is.
 *
 * @param options.base - `[base]` without a trailing slash; request URLs may be absolute under it
 * @throws Failure invalid - not such a Bundle. What is wrong with an entry stays with it (`problem`), each issue with an expression
 * `Bundle.entry[i]…` and `at` = i.
 */
export function readBundle(json: Json, options: { readonly base: string }): BundlePlan {
	if (!isObject(json) || json.resourceType !== "Bundle") {
		throw new Failure("invalid", "A Bundle is needed as the body", {
			expression: "Bundle.resourceType",
			code: "structure",
		});
	}
	const type = json.type;
	if (type !== "batch" && type !== "transaction") {
		const message = `The Bundle's type must be batch or transaction${typeof type === "string" ? `, not ${type.slice(0, 64)}` : ""}`;
		throw new Failure("invalid", message, {
			expression: "Bundle.type",
			code: type === undefined ? "required" : "value",
		});
	}
	const given: Json[] = Array.isArray(json.entry) ? json.entry : [];
	if (given.length > mostEntries) {
		const message = `A Bundle may have at most ${mostEntries} entries, not ${given.length}`;
		throw new Failure("too-costly", message, { expression: "Bundle.entry" });
	}
	const issues = frameIssues(json, given);
	const entries = given.map((entry, at) => plannedEntry(isObject(entry) ? entry : {}, at, options.base, issues));
	duplicates(entries, type, issues);
	const ofBundle = issues.filter(({ at }) => at === undefined);
	if (ofBundle.length > 0) throw new Failure("invalid", ofBundle);
	const byEntry = Map.groupBy(issues, ({ at }) => at);
	return { type, entries: entries.map((entry, at) => withProblem(entry, byEntry.get(at))) };
}

/** Of one batch or transaction. */
const mostEntries = 20_000;

/** What is wrong with the Bundle leaving out the resources in it; issues of an entry have its index in `at`. */
function frameIssues(bundle: JsonObject, entries: readonly Json[]): Issue[] {
	const empty = { fullUrl: "urn:empty" };
	const frames = entries.map((entry): Json => {
		if (!isObject(entry)) return entry;
		const { resource: _, ...frame } = entry;
		return Object.keys(frame).length === 0 ? empty : frame;
	});
	const frame = bundle.entry === undefined || entries.length === 0 ? bundle : { ...bundle, entry: frames };
	return validateResource(frame).map((issue) => {
		const index = /^Bundle\.entry\[(\d+)\]/.exec(issue.expression ?? "")?.[1];
		return index === undefined ? issue : { ...issue, at: Number(index) };
	});
}

/** R4 bdl-7: a fullUrl once only; 3.1.0.11.2: no resource written twice in a transaction. */
function duplicates(entries: readonly PlannedEntry[], type: BundlePlan["type"], issues: Issue[]): void {
	const fullUrls = new Set<string>();
	const targets = new Set<string>();
	for (const [at, { method, url, fullUrl, resource }] of entries.entries()) {
		if (fullUrl !== undefined && resource !== undefined) {
			if (fullUrls.has(fullUrl)) {
				const diagnostics = `Another entry has the fullUrl ${fullUrl.slice(0, 200)} already`;
				issues.push({ code: "duplicate", diagnostics, expression: `Bundle.entry[${at}].fullUrl`, at });
			}
			fullUrls.add(fullUrl);
		}
		if (type === "batch" || !/^(?:PUT|PATCH|DELETE)$/.test(method) || url.includes("?")) continue;
		if (targets.has(url)) {
			const diagnostics = `${url.slice(0, 200)} is written by another entry already`;
			issues.push({ code: "duplicate", diagnostics, expression: `Bundle.entry[${at}].request.url`, at });
		}
		targets.add(url);
	}
}

function withProblem(entry: PlannedEntry, issues: readonly Issue[] | undefined): PlannedEntry {
	if (issues === undefined) return entry;
	// Without a method no interaction is found, should the problem be overlooked.
	return { ...entry, method: "", resource: undefined, problem: new Failure("invalid", issues) };
}
