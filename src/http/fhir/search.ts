import { Failure, type Issue } from "../../fhir/failure.ts";
import { stringify } from "../../fhir/json.ts";
import { outcomeOfIssues } from "../../fhir/outcome.ts";
import { type Shape, shapeText } from "../../fhir/shape.ts";
import { searchLimits } from "../../search/limits.ts";
import { parseSearch } from "../../search/parse.ts";
import type { Transaction } from "../../store/database.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { searchResources } from "../../store/resources.ts";
import { boundCursor, withPlainCursor } from "./bound-cursor.ts";
import { bundleText, type EntryText } from "./bundle-response.ts";
import { answerParametersOf, withoutAnswerParameters } from "./negotiate.ts";
import { pageLinks } from "./page-links.ts";
import { type ParameterList, single, writeParameters } from "./parameters.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";

/**
 * A search of one type, or of all (`type` undefined), as a searchset Bundle (R4 search 3.1.1). Parameters nobody knows are named in
 * an outcome entry and left out of the self link, or refused under `Prefer: handling=strict`.
 */
export async function search(
	tx: Transaction,
	request: FhirRequest,
	type: string | undefined,
): Promise<InteractionResult> {
	checkLength(request.parameters);
	const asked = withPlainCursor(tx.caller, withoutAnswerParameters(request.parameters));
	const { query, ignored } = parseSearch(type, asked, { base: request.base });
	if (ignored.length > 0 && request.preferences.handling === "strict") throw unknownParameters(ignored);
	const page = await searchResources(tx, query);
	const warnings = [...ignored.map(wasIgnored), ...(page.incomplete ? [tooManyIncluded] : [])];
	const countOnly = query.count === 0 || query.summary === "count";
	const shape: Shape = { summary: query.summary, elements: query.elements.length === 0 ? undefined : query.elements };
	// `_elements` names elements of what was searched for; what comes with it stays whole (R5 search 3.2.1.7.3 makes it plain).
	const besides: Shape = { summary: query.summary, elements: undefined };
	const text = bundleText({
		type: "searchset",
		total: page.total,
		links: pageLinks(
			type === undefined ? request.base : `${request.base}/${type}`,
			[...query.applied, ...answerParametersOf(request.parameters)],
			{
				current: single(request.parameters, "_cursor"),
				next: countOnly ? undefined : boundCursor(tx.caller, page.nextCursor),
			},
		),
		entries: [
			...(countOnly ? [] : page.matches.map((version) => entryOf(version, "match", shape, request.base))),
			...(countOnly ? [] : page.included.map((version) => entryOf(version, "include", besides, request.base))),
			...(warnings.length === 0 || countOnly ? [] : [outcomeEntry(warnings)]),
		],
	});
	const touched = countOnly ? [] : [...page.matches, ...page.included];
	return { status: 200, text, version: undefined, located: false, touched };
}

/** Page links hold all parameters, and must be short enough to be followed. @throws Failure too-costly */
function checkLength(parameters: ParameterList): void {
	const { characters } = searchLimits;
	// At most nine characters for one when it is escaped.
	const length = parameters.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
	if (length * 9 <= characters || writeParameters(parameters).length <= characters) return;
	throw new Failure("too-costly", `the parameters of a search may have at most ${characters} characters, escaped`);
}

/** @throws Failure always - for what is asked under `Prefer: handling=strict` and not understood */
export function unknownParameters(names: readonly string[]): Failure {
	return new Failure(
		"not-supported",
		names.map((name) => ({ code: "not-supported", diagnostics: `Unknown or unsupported parameter "${name}"` })),
	);
}

function entryOf(version: ResourceVersion, mode: "match" | "include", shape: Shape, base: string): EntryText {
	return {
		fullUrl: `${base}/${version.type}/${version.id}`,
		resourceText: shapeText(version.text, version.type, shape),
		mode,
	};
}

function outcomeEntry(warnings: readonly Issue[]): EntryText {
	return { resourceText: stringify(outcomeOfIssues(warnings, "warning")), mode: "outcome" };
}

function wasIgnored(name: string): Issue {
	return { code: "not-supported", diagnostics: `Unknown or unsupported parameter "${name}" was ignored` };
}

const tooManyIncluded: Issue = {
	code: "incomplete",
	diagnostics: "There is more to _include or _revinclude than a page may bring; ask for fewer matches with _count",
};
