import yauzl from "yauzl";
import { TooMuch, UnreadablePayload } from "./payload.ts";

/** How much an archive may hold; more is a mistake, or meant to fill the memory. */
export interface UnzipLimits {
	readonly entries: number;
	/** Bytes unpacked, of one file and of all that are taken. */
	readonly entryBytes: number;
	readonly totalBytes: number;
}

/**
 * The wanted files of a ZIP archive, unpacked in memory. Nothing is written to disk. Names that lead out of the archive, encryption, and more
 * bytes than announced or allowed are refused, with all of the archive.
 *
 * @throws UnreadablePayload
 */
export async function unzip(
	archive: Buffer,
	isWanted: (name: string) => boolean,
	limits: UnzipLimits,
): Promise<{ name: string; text: string }[]> {
	try {
		// Sizes are validated while unpacking, names when an entry is read (yauzl).
		const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true });
		if (zip.entryCount > limits.entries) throw new TooMuch("the archive holds too many files");
		const files: { name: string; text: string }[] = [];
		let total = 0;
		for await (const entry of zip.eachEntry()) {
			if (entry.fileName.endsWith("/") || !isWanted(entry.fileName)) continue;
			total += entry.uncompressedSize;
			if (entry.uncompressedSize > limits.entryBytes || total > limits.totalBytes) {
				throw new TooMuch("the archive unpacks to too much");
			}
			const parts: Buffer[] = [];
			for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
			files.push({ name: entry.fileName, text: Buffer.concat(parts).toString("utf8") });
		}
		return files;
	} catch (error) {
		if (error instanceof UnreadablePayload) throw error;
		throw new UnreadablePayload("the archive is damaged, encrypted, or has names that lead out of it", {
			cause: error,
		});
	}
}
