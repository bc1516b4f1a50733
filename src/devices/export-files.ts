import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Ask } from "./http-client.ts";
import { UnreadablePayload } from "./payload.ts";
import { VendorTrouble } from "./trouble.ts";
import { unzip } from "./unzip.ts";
import { type ExportFile, exportType } from "./vendors/samsung/export.ts";

const mebibyte = 1024 * 1024;

/** A year of a watch is some ten MiB. */
const limits = { entries: 20_000, entryBytes: 64 * mebibyte, totalBytes: 192 * mebibyte };

/** Longest archive or file that is read. */
const mostBytes = 128 * mebibyte;

/** The files of an export at an address: a ZIP archive, or one CSV. @throws VendorTrouble, UnreadablePayload, CallFailure */
export async function exportAt(ask: Ask, url: URL): Promise<ExportFile[]> {
	const answer = await ask({
		method: "GET",
		url,
		headers: { accept: "application/zip, text/csv, */*" },
		guarded: true,
		redirects: 3,
		mostBytes,
		timeoutMilliseconds: 120_000,
	});
	if (answer.status === 404) return [];
	if (answer.status !== 200)
		throw new VendorTrouble("later", `The export's address answered with status ${answer.status}`);
	return exportOf(url.pathname.split("/").at(-1) ?? "", answer.body);
}

/** The files of an export that came whole: a ZIP archive, or one CSV. @throws UnreadablePayload */
export async function exportOf(name: string, body: Buffer): Promise<ExportFile[]> {
	if (body.subarray(0, 2).toString("latin1") === "PK")
		return unzip(body, (entry) => exportType(entry) !== undefined, limits);
	const text = body.toString("utf8");
	if (exportType(name) !== undefined) return [{ name, text }];
	// Without a telling name, the first line of a real one says what it is.
	const [, type] = /^\uFEFF?(com\.samsung\.s?health\.[a-z_.]+),\d+/.exec(text.slice(0, 200)) ?? [];
	const told = type === undefined ? undefined : `${type}.csv`;
	if (told === undefined || exportType(told) === undefined) {
		throw new UnreadablePayload("it is neither a ZIP archive nor a CSV of Samsung Health");
	}
	return [{ name: told, text }];
}

/**
 * The files of exports in a folder below the configured one; archives and CSVs, also one folder deeper. Names that lead elsewhere and links are
 * refused.
 *
 * @throws VendorTrouble, UnreadablePayload
 */
export async function exportIn(root: string | null, folder: string): Promise<ExportFile[]> {
	if (root === null) throw new VendorTrouble("reconnect", "This server has no folder for exports (DEVICE_EXPORT_DIR)");
	const place = resolve(root, folder);
	const refuse = () => new VendorTrouble("reconnect", "The export's folder is not below the folder for exports");
	if (!place.startsWith(resolve(root) + sep)) throw refuse();
	const real = await realpath(place).catch(() => undefined);
	if (real === undefined) return [];
	if (!real.startsWith((await realpath(root)) + sep)) throw refuse();
	const files: ExportFile[] = [];
	for (const path of await filesIn(real, 2)) {
		const { size } = await lstat(path);
		if (size > mostBytes) throw new UnreadablePayload("a file of the export is too large");
		if (path.endsWith(".zip") || exportType(path) !== undefined)
			files.push(...(await exportOf(path, await readFile(path))));
	}
	return files;
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
