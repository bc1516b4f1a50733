/** What stands before and behind the pieces of a file to make them one gzip member (RFC 1952). */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** The last, empty block; then CRC-32 and length of the text, modulo 2^32. */
export function gzipTrailer({ crc, bytes }: { readonly crc: number; readonly bytes: number }): Buffer {
	const trailer = Buffer.alloc(10);
	trailer.writeUInt16LE(0x0003, 0);
	trailer.writeUInt32LE(crc >>> 0, 2);
	trailer.writeUInt32LE(bytes % 2 ** 32, 6);
	return trailer;
}
