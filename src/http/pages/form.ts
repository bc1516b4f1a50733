import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";

/**
 * The fields of a form a page of ours sent. Session cookies do not travel with forms of other sites (SameSite=Lax); here such a form is
 * refused besides, by what browsers say of where it comes from.
 *
 * @param baseUrl - the public address
 * @throws Failure forbidden - the form is from another site; unsupported-media-type - it is no form
 */
export function formOf(request: FastifyRequest, baseUrl: string): URLSearchParams {
	const { origin, host } = request.headers;
	const site = request.headers["sec-fetch-site"];
	const ours =
		origin === undefined || origin === new URL(baseUrl).origin || origin.replace(/^https?:\/\//, "") === host;
	if (!ours || site === "cross-site") throw new Failure("forbidden", "This form was sent by another site");
	if (request.body === undefined || request.body === null) return new URLSearchParams();
	if (!/^application\/x-www-form-urlencoded(\s*;|$)/i.test(request.headers["content-type"] ?? "")) {
		throw new Failure("unsupported-media-type", "Send the form as application/x-www-form-urlencoded");
	}
	return new URLSearchParams(String(request.body));
}
