import type { FastifyReply } from "fastify";
import { parseJson } from "../../fhir/json.ts";
import { piecesOf } from "../../fhir/put-aside.ts";
import { longText, sendLong } from "../plugins/long-answer.ts";
import { etagOf, httpDate } from "./etags.ts";
import type { Answer } from "./negotiate.ts";
import { type InteractionResult, locationOf } from "./request.ts";

/** An answer as it goes out: what is remembered of one, too. */
export interface Outgoing {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly text: string | undefined;
}

/** What became of an interaction as an answer: status, ETag, Last-Modified and Location of the one resource concerned, body. */
export function outgoing(
	{ status, version, located, text }: InteractionResult,
	answer: Answer,
	base: string,
): Outgoing {
	const body = withBody(status, text, answer);
	if (version === undefined) return body;
	const { headers } = body;
	headers.etag = etagOf(version);
	headers["last-modified"] = httpDate(version.lastUpdated);
	if (located) headers.location = locationOf(base, version);
	return body;
}

/** An answer with JSON text as the media type asked for, indented when the client wants to read it; or without a body. */
export function withBody(
	status: number,
	text: string | undefined,
	answer: Answer,
): Outgoing & { readonly headers: Record<string, string> } {
	if (text === undefined) return { status, headers: {}, text };
	const headers = { "content-type": `${answer.mediaType}; charset=utf-8` };
	return { status, headers, text: answer.pretty ? JSON.stringify(parseJson(text), null, 2) : text };
}

/** Characters from which on a text is kept as bytes until it is sent. */
const textOfBytes = 4096;

/**
 * An answer ready to be sent, for as long as it has to wait: only its bytes are kept, and those of a long text outside what the garbage
 * collector copies. A very long one is sent as fast as it is taken, with what was put aside of the body it answers as it came.
 */
export function ready({ status, headers, text = "" }: Outgoing): (reply: FastifyReply) => FastifyReply {
	const pieces = piecesOf(text) ?? (text.length < longText ? undefined : [text]);
	if (pieces !== undefined) return (reply) => sendLong(reply.code(status).headers(headers), pieces);
	const body = text === "" ? undefined : text.length < textOfBytes ? text : Buffer.from(text);
	return (reply) => reply.code(status).headers(headers).send(body);
}
