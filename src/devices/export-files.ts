import { createHash, type Hash } from "node:crypto";
import { constants, type FileHandle, mkdtemp, open, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { csvRows } from "./csv-rows.ts";
import type { Ask } from "./http-client.ts";
import { TooMuch, UnreadablePayload } from "./payload.ts";
import { VendorTrouble } from "./trouble.ts";
import { unzip } from "./unzip.ts";
import { type ExportFile, exportType } from "./vendors/samsung/export.ts";

/** An export whose files can be read until it is closed: row by row, however large they are. */
export interface OpenExport {
	readonly files: readonly ExportFile[];
	/** Tells it from others; the same for the same bytes. */
	readonly digest: string;
	close(): Promise<void>;
}

const mebibyte = 1024 * 1024;

/** Ten years of a watch are some hundred MiB, with a small file for every day and kind. */
const limits = { entries: 200_000, entryBytes: 1024 * mebibyte, totalBytes: 2048 * mebibyte, ratio: 200 };

/** Longest archive or file that is read. */
const mostBytes = 512 * mebibyte;

/**
 * The export at an address: a ZIP archive, or one CSV. It is kept in a temporary file without a name, as an archive is read from its end: nothing of
 * it is left, however the server ends.
 *
 * @throws VendorTrouble, UnreadablePayload, CallFailure
 */
export async function exportAt(ask: Ask, url: URL): Promise<OpenExport> {
	const file = await namelessFile();
	const digest = createHash("sha256");
	try {
		const answer = await ask({
			method: "GET",
			url,
			headers: { accept: "application/zip, text/csv, */*" },
			guarded: true,
			redirects: 3,
			mostBytes,
			timeoutMilliseconds: 600_000,
			async into(part) {
				digest.update(part);
				await file.write(part);
			},
		});
		if (answer.status !== 200 && answer.status !== 404)
			throw new VendorTrouble("later", `The export's address answered with status ${answer.status}`);
		const files = answer.status === 404 ? [] : await filesOf(url.pathname.split("/").at(-1) ?? "", file);
		return { files, digest: digest.digest("hex"), close: () => file.close() };
	} catch (error) {
		await file.close();
		throw error;
	}
}

/** An export that came whole: a ZIP archive, or one CSV. @throws UnreadablePayload */
export async function exportOf(name: string, body: Buffer): Promise<OpenExport> {
	const digest = createHash("sha256").update(body).digest("hex");
	return { files: await filesOf(name, body), digest, close: async () => undefined };
}

/**
 * The export in a folder below the configured one; archives and CSVs, also one folder deeper. Names that lead elsewhere and links are refused.
 *
 * @throws VendorTrouble, UnreadablePayload
 */
export async function exportIn(root: string | null, folder: string): Promise<OpenExport> {
	if (root === null) throw new VendorTrouble("reconnect", "This server has no folder for exports (DEVICE_EXPORT_DIR)");
	const place = resolve(root, folder);
	const refuse = () => new VendorTrouble("reconnect", "The export's folder is not below the folder for exports");
	if (!place.startsWith(resolve(root) + sep)) throw refuse();
	const real = await realpath(place).catch(() => undefined);
	if (real !== undefined && !real.startsWith((await realpath(root)) + sep)) throw refuse();
	const opened: FileHandle[] = [];
	const close = async () => {
		for (const one of opened) await one.close();
	};
	const digest = createHash("sha256");
	try {
		const files: ExportFile[] = [];
		for (const path of real === undefined ? [] : await filesIn(real, 2)) {
			if (!path.endsWith(".zip") && exportType(path) === undefined) continue;
			const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
			opened.push(file);
			if ((await file.stat()).size > mostBytes) throw new TooMuch("a file of the export is too large");
			await addTo(digest.update(path), file);
			files.push(...(await filesOf(path, file)));
		}
		return { files, digest: digest.digest("hex"), close };
	} catch (error) {
		await close();
		throw error;
	}
}

/** The files in what is a ZIP archive or one CSV. @throws UnreadablePayload */
async function filesOf(name: string, source: Buffer | FileHandle): Promise<ExportFile[]> {
	const head = Buffer.isBuffer(source)
		? source.subarray(0, 200)
		: await source.read(Buffer.alloc(200), 0, 200, 0).then(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
	if (head.subarray(0, 2).toString("latin1") === "PK") {
		const archive = Buffer.isBuffer(source) ? source : source.fd;
		const entries = await unzip(archive, (entry) => exportType(entry) !== undefined, limits);
		return entries.map(({ name, open }) => ({
			name,
			async *rows() {
				yield* csvRows(await open(), name);
			},
		}));
	}
	// Without a telling name, the first line of a real one says what it is.
	const [, type] = /^\uFEFF?(com\.samsung\.s?health\.[a-z_.]+),\d+/.exec(head.toString("utf8")) ?? [];
	const told = exportType(name) !== undefined ? name : `${type}.csv`;
	if (exportType(told) === undefined)
		throw new UnreadablePayload("it is neither a ZIP archive nor a CSV of Samsung Health");
	const bytes = () =>
		Buffer.isBuffer(source) ? Readable.from(piecesOf(source)) : source.createReadStream({ start: 0, autoClose: false });
	return [{ name: told, rows: () => csvRows(bytes(), told) }];
}

/** As a file would give them: all of the rows of a piece are held at once. */
function* piecesOf(body: Buffer): Generator<Buffer> {
	for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536);
}

/** A file to write and read that goes with its handle. */
async function namelessFile(): Promise<FileHandle> {
	const folder = await mkdtemp(join(tmpdir(), "heart-export-"));
	try {
		return await open(join(folder, "body"), "wx+", 0o600);
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function addTo(digest: Hash, file: FileHandle): Promise<void> {
	for await (const part of file.createReadStream({ start: 0, autoClose: false })) digest.update(part as Buffer);
}

/** Plain files of a folder; links are none. */
async function filesIn(folder: string, depth: number): Promise<string[]> {
	const entries = await readdir(folder, { withFileTypes: true });
	const found = await Promise.all(
		entries.map(async (entry) => {
			const path = join(folder, entry.name);
			if (entry.isFile()) return [path];
			return entry.isDirectory() && depth > 1 ? filesIn(path, depth - 1) : [];
		}),
	);
	return found.flat().sort();
}
