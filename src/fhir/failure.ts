/**
 * Every failure a client can cause, as one closed union of kinds. Thrown anywhere, translated to HTTP at one edge
 * (`http/plugins/errors.ts`): an OperationOutcome on `/fhir`, RFC 9457 problem details on `/api`.
 */
export type FailureKind =
	| "invalid"
	| "unprocessable"
	| "not-found"
	| "gone"
	| "forbidden"
	| "unauthenticated"
	| "conflict"
	| "precondition-failed"
	| "not-supported"
	| "not-acceptable"
	| "unsupported-media-type"
	| "method-not-allowed"
	| "too-large"
	| "too-many-requests"
	| "too-costly"
	| "unavailable"
	| "fault";

/** One thing that is wrong. `code` is of the R4 issue-type value set; `expression` is a FHIRPath to the element. */
export interface Issue {
	readonly code: string;
	readonly diagnostics: string;
	readonly expression?: string;
	/** Index of the change (within one call to the store) the issue belongs to; the bundle layer turns it into `Bundle.entry[i]`. */
	readonly at?: number;
}

/** A failure with a public message per issue; `detail` is for the log only and never leaves the server. */
export class Failure extends Error {
	readonly kind: FailureKind;
	readonly issues: readonly Issue[];
	readonly detail: unknown;
	/** Seconds after which to try again (429, 503). */
	readonly retryAfterSeconds: number | undefined;

	constructor(
		kind: FailureKind,
		issues: string | readonly Issue[],
		options: { detail?: unknown; expression?: string; code?: string; retryAfterSeconds?: number } = {},
	) {
		const list =
			typeof issues === "string"
				? [
						{
							code: options.code ?? defaultCode[kind],
							diagnostics: issues,
							...(options.expression === undefined ? {} : { expression: options.expression }),
						},
					]
				: issues;
		super(list.map((issue) => issue.diagnostics).join("; "));
		this.kind = kind;
		this.issues = list;
		this.detail = options.detail;
		this.retryAfterSeconds = options.retryAfterSeconds;
	}
}

/** The R4 issue-type code each kind is reported with unless the thrower knows better. */
const defaultCode: Record<FailureKind, string> = {
	invalid: "invalid",
	unprocessable: "business-rule",
	"not-found": "not-found",
	gone: "deleted",
	forbidden: "forbidden",
	unauthenticated: "login",
	conflict: "conflict",
	"precondition-failed": "conflict",
	"not-supported": "not-supported",
	"not-acceptable": "not-supported",
	"unsupported-media-type": "not-supported",
	"method-not-allowed": "not-supported",
	"too-large": "too-long",
	"too-many-requests": "throttled",
	"too-costly": "too-costly",
	unavailable: "transient",
	fault: "exception",
};
