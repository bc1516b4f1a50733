import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import type { AnswerKey } from "../../store/answers.ts";
import type { ReadRequest } from "./http-request.ts";

/** In characters. */
const longest = 200;

/**
 * What a create, batch or transaction is known by when it comes again; undefined where it came without an Idempotency-Key, and for dry
 * runs, of which nothing is remembered. Everything that the answer depends on counts: the address with its parameters, If-None-Exist,
 * Prefer, the form asked for, and the body to the byte.
 *
 * @throws Failure invalid - an empty key, one that is too long, two, or one with control characters
 */
export function answerKey(
	request: FastifyRequest,
	{ asked, answer, dryRun, bodyHash }: ReadRequest,
): AnswerKey | undefined {
	const given = request.raw.headersDistinct["idempotency-key"];
	if (given === undefined) return undefined;
	const key = checked(given);
	if (dryRun) return undefined;
	const about = [asked.target.type, asked.parameters, asked.ifNoneExist ?? null, asked.preferences, answer];
	return {
		key: createHash("sha256").update(key).digest(),
		fingerprint: createHash("sha256")
			.update(`${JSON.stringify(about)}\n`)
			.update(bodyHash ?? "")
			.digest(),
	};
}

function checked(given: readonly string[]): string {
	const [header = "", another] = given;
	if (another !== undefined) throw new Failure("invalid", "A request can have one Idempotency-Key only");
	const key = textOf(header);
	if (key === "") throw new Failure("invalid", "The Idempotency-Key is empty");
	if ([...key].length > longest) {
		throw new Failure("invalid", `The Idempotency-Key has more than ${longest} characters`, { code: "too-long" });
	}
	if (/\p{Cc}/u.test(key)) throw new Failure("invalid", "The Idempotency-Key has control characters");
	return key;
}

/** Node gives header bytes one by one; whoever sends more than ASCII means UTF-8, mostly. */
function textOf(header: string): string {
	const bytes = Buffer.from(header, "latin1");
	const text = bytes.toString("utf8");
	return Buffer.from(text, "utf8").equals(bytes) ? text : header;
}
