import { parseJson, stringify } from "../fhir/json.ts";
import { outcomeOfIssues } from "../fhir/outcome.ts";
import { shapeText } from "../fhir/shape.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { withAbsoluteUrls } from "./absolute-urls.ts";
import type { Line } from "./ndjson-files.ts";

/** A resource as a line of its file. @param elements - root elements to be left; undefined: all */
export function resourceLine(version: ResourceVersion, elements: readonly string[] | undefined, base: string): Line {
	const { type, id, owner, text } = version;
	const shaped = elements === undefined ? text : shapeText(text, type, { summary: undefined, elements });
	return {
		text: withAbsoluteUrls(onOneLine(shaped), base),
		names: [`${type}/${id}`],
		people: owner === null ? [] : [owner],
	};
}

/** As it is, unless somebody else wrote it into the database with line breaks. */
function onOneLine(text: string): string {
	return /[\r\n]/.test(text) ? stringify(parseJson(text)) : text;
}

/** A transaction that deletes some resources (Bulk Data Access 2, “deleted”). */
export function deletedLine(versions: readonly ResourceVersion[]): Line {
	const names = versions.map(({ type, id }) => `${type}/${id}`);
	const entry = names.map((url) => ({ request: { method: "DELETE", url } }));
	return {
		text: stringify({ resourceType: "Bundle", type: "transaction", entry }),
		names,
		people: versions.flatMap(({ owner }) => owner ?? []),
	};
}

/** What was asked for and not understood. */
export function ignoredLine(what: string): Line {
	const issue = { code: "not-supported", diagnostics: `${what} is not supported and was ignored` };
	return { text: stringify(outcomeOfIssues([issue], "warning")), names: [], people: [] };
}
