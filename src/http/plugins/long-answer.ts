import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** Characters from which on a text is worth sending piece by piece. */
export const longText = 256 * 1024;

/** What leaves at once, in characters or bytes. */
const pieceLength = 64 * 1024;

/** How long a client may take nothing of an answer, in milliseconds; then its connection is closed. */
const longestPause = 60_000;

/**
 * Sends a long answer as fast as it is taken: never in a second copy, as a buffer of the whole would be, and not for ever to those who stop
 * reading.
 *
 * @param parts text, sent as UTF-8, and bytes, in turn
 */
export function sendLong(
	reply: FastifyReply,
	parts: readonly (string | Uint8Array)[],
	pauseMilliseconds = longestPause,
): FastifyReply {
	const length = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
	const { raw } = reply;
	// Reset by every piece that leaves; Node sets it anew for the next request of the connection.
	raw.setTimeout(pauseMilliseconds, () => raw.destroy());
	return reply.header("content-length", length).send(Readable.from(piecesOf(parts), { objectMode: false }));
}

function* piecesOf(parts: readonly (string | Uint8Array)[]): Generator<Uint8Array> {
	for (const part of parts) {
		for (let at = 0; at < part.length; ) {
			const end = typeof part === "string" ? wholeCharacters(part, at + pieceLength) : at + pieceLength;
			yield typeof part === "string" ? Buffer.from(part.slice(at, end)) : part.subarray(at, end);
			at = end;
		}
	}
}

/** No piece ends within a surrogate pair. */
function wholeCharacters(text: string, end: number): number {
	const last = text.charCodeAt(end - 1);
	return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
