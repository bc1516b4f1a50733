import type { Readable } from "node:stream";
import yauzl from "yauzl";
import { TooMuch, UnreadablePayload } from "./payload.ts";

/** How much an archive may hold; more is a mistake, or meant to keep a server busy. */
export interface UnzipLimits {
	readonly entries: number;
	/** Bytes unpacked, of one file and of all that are taken. */
	readonly entryBytes: number;
	readonly totalBytes: number;
	/** How many times smaller a file may be packed. */
	readonly ratio: number;
}

/** What an archive that cannot be read is told to be. */
export const damaged = "the archive is damaged, encrypted, or has names that lead out of it";

/**
 * The wanted files of a ZIP archive, each unpacked while it is read, as often as it is opened. Nothing is written to disk. Names that lead out of
 * the archive, encryption, and more bytes than allowed are refused, with all of the archive, before anything is unpacked; a file that holds more
 * than it announces breaks off.
 *
 * @param archive in memory, or an open file of which nothing else reads by position
 * @throws UnreadablePayload
 */
export async function unzip(
	archive: Buffer | number,
	isWanted: (name: string) => boolean,
	limits: UnzipLimits,
): Promise<{ readonly name: string; open(): Promise<Readable> }[]> {
	try {
		// Sizes are validated while unpacking, names when an entry is read (yauzl).
		const options = { lazyEntries: true, validateEntrySizes: true, autoClose: false };
		const zip = await (typeof archive === "number"
			? yauzl.fromFdPromise(archive, options)
			: yauzl.fromBufferPromise(archive, options));
		if (zip.entryCount > limits.entries) throw new TooMuch("the archive holds too many files");
		const files: { name: string; open(): Promise<Readable> }[] = [];
		let total = 0;
		for await (const entry of zip.eachEntry()) {
			if (entry.fileName.endsWith("/") || !isWanted(entry.fileName)) continue;
			if (entry.isEncrypted()) throw new UnreadablePayload(damaged);
			const { uncompressedSize, compressedSize } = entry;
			total += uncompressedSize;
			const isBomb = uncompressedSize > 1024 * 1024 && uncompressedSize > compressedSize * limits.ratio;
			if (uncompressedSize > limits.entryBytes || total > limits.totalBytes || isBomb)
				throw new TooMuch("the archive unpacks to too much");
			files.push({ name: entry.fileName, open: () => zip.openReadStreamPromise(entry) });
		}
		return files;
	} catch (error) {
		if (error instanceof UnreadablePayload) throw error;
		throw new UnreadablePayload(damaged, { cause: error });
	}
}
