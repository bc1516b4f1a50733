import { Readable } from "node:stream";
import { promisify } from "node:util";
import { constants, inflateRaw } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Caller, serverCaller } from "../../../access/caller.ts";
import { isWithin, parseScopes } from "../../../access/scopes.ts";
import { gzipHeader, gzipTrailer } from "../../../exports/gzip-frame.ts";
import { askerOf } from "../../../exports/kick-off.ts";
import { Failure } from "../../../fhir/failure.ts";
import type { Database } from "../../../store/database.ts";
import { type ExportFile, findExportFile, maySeePeople, readPiece } from "../../../store/exports/export-files.ts";
import type { FhirServices } from "../services.ts";

const inflated = promisify(inflateRaw);

/**
 * `GET` of a file (Bulk Data Access 2, “File Request”): for who asked for the export only, with a token that has what it was made with, and
 * as long as they may see whom it is about. Sent piece by piece, as it is stored to those who take gzip.
 */
export async function sendExportFile(
	{ database, accessLog }: FhirServices,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const caller = await request.caller();
	const { export: id, file: number } = request.params as { export: string; file: string };
	const file = await database.read(serverCaller, async (tx) =>
		/^[1-9]\d{0,8}$/.test(number) ? findExportFile(tx, id, Number(number), askerOf(caller)) : undefined,
	);
	if (file === undefined) throw new Failure("not-found", "There is no such file, or no longer");
	requireScopes(caller, file);
	if (!(await database.read(caller, (tx) => maySeePeople(tx, file.people))))
		throw new Failure("not-found", "There is no such file, or no longer");
	const target = `$export-file/${file.type}`;
	await accessLog.record({ caller, action: "export", target, patients: file.people, outcome: "success" });
	const isGzip = takesGzip(request.headers["accept-encoding"]);
	reply.code(200).headers({
		"content-type": "application/fhir+ndjson",
		"content-length": String(isGzip ? gzipHeader.length + file.stored_bytes + 10 : file.bytes),
		vary: "Accept-Encoding",
		...(isGzip ? { "content-encoding": "gzip" } : {}),
	});
	// Without a body, but with its length.
	if (request.method === "HEAD") return reply.send(Readable.from([]));
	const pieces = piecesOf(database, caller, id, file);
	return reply.send(Readable.from(isGzip ? asGzip(pieces, file) : asText(pieces), { objectMode: false }));
}

/** @throws Failure forbidden - a token that was granted less than the one the file was made with */
function requireScopes({ app }: Caller, { kind, type, scope }: ExportFile & { readonly scope: string | null }): void {
	if (app === undefined || scope === null || kind === "error") return;
	const made = parseScopes(scope).filter(({ letters }) => letters.includes("s"));
	// Of a file of one type, only what was granted of the type counts.
	const about =
		kind === "deleted"
			? made
			: made.filter((one) => one.type === type || one.type === "*").map((one) => ({ ...one, type }));
	if (about.every((one) => app.scopes.some((mine) => isWithin({ ...one, letters: "s" }, mine)))) return;
	throw new Failure("forbidden", `This token was not granted what the file of ${type} was made with`);
}

/** RFC 9110 section 12.5.3, as far as gzip and nothing else is concerned. */
function takesGzip(header: string | string[] | undefined): boolean {
	const codings = [header ?? []].flat().join(",").toLowerCase().split(",");
	return codings.some((coding) => /^\s*(gzip|x-gzip)\s*(;|$)/.test(coding) && !/;\s*q=0(\.0*)?\s*$/.test(coding));
}

/** The pieces of a file as they are stored; fails in the middle where the export is deleted meanwhile. */
async function* piecesOf(
	database: Database,
	caller: Caller,
	id: string,
	{ number, attempt, stored_bytes }: ExportFile & { readonly attempt: number },
): AsyncGenerator<Buffer> {
	let sent = 0;
	for (let next = 0; sent < stored_bytes; next++) {
		const piece = await database.read(caller, (tx) => readPiece(tx, id, attempt, number, next));
		if (piece === undefined) throw new Failure("gone", "The export was deleted while it was read");
		sent += piece.length;
		yield piece;
	}
}

async function* asGzip(pieces: AsyncIterable<Buffer>, file: ExportFile): AsyncGenerator<Buffer> {
	yield gzipHeader;
	yield* pieces;
	yield gzipTrailer(file);
}

async function* asText(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	for await (const piece of pieces) yield await inflated(piece, { finishFlush: constants.Z_SYNC_FLUSH });
}
