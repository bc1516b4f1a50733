import type { Readable } from "node:stream";
import { Failure } from "../../fhir/failure.ts";

/** What is known of a body before it is read. */
export interface BodyLimits {
	/** Content-Length, undefined where it is not known. */
	readonly announced: number | undefined;
	/** Bytes. */
	readonly most: number;
	/** Of a body that was not announced, told once that it is large, before more is read. */
	readonly large?: () => Promise<void>;
}

/** Bytes from which on a body is large. */
export const largeBody = 64 * 1024;

/**
 * A request's body, held once: what is announced is gathered in one buffer as it arrives.
 *
 * @throws Failure too-large | invalid - cut off, or longer than announced
 */
export async function readBody(payload: Readable, { announced, most, large }: BodyLimits): Promise<Buffer> {
	if (announced !== undefined && announced > most) throw tooLarge();
	// Its sender hung up while it waited.
	if (payload.destroyed) throw cutOff();
	const gathered = announced === undefined ? inChunks(most, large) : inOne(announced);
	await new Promise<void>((resolve, reject) => {
		payload.on("data", (chunk: Buffer) => {
			const more = gathered.add(chunk);
			if (more instanceof Failure) {
				payload.removeAllListeners("data");
				reject(more);
			} else if (more !== undefined) {
				payload.pause();
				more.then(() => payload.resume(), reject);
			}
		});
		payload.once("end", resolve);
		payload.once("error", () => reject(cutOff()));
		payload.once("close", () => payload.readableEnded || reject(cutOff()));
	});
	return gathered.whole();
}

interface Gathered {
	/** What to wait for before more is read, or why no more is. */
	add(chunk: Buffer): Failure | Promise<void> | undefined;
	/** @throws Failure invalid - something is missing */
	whole(): Buffer;
}

function inOne(length: number): Gathered {
	let only: Buffer | undefined;
	let whole: Buffer | undefined;
	let received = 0;
	return {
		add(chunk) {
			if (received + chunk.length > length) return cutOff();
			// Mostly all comes at once.
			if (received === 0 && chunk.length === length) only = chunk;
			else {
				whole ??= Buffer.allocUnsafeSlow(length);
				chunk.copy(whole, received);
			}
			received += chunk.length;
			return undefined;
		},
		whole() {
			if (received !== length) throw cutOff();
			return only ?? whole ?? Buffer.alloc(0);
		},
	};
}

function inChunks(most: number, large: BodyLimits["large"]): Gathered {
	const chunks: Buffer[] = [];
	let received = 0;
	return {
		add(chunk) {
			const before = received;
			received += chunk.length;
			if (received > most) return tooLarge();
			chunks.push(chunk);
			return before <= largeBody && received > largeBody ? large?.() : undefined;
		},
		whole: () => Buffer.concat(chunks.splice(0), received),
	};
}

function tooLarge(): Failure {
	return new Failure("too-large", "Request body is too large");
}

function cutOff(): Failure {
	return new Failure("invalid", "Request body size did not match Content-Length");
}
