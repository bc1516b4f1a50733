import { crc32, deflateRawSync } from "node:zlib";

/** A ZIP archive; `claims`: the unpacked size it says, whatever is true. */
export function zip(files: readonly (readonly [string, string])[], claims?: number): Buffer {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let at = 0;
	for (const [file, text] of files) {
		const [path, content] = [Buffer.from(file), Buffer.from(text)];
		const packed = deflateRawSync(content);
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt16LE(8, 4);
		common.writeUInt32LE(crc32(content), 10);
		common.writeUInt32LE(packed.length, 14);
		common.writeUInt32LE(claims ?? content.length, 18);
		common.writeUInt16LE(path.length, 22);
		parts.push(Buffer.from("PK\x03\x04"), common, path, packed);
		const entry = Buffer.alloc(42);
		entry.writeUInt16LE(20, 0);
		common.copy(entry, 2, 0, 26);
		entry.writeUInt32LE(at, 38);
		directory.push(Buffer.from("PK\x01\x02"), entry, path);
		at += 30 + path.length + packed.length;
	}
	const listed = Buffer.concat(directory);
	const end = Buffer.alloc(18);
	end.writeUInt16LE(files.length, 4);
	end.writeUInt16LE(files.length, 6);
	end.writeUInt32LE(listed.length, 8);
	end.writeUInt32LE(at, 12);
	return Buffer.concat([...parts, listed, Buffer.from("PK\x05\x06"), end]);
}
