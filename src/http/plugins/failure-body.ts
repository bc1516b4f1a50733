import { STATUS_CODES } from "node:http";
import type { Failure } from "../../fhir/failure.ts";
import { statusOf } from "../../fhir/outcome.ts";

/** A failure as problem details (RFC 9457); `errors` names each offending property by its path, "" for the whole. */
export function problemDetails(failure: Failure): object {
	const status = statusOf(failure);
	return {
		type: "about:blank",
		title: STATUS_CODES[status] ?? "Error",
		status,
		detail: failure.message,
		errors: failure.issues.map((issue) => ({ path: issue.expression ?? "", message: issue.diagnostics })),
	};
}
