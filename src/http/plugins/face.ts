/** Whether a request's raw URL is on the FHIR face, which decides how bodies come in and errors go out. */
export function isFhirUrl(url: string | undefined): boolean {
	return /^\/fhir(?:[/?#]|$)/.test(url ?? "");
}
