import pg from "pg";
import { Parser } from "pg-protocol/dist/parser.js";

/**
 * A row as Postgres sent it (PostgreSQL 55.7, DataRow), good until the next is read: the number of columns, then of each its length in
 * bytes, -1 for null, and its text.
 */
export class DataRow {
	readonly name = "dataRow";
	/** What it lies in. */
	readonly bytes: Buffer;
	/** Where the length of the first column is. */
	readonly start: number;

	constructor(bytes: Buffer, start: number) {
		this.bytes = bytes;
		this.start = start;
	}

	/** The columns as `pg` reads them. */
	get fields(): (string | null)[] {
		const { bytes } = this;
		let at = this.start;
		return Array.from({ length: bytes.readInt16BE(at - 2) }, () => {
			const length = bytes.readInt32BE(at);
			at += 4 + Math.max(length, 0);
			return length === -1 ? null : bytes.toString("utf8", at - length, at);
		});
	}
}

/** A client whose rows are read by who asked for them: `pg` would make a string of every column first. */
export class DataRowClient extends pg.Client {
	constructor(settings?: pg.ClientConfig) {
		super(settings);
		const connection = (this as unknown as { connection: Connection }).connection;
		connection.attachListeners = (stream) => attach(connection, stream);
	}
}

/** Of `pg`'s connection, what is not in its types. */
interface Connection {
	attachListeners(stream: NodeJS.ReadableStream): void;
	emit(name: string, message: unknown): boolean;
}

/** Of `pg`'s parser, what its types keep to themselves. */
interface Reading {
	handlePacket(start: number, code: number, length: number, bytes: Buffer): { readonly name: string };
}

const codeOfDataRow = 0x44;

/** Does what the connection does itself, but for rows. */
function attach(connection: Connection, stream: NodeJS.ReadableStream): void {
	const parser = new Parser();
	const reading = parser as unknown as Reading;
	const handlePacket = reading.handlePacket.bind(parser);
	reading.handlePacket = (start, code, length, bytes) =>
		code === codeOfDataRow ? new DataRow(bytes, start + 2) : handlePacket(start, code, length, bytes);
	const heard = (message: { readonly name: string }) =>
		connection.emit(message.name === "error" ? "errorMessage" : message.name, message);
	stream.on("data", (bytes: Buffer) => parser.parse(bytes, heard as never));
}
