import type { Readable } from "node:stream";
import { Busboy } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import { Failure } from "../../fhir/failure.ts";
import { readBody } from "../plugins/read-body.ts";

/** A file of a form. */
export interface SentFile {
	/** As its sender's machine calls it, without folders. */
	readonly name: string;
	readonly body: Buffer;
}

/** What stands around the file: boundaries and headers of its part; bytes. */
const around = 16 * 1024;

/**
 * The file of a form that holds one (RFC 7578), in memory once.
 *
 * @param mostBytes of the file
 * @throws Failure invalid - cut off, or there is none; too-large
 */
export async function sentFile(request: FastifyRequest, payload: Readable, mostBytes: number): Promise<SentFile> {
	const length = request.headers["content-length"];
	const announced = length === undefined ? undefined : Number(length);
	const tooLarge = () => new Failure("too-large", `The file is larger than ${Math.floor(mostBytes / 1024 / 1024)} MB`);
	if (announced !== undefined && announced > mostBytes + around) throw tooLarge();
	const body = await readBody(payload, { announced, most: mostBytes + around });
	const file = await fileIn(body, request.headers["content-type"] ?? "");
	if (file === undefined || (file.name === "" && file.body.length === 0))
		throw new Failure("invalid", "Choose a file first");
	if (file.body.length > mostBytes) throw tooLarge();
	return file;
}

function fileIn(body: Buffer, contentType: string): Promise<SentFile | undefined> {
	return new Promise((found, failed) => {
		let first: SentFile | undefined;
		const unreadable = (detail: unknown) => failed(new Failure("invalid", "The form cannot be read", { detail }));
		try {
			const parser = new Busboy({ headers: { "content-type": contentType }, limits: { parts: 5 } });
			parser.on("file", (_field, stream, name: string | undefined = "") => {
				const parts: Buffer[] = [];
				// Slices of the body: usually one, which needs no copy.
				stream.on("data", (part: Buffer) => parts.push(part));
				stream.on("error", unreadable);
				stream.on("end", () => {
					const [only = Buffer.alloc(0), ...others] = parts;
					first ??= { name, body: others.length === 0 ? only : Buffer.concat(parts) };
				});
			});
			parser.on("error", unreadable);
			parser.on("finish", () => found(first));
			parser.end(body);
		} catch (error) {
			unreadable(error);
		}
	});
}
