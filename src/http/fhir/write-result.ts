import { stringify } from "../../fhir/json.ts";
import { outcomeOfIssues } from "../../fhir/outcome.ts";
import type { Touched } from "./access-record.ts";
import type { Written } from "./carry-out.ts";
import type { InteractionResult } from "./request.ts";

type Wanted = "minimal" | "representation" | "OperationOutcome";

/** What a client is told of a write: status as in R4 http 3.1.0.0, body as it prefers. */
export function writeResult({ outcome, version, was }: Written, wanted: Wanted): InteractionResult {
	const touched = [...(version === undefined ? [] : [version]), ...(was === undefined ? [] : [was])];
	if (outcome === "deleted" || outcome === "absent") {
		const text = wanted === "OperationOutcome" ? outcomeText(sentence(outcome, was)) : undefined;
		return { status: text === undefined ? 204 : 200, text, version, located: false, touched };
	}
	return {
		status: outcome === "created" ? 201 : 200,
		text: bodyText(wanted, version, () => sentence(outcome, version)),
		version,
		located: outcome !== "updated",
		touched,
	};
}

function bodyText(wanted: Wanted, version: Written["version"], say: () => string): string | undefined {
	if (wanted === "minimal") return undefined;
	return wanted === "representation" ? version?.text : outcomeText(say());
}

function sentence(outcome: Written["outcome"], what: Touched | undefined): string {
	if (what === undefined) return "There was nothing to delete";
	const name = `${what.type}/${what.id}`;
	return outcome === "existing" ? `${name} is there already; nothing was changed` : `${name} was ${outcome}`;
}

function outcomeText(diagnostics: string): string {
	const issue = { code: "informational", diagnostics };
	return stringify(outcomeOfIssues([issue], "information"));
}
