import type { Failure, FailureKind, Issue } from "./failure.ts";
import type { JsonObject } from "./json.ts";

/** HTTP status per kind of failure (R4 http 3.1.0.1.4 and the sections of the interactions). */
const statuses: Record<FailureKind, number> = {
	invalid: 400,
	unprocessable: 422,
	"not-found": 404,
	gone: 410,
	forbidden: 403,
	unauthenticated: 401,
	conflict: 409,
	"precondition-failed": 412,
	"not-supported": 400,
	"not-acceptable": 406,
	"unsupported-media-type": 415,
	"method-not-allowed": 405,
	"too-large": 413,
	"too-many-requests": 429,
	"too-costly": 400,
	unavailable: 503,
	fault: 500,
};

/** R4 ValueSet/issue-type. */
const issueTypes = new Set(
	(
		"invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported duplicate " +
		"multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient lock-error no-store " +
		"exception timeout incomplete throttled informational"
	).split(" "),
);

/** The HTTP status a failure is answered with. */
export function statusOf(failure: { readonly kind: FailureKind }): number {
	return statuses[failure.kind];
}

/** The OperationOutcome a failure is answered with: one error per issue; nothing of the internal detail. */
export function outcomeOf(failure: Failure): JsonObject {
	return outcomeOfIssues(failure.issues, failure.kind === "fault" ? "fatal" : "error");
}

/** An OperationOutcome of issues that are all of one severity. */
export function outcomeOfIssues(
	issues: readonly Issue[],
	severity: "fatal" | "error" | "warning" | "information",
): JsonObject {
	const all = issues.length > 0 ? issues : [{ code: "processing", diagnostics: "The request failed" }];
	return { resourceType: "OperationOutcome", issue: all.map((issue) => issueElement(issue, severity)) };
}

function issueElement({ code, diagnostics, expression }: Issue, severity: string): JsonObject {
	return {
		severity,
		code: issueTypes.has(code) ? code : "processing",
		diagnostics: diagnostics.trim() === "" ? "No further detail" : diagnostics,
		...(expression === undefined || expression === "" ? {} : { expression: [expression] }),
	};
}
