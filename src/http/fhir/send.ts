import type { FastifyReply } from "fastify";
import { parseJson } from "../../fhir/json.ts";
import { etagOf, httpDate } from "./etags.ts";
import type { Answer } from "./negotiate.ts";
import { type InteractionResult, locationOf } from "./request.ts";

/** Sends what became of an interaction: status, ETag, Last-Modified and Location of the one resource concerned, body. */
export function send(reply: FastifyReply, result: InteractionResult, answer: Answer, base: string): FastifyReply {
	const { version } = result;
	if (version !== undefined) {
		reply.header("etag", etagOf(version)).header("last-modified", httpDate(version.lastUpdated));
		if (result.located) reply.header("location", locationOf(base, version));
	}
	return sendText(reply.code(result.status), result.text, answer);
}

/** Sends JSON text as the media type asked for, indented when the client wants to read it. */
export function sendText(reply: FastifyReply, text: string | undefined, answer: Answer): FastifyReply {
	if (text === undefined) return reply.send();
	reply.header("content-type", `${answer.mediaType}; charset=utf-8`);
	return reply.send(answer.pretty ? JSON.stringify(parseJson(text), null, 2) : text);
}
