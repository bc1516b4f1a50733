import { instantText, typeParsers } from "./postgres-types.ts";

/** Makes a value of a column's text, which lies in `bytes` from `start` to before `end`. */
export type ColumnReader = (bytes: Buffer, start: number, end: number) => unknown;

const parsers = typeParsers();

function parserOf(oid: number): (text: string) => unknown {
	return parsers.getTypeParser(oid as never, "text") as (text: unknown) => unknown;
}

/**
 * Reads a column of a type (pg_type.oid) as postgres-types.ts says. What most columns are is read without a string of their text being made.
 */
export function columnReader(oid: number): ColumnReader {
	const own = readers.get(oid);
	if (own !== undefined) return own;
	const parse = parserOf(oid);
	return (bytes, start, end) => parse(bytes.toString("utf8", start, end));
}

const readBoolean: ColumnReader = (bytes, start) => bytes[start] === 0x74;

/** At most fifteen digits are exact whatever they are. */
const readInteger: ColumnReader = (bytes, start, end) => {
	const isNegative = bytes[start] === minus;
	const first = isNegative ? start + 1 : start;
	if (end - first > 15) return parserOf(int8)(bytes.toString("latin1", start, end));
	let value = 0;
	for (let at = first; at < end; at++) value = value * 10 + ((bytes[at] as number) - zero);
	return isNegative ? -value : value;
};

/** Of few digits and decimals both the digits and the power of ten are exact, and so their quotient is the nearest number there is. */
const readDouble: ColumnReader = (bytes, start, end) => {
	const isNegative = bytes[start] === minus;
	let digits = 0;
	let scale = 0;
	for (let at = isNegative ? start + 1 : start; at < end; at++) {
		const byte = bytes[at] as number;
		if (byte === point && scale === 0) scale = 1;
		else if (byte < zero || byte > zero + 9 || end - start > 15) return Number(bytes.toString("latin1", start, end));
		else {
			digits = digits * 10 + (byte - zero);
			scale *= 10;
		}
	}
	const value = scale === 0 ? digits : digits / scale;
	return isNegative ? -value : value;
};

/** Where an instant is put together; nothing is kept in it. */
const put = Buffer.alloc(32);

/** An instant as a session in UTC writes it, with at most milliseconds; others go the long way. */
const readInstant: ColumnReader = (bytes, start, end) => {
	const digits = end - start - 23;
	const isUsual =
		digits <= 3 &&
		(digits > 0 ? bytes[start + 19] === point : digits === -1) &&
		bytes[start + 4] === minus &&
		bytes[start + 10] === space &&
		bytes[end - 3] === plus &&
		bytes[end - 2] === zero &&
		bytes[end - 1] === zero;
	if (!isUsual) return instantText(bytes.toString("latin1", start, end));
	for (let at = 0; at < 19; at++) put[at] = bytes[start + at] as number;
	put[10] = 0x54;
	put[19] = point;
	for (let at = 0; at < 3; at++) put[20 + at] = at < digits ? (bytes[start + 20 + at] as number) : zero;
	put[23] = 0x5a;
	return put.toString("latin1", 0, 24);
};

const zero = 0x30;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const space = 0x20;
const int8 = 20;

/** By pg_type.oid: bool, int8, int2, int4, float4, float8, timestamptz. */
const readers: ReadonlyMap<number, ColumnReader> = new Map([
	[16, readBoolean],
	[int8, readInteger],
	[21, readInteger],
	[23, readInteger],
	[700, readDouble],
	[701, readDouble],
	[1184, readInstant],
]);
