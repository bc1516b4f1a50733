import { Failure } from "../../fhir/failure.ts";
import { type Shape, shapeText } from "../../fhir/shape.ts";
import { searchLimits } from "../../search/limits.ts";
import type { Transaction } from "../../store/database.ts";
import type { ResourceVersion } from "../../store/resource-version.ts";
import { readHistory } from "../../store/resources.ts";
import { distinct } from "./access-record.ts";
import { boundCursor, withPlainCursor } from "./bound-cursor.ts";
import { bundleText, type EntryText } from "./bundle-response.ts";
import { etagOf } from "./etags.ts";
import { answerParametersOf, withoutAnswerParameters } from "./negotiate.ts";
import { pageLinks } from "./page-links.ts";
import { type ParameterList, single } from "./parameters.ts";
import type { FhirRequest, InteractionResult } from "./request.ts";
import { unknownParameters } from "./search.ts";
import { shapeIn } from "./shape.ts";

const known = new Set(["_count", "_since", "_at", "_cursor", "_total", "_summary", "_elements"]);

/**
 * History as a Bundle, newest first, deletions as entries without a resource (R4 http 3.1.0.10).
 *
 * @param scope - one resource, one type, or (empty) everything the caller can see
 */
export async function history(
	tx: Transaction,
	request: FhirRequest,
	scope: { readonly type?: string; readonly id?: string },
): Promise<InteractionResult> {
	const parameters = withoutAnswerParameters(request.parameters);
	const unknown = parameters.map(([name]) => name).filter((name) => !known.has(name));
	if (unknown.length > 0 && request.preferences.handling === "strict") throw unknownParameters(unknown);
	const shape = shapeIn(parameters);
	const count = shape.summary === "count" ? 0 : countIn(parameters);
	const [since, at, cursor] = ["_since", "_at", "_cursor"].map((name) =>
		single(withPlainCursor(tx.caller, parameters), name),
	);
	const page = await readHistory(tx, scope, {
		count,
		...(since === undefined ? {} : { since }),
		...(at === undefined ? {} : { at }),
		...(cursor === undefined ? {} : { cursor }),
		total: count === 0 || scope.id !== undefined || single(parameters, "_total") === "accurate",
	});
	const versions = count === 0 ? [] : page.versions;
	const text = bundleText({
		type: "history",
		total: page.total,
		links: pageLinks(
			[request.base, scope.type, scope.id, "_history"].filter((part) => part !== undefined).join("/"),
			[
				...parameters.filter(([name]) => known.has(name) && name !== "_cursor"),
				...answerParametersOf(request.parameters),
			],
			{
				current: single(parameters, "_cursor"),
				next: count === 0 ? undefined : boundCursor(tx.caller, page.nextCursor),
			},
		),
		entries: versions.map((version) => entryOf(version, shape, request.base)),
	});
	return { status: 200, text, version: undefined, located: false, touched: distinct(versions) };
}

function entryOf(version: ResourceVersion, shape: Shape, base: string): EntryText {
	const name = `${version.type}/${version.id}`;
	const deleted = version.method === "DELETE";
	return {
		fullUrl: `${base}/${name}`,
		resourceText: deleted ? undefined : shapeText(version.text, version.type, shape),
		request: { method: version.method, url: version.method === "POST" ? version.type : name },
		response: {
			status: deleted ? "204 No Content" : version.versionId === "1" ? "201 Created" : "200 OK",
			etag: etagOf(version),
			lastModified: version.lastUpdated,
		},
	};
}

function countIn(parameters: ParameterList): number {
	const given = single(parameters, "_count");
	if (given === undefined) return searchLimits.usualCount;
	if (!/^\d{1,9}$/.test(given)) throw new Failure("invalid", `_count must be a whole number, not "${given}"`);
	return Math.min(Number(given), searchLimits.count);
}
