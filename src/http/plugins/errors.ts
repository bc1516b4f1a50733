import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure, type FailureKind } from "../../fhir/failure.ts";
import { outcomeOf, statusOf } from "../../fhir/outcome.ts";
import { isFhirUrl } from "./face.ts";
import { problemDetails } from "./failure-body.ts";

/** The one edge where failures become answers: an OperationOutcome under /fhir, problem details elsewhere. */
export function registerErrors(app: FastifyInstance): void {
	app.setErrorHandler((error, request, reply) => sendFailure(error, request, reply));
	app.setNotFoundHandler((request, reply) =>
		sendFailure(new Failure("not-found", `There is nothing at this address for ${request.method}`), request, reply),
	);
}

/** Answers with a failure of whatever origin. */
export function sendFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
	const failure = noteFailure(error, request);
	if (failure.kind === "unauthenticated") reply.header("www-authenticate", "Bearer");
	if (failure.retryAfterSeconds !== undefined) reply.header("retry-after", String(failure.retryAfterSeconds));
	const fhir = isFhirUrl(request.raw.url);
	return reply
		.code(statusOf(failure))
		.header("content-type", fhir ? "application/fhir+json; charset=utf-8" : "application/problem+json; charset=utf-8")
		.serializer((body: unknown) => JSON.stringify(body))
		.send(fhir ? outcomeOf(failure) : problemDetails(failure));
}

/** A failure of whatever origin as it may be told. What nobody expected is a fault that says nothing of the inside; the log has it. */
export function noteFailure(error: unknown, { log, routeOptions }: FastifyRequest): Failure {
	const failure = failureOf(error);
	if (statusOf(failure) === 500) log.error({ err: describe(error), route: routeOptions?.url }, "unexpected failure");
	else if (failure.detail !== undefined) log.debug({ err: describe(failure.detail) }, "failure detail");
	return failure;
}

const kindOfStatus: Readonly<Record<number, FailureKind>> = {
	401: "unauthenticated",
	403: "forbidden",
	404: "not-found",
	405: "method-not-allowed",
	406: "not-acceptable",
	413: "too-large",
	415: "unsupported-media-type",
	429: "too-many-requests",
	503: "unavailable",
};

/** Any thrown thing as a Failure: Fastify's own refusals keep their status and words, the rest is a fault. */
export function failureOf(error: unknown): Failure {
	if (error instanceof Failure) return error;
	const { statusCode, validation, validationContext, message } = (error ?? {}) as Partial<FastifyError>;
	if (validation !== undefined) return validationFailure(validation, validationContext);
	if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
		return new Failure(kindOfStatus[statusCode] ?? "invalid", message ?? "The request cannot be understood");
	}
	if (statusCode === 503) return new Failure("unavailable", "The server is stopping", { retryAfterSeconds: 5 });
	return new Failure("fault", "Something went wrong in the server", { detail: error });
}

type Validation = NonNullable<FastifyError["validation"]>;

function validationFailure(validation: Validation, context: string | undefined): Failure {
	// A path that cannot name anything names nothing.
	if (context === "params") return new Failure("not-found", "There is no such row");
	const issues = validation.map(({ instancePath, keyword, params, message }) => {
		const within = instancePath.slice(1).replaceAll("/", ".");
		const extra = params.additionalProperty ?? params.unevaluatedProperty;
		const missing = params.missingProperty;
		const last = typeof extra === "string" ? extra : typeof missing === "string" ? missing : undefined;
		const path = [within, last].filter((part) => part !== undefined && part !== "").join(".");
		const where = context === "querystring" ? `query parameter ${path}` : path === "" ? "the body" : path;
		return { code: "invalid", expression: path, diagnostics: explain(where, keyword, params, message) };
	});
	return new Failure("invalid", issues.filter(unrepeated));
}

function explain(where: string, keyword: string, params: Record<string, unknown>, message: string | undefined): string {
	if (keyword === "additionalProperties") return `${where} is not known here`;
	if (keyword === "required") return `${where} is missing`;
	if (keyword === "enum")
		return `${where} must be one of ${(params.allowedValues as unknown[]).map(String).join(", ")}`;
	return `${where} ${message ?? "is not valid"}`;
}

function unrepeated(issue: { diagnostics: string }, index: number, all: readonly { diagnostics: string }[]): boolean {
	return all.findIndex((other) => other.diagnostics === issue.diagnostics) === index;
}

/** Type, message and stack; messages of the database driver can carry values, so of those only code and place. */
export function describe(error: unknown): object {
	if (!(error instanceof Error)) return { type: typeof error };
	const { code, constraint, table, column } = error as {
		code?: string;
		constraint?: string;
		table?: string;
		column?: string;
	};
	const inner = error.cause ?? (error instanceof Failure ? error.detail : undefined);
	const sqlState = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code);
	return {
		type: error.name,
		...(sqlState ? { code, constraint, table, column } : { message: error.message, code }),
		stack: sqlState
			? error.stack
					?.split("\n")
					.filter((line) => line.startsWith("    at "))
					.join("\n")
			: error.stack,
		...(inner === undefined ? {} : { cause: describe(inner) }),
	};
}
