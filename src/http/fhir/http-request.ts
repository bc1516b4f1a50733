import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { type PutAside, parseJsonBytes } from "../../fhir/put-aside.ts";
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
	/** SHA-256 of the body where the request has an Idempotency-Key: the body itself is kept no longer than it takes to parse it. */
	readonly bodyHash: Buffer | undefined;
}

/** Is given what was put aside of a body, to release it when all is done. */
export type AsideOf = (aside: PutAside) => void;

/**
 * Reads an HTTP request, before anything is done: what cannot be answered is not performed either.
 *
 * @throws Failure not-acceptable | unsupported-media-type | invalid
 */
export function readRequest(request: FastifyRequest, target: Target, base: string, aside: AsideOf): ReadRequest {
	const bodyHash = request.headers["idempotency-key"] === undefined ? undefined : hashOf(request.body);
	const inUrl = readParameters(queryOf(request.raw.url ?? ""));
	const isSearch = request.method === "POST" && /\/_search\/?(\?|$)/.test(request.raw.url ?? "");
	const parameters = isSearch ? [...inUrl, ...formIn(request)] : inUrl;
	const asked: FhirRequest = {
		method: request.method,
		target,
		parameters,
		resource: isSearch ? undefined : bodyOf(request, aside),
		patch:
			request.method === "PATCH"
				? patchInBody(request.headers["content-type"], isText(request.body) ? textOf(request.body) : "")
				: undefined,
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
	return { asked, answer: negotiate(request.headers.accept, parameters), dryRun: dryRun === "true", bodyHash };
}

function queryOf(url: string): string {
	const at = url.indexOf("?");
	return at === -1 ? "" : url.slice(at + 1);
}

function formIn(request: FastifyRequest): ParameterList {
	const { body } = request;
	if (!isText(body) || body.length === 0) return [];
	if (!request.headers["content-type"]?.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
		throw new Failure("unsupported-media-type", "Send search parameters as application/x-www-form-urlencoded");
	}
	return readParameters(textOf(body));
}

/** Takes the body from the request, so that its text is not in memory while the resource is worked on. */
function bodyOf(request: FastifyRequest, aside: AsideOf): JsonObject | undefined {
	if (request.method !== "POST" && request.method !== "PUT") return undefined;
	const { body } = request;
	if (!isText(body) || body.length === 0) return undefined;
	checkContentType(request.headers["content-type"]);
	request.body = undefined;
	const parsed = parseJsonBytes(typeof body === "string" ? Buffer.from(body) : body);
	aside(parsed.aside);
	return resourceIn(parsed.json);
}

function hashOf(body: unknown): Buffer {
	return createHash("sha256")
		.update(isText(body) ? body : "")
		.digest();
}

function textOf(body: string | Buffer): string {
	return typeof body === "string" ? body : body.toString("utf8");
}

/** Forms come as text, JSON as bytes (http/plugins/bodies.ts). */
function isText(body: unknown): body is string | Buffer {
	return typeof body === "string" || Buffer.isBuffer(body);
}

function one(header: string | string[] | undefined): string | undefined {
	return Array.isArray(header) ? header.join(", ") : header;
}
