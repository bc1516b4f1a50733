import type { Writable } from "node:stream";
import type pg from "pg";
import { piecesOf } from "../fhir/put-aside.ts";

/** A value of a statement that is sent piece by piece: what was put aside of a body is never copied into one string or buffer. */
class Pieces {
	readonly buffers: readonly Uint8Array[];
	constructor(pieces: readonly (string | Uint8Array)[]) {
		this.buffers = pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece));
	}
}

/** The values of a statement, those with something put aside as pieces. */
export function inPieces(values: unknown[]): unknown[] {
	let replaced: unknown[] | undefined;
	for (const [at, value] of values.entries()) {
		const pieces = typeof value === "string" ? piecesOf(value) : undefined;
		if (pieces === undefined) continue;
		replaced ??= [...values];
		replaced[at] = new Pieces(pieces);
	}
	return replaced ?? values;
}

/** What `pg` binds. */
interface Binding {
	readonly portal?: string;
	readonly statement?: string;
	readonly values?: readonly unknown[];
	readonly valueMapper: (value: unknown, at: number) => string | Buffer | null;
}

/** Of `pg`'s connection, what is not in its types. */
interface Connection {
	readonly stream: Writable;
	bind(binding: Binding): void;
}

/** Lets a connection take values in pieces. `pg` would copy each value twice into buffers that grow. */
export function takePieces(client: pg.ClientBase): void {
	const { connection } = client as unknown as { connection: Connection };
	const bind = connection.bind.bind(connection);
	connection.bind = (binding) => {
		if (binding.values?.some((value) => value instanceof Pieces) !== true) return bind(binding);
		for (const buffer of bindMessage(binding)) connection.stream.write(buffer);
	};
}

/** The message Bind (PostgreSQL 55.7, F), answers asked for as text. */
function bindMessage({ portal = "", statement = "", values = [], valueMapper }: Binding): Uint8Array[] {
	const mapped = values.map((value, at) => (value instanceof Pieces ? value : valueMapper(value, at)));
	const body = [
		Buffer.from(`${portal}\0${statement}\0`),
		int16(mapped.length),
		...mapped.map((value) => int16(Buffer.isBuffer(value) ? 1 : 0)),
		int16(mapped.length),
		...mapped.flatMap(lengthAndBytes),
		int16(1),
		int16(0),
	];
	return [Buffer.from("B"), int32(4 + lengthOf(body)), ...body];
}

function lengthAndBytes(value: Pieces | string | Buffer | null): readonly Uint8Array[] {
	if (value === null) return [int32(-1)];
	const buffers = value instanceof Pieces ? value.buffers : [typeof value === "string" ? Buffer.from(value) : value];
	return [int32(lengthOf(buffers)), ...buffers];
}

function lengthOf(buffers: readonly Uint8Array[]): number {
	return buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function int16(value: number): Buffer {
	const buffer = Buffer.allocUnsafe(2);
	buffer.writeInt16BE(value);
	return buffer;
}

function int32(value: number): Buffer {
	const buffer = Buffer.allocUnsafe(4);
	buffer.writeInt32BE(value);
	return buffer;
}
