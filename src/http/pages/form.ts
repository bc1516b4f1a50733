import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";

/**
 * Refuses a form of another site, by what browsers say of where it comes from. Session cookies do not travel with such forms besides
 * (SameSite=Lax).
 *
 * @param baseUrl - the public address
 * @throws Failure forbidden
 */
export function requireOwnForm({ headers }: Pick<FastifyRequest, "headers">, baseUrl: string): void {
	const { origin, host } = headers;
	const site = headers["sec-fetch-site"];
	const ours =
		origin === undefined || origin === new URL(baseUrl).origin || origin.replace(/^https?:\/\//, "") === host;
	if (!ours || site === "cross-site") throw new Failure("forbidden", "This form was sent by another site");
}

/**
 * The fields of a form a page of ours sent.
 *
 * @param baseUrl - the public address
 * @throws Failure forbidden - the form is from another site; unsupported-media-type - it is no form
 */
export function formOf(request: FastifyRequest, baseUrl: string): URLSearchParams {
	requireOwnForm(request, baseUrl);
	if (request.body === undefined || request.body === null) return new URLSearchParams();
	if (!/^application\/x-www-form-urlencoded(\s*;|$)/i.test(request.headers["content-type"] ?? "")) {
		throw new Failure("unsupported-media-type", "Send the form as application/x-www-form-urlencoded");
	}
	return new URLSearchParams(String(request.body));
}

/** Whether a number may be the id of a row. */
export function isRowId(id: number): boolean {
	return Number.isSafeInteger(id) && id > 0 && id <= 2_147_483_647;
}
