import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { ExportFile, NewPiece } from "../store/exports/export-files.ts";

const deflated = promisify(deflateRaw);

/** Sizes of what is written, in characters of text. */
export interface FileSizes {
	/** A piece is put away when it has so many. */
	readonly piece: number;
	/** No line is added to a file of so many. */
	readonly file: number;
}

/** A line, and what the access log says of it. */
export interface Line {
	readonly text: string;
	/** `Type/id` of what it shows. */
	readonly names: readonly string[];
	/** users.id of whom it is about. */
	readonly people: readonly number[];
}

/** A piece and what it shows. */
export interface NamedPiece extends NewPiece {
	readonly names: readonly string[];
}

/** Files of newline-delimited JSON under way. */
export interface NdjsonFiles {
	/** Adds a line to the file of its kind and type; a file ends when one of another begins. */
	add(kind: ExportFile["kind"], type: string, line: Line): Promise<void>;
	/** Puts away what is left. */
	end(): Promise<void>;
}

/** A file that is being written. */
interface Open {
	readonly number: number;
	readonly kind: ExportFile["kind"];
	readonly type: string;
	resources: number;
	bytes: number;
	stored: number;
	crc: number;
	pieces: number;
	/** Added so far, put away or not. */
	characters: number;
	/** For the next piece, and their characters. */
	lines: Line[];
	gathered: number;
}

/**
 * Writes lines into files and these in pieces, so that of an export of whatever size only a piece or two is in memory: while one is being
 * put away, the next is gathered.
 *
 * A piece is raw deflate that ends at a byte (RFC 1951, with an empty stored block), so that a client who takes gzip is sent the pieces as
 * they are.
 *
 * @param put - puts a piece away; one is under way at a time
 */
export function ndjsonFiles(put: (piece: NamedPiece) => Promise<void>, sizes: FileSizes): NdjsonFiles {
	let open: Open | undefined;
	let count = 0;
	let underway: Promise<void> = Promise.resolve();

	async function flush(): Promise<void> {
		if (open === undefined || open.lines.length === 0) return;
		const file = open;
		const { lines } = file;
		file.lines = [];
		file.gathered = 0;
		await underway;
		underway = putAway(file, lines);
		// Whoever waits next hears of it.
		underway.catch(() => undefined);
	}

	async function putAway(file: Open, lines: readonly Line[]): Promise<void> {
		const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(""));
		const body = await deflated(text, { finishFlush: constants.Z_FULL_FLUSH });
		file.crc = crc32(text, file.crc);
		file.resources += lines.length;
		file.bytes += text.length;
		file.stored += body.length;
		const { number, kind, type, resources, bytes, stored, crc } = file;
		await put({
			file: { number, kind, type, resources, bytes, stored_bytes: stored, crc },
			number: file.pieces++,
			body,
			people: [...new Set(lines.flatMap(({ people }) => people))],
			names: lines.flatMap(({ names }) => names),
		});
	}

	async function close(): Promise<void> {
		await flush();
		open = undefined;
	}

	return {
		async add(kind, type, line) {
			const isFull = open !== undefined && open.characters >= sizes.file;
			if (open?.kind !== kind || open.type !== type || isFull) {
				await close();
				open = begun(++count, kind, type);
			}
			open.lines.push(line);
			open.characters += line.text.length + 1;
			open.gathered += line.text.length + 1;
			if (open.gathered >= sizes.piece) await flush();
		},
		async end() {
			await close();
			await underway;
		},
	};
}

function begun(number: number, kind: Open["kind"], type: string): Open {
	return {
		number,
		kind,
		type,
		resources: 0,
		bytes: 0,
		stored: 0,
		crc: 0,
		pieces: 0,
		characters: 0,
		lines: [],
		gathered: 0,
	};
}
