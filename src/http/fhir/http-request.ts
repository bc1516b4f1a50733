import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { parseJson } from "../../fhir/json.ts";
import { type Answer, checkContentType, negotiate } from "./negotiate.ts";
import { type ParameterList, readParameters } from "./parameters.ts";
import { patchInBody } from "./patch-body.ts";
import { readPreferences } from "./preferences.ts";
import type { FhirRequest, Target } from "./request.ts";
import { resourceIn } from "./valid-body.ts";

/** An HTTP request as a FHIR one, and how its sender wants to be answered. */
export interface ReadRequest {
	readonly asked: FhirRequest;
	readonly answer: Answer;
	/** `X-Dry-Run: true`: answer as if, store nothing. */
	readonly dryRun: boolean;
}

/**
 * Reads an HTTP request, before anything is done: what cannot be answered is not performed either.
 *
 * @throws Failure not-acceptable | unsupported-media-type | invalid
 */
export function readRequest(request: FastifyRequest, target: Target, base: string): ReadRequest {
	const inUrl = readParameters(queryOf(request.raw.url ?? ""));
	const isSearch = request.method === "POST" && /\/_search\/?(\?|$)/.test(request.raw.url ?? "");
	const parameters = isSearch ? [...inUrl, ...formIn(request)] : inUrl;
	const asked: FhirRequest = {
		method: request.method,
		target,
		parameters,
		resource: isSearch ? undefined : bodyOf(request),
		patch: request.method === "PATCH" ? patchInBody(request.headers["content-type"], request.body) : undefined,
		conditions: {
			ifMatch: request.headers["if-match"],
			ifNoneMatch: request.headers["if-none-match"],
			ifModifiedSince: request.headers["if-modified-since"],
		},
		ifNoneExist: one(request.headers["if-none-exist"]),
		preferences: readPreferences(request.headers.prefer),
		base,
		inTransaction: undefined,
	};
	const dryRun = one(request.headers["x-dry-run"])?.trim().toLowerCase();
	if (dryRun !== undefined && dryRun !== "true" && dryRun !== "false") {
		throw new Failure("invalid", "X-Dry-Run is true or false");
	}
	return { asked, answer: negotiate(request.headers.accept, parameters), dryRun: dryRun === "true" };
}

function queryOf(url: string): string {
	const at = url.indexOf("?");
	return at === -1 ? "" : url.slice(at + 1);
}

function formIn(request: FastifyRequest): ParameterList {
	if (typeof request.body !== "string" || request.body === "") return [];
	if (!request.headers["content-type"]?.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
		throw new Failure("unsupported-media-type", "Send search parameters as application/x-www-form-urlencoded");
	}
	return readParameters(request.body);
}

function bodyOf(request: FastifyRequest): JsonObject | undefined {
	if (request.method !== "POST" && request.method !== "PUT") return undefined;
	if (typeof request.body !== "string" || request.body === "") return undefined;
	checkContentType(request.headers["content-type"]);
	return resourceIn(parseJson(request.body));
}

function one(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header.join(", ") : header;
}
