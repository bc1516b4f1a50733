import { TypeOverrides, types } from "pg";

type Parser = (text: string) => unknown;

/**
 * How PostgreSQL's values arrive: instants as ISO text in UTC with milliseconds (microseconds where there are any), civil dates as `YYYY-MM-DD`, `json` and
 * `jsonb` as their text (a parsed number would lose its decimals), `int8` as a number where that is exact, else as text;
 * integers and doubles as numbers, `numeric` as text, `bytea` as a Buffer, as `pg` has them.
 */
export function typeParsers(): TypeOverrides {
	const parsers = new TypeOverrides();
	for (const [oid, arrayOid, parse] of own) {
		parsers.setTypeParser(oid, parse);
		parsers.setTypeParser(arrayOid, (text: string) => listOf(text, parse));
	}
	return parsers;
}

/** `2025-01-01 10:00:00.5+00`, as a session in UTC writes it, to `2025-01-01T10:00:00.500Z`; other spellings unchanged. */
export function instantText(text: string): string {
	// By places and not by a pattern: this is called for every instant of every row.
	const end = text.length - 3;
	if (end < 19 || text[10] !== " " || text[4] !== "-" || !text.endsWith("+00")) return text;
	const seconds = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
	if (end === 19) return `${seconds}.000Z`;
	return text[19] === "." ? `${seconds}${text.slice(19, end).padEnd(4, "0")}Z` : text;
}

function integerText(text: string): number | string {
	const number = Number(text);
	return Number.isSafeInteger(number) ? number : text;
}

const asIs: Parser = (text) => text;
/** text[], which pg's list of known types leaves out. */
const texts = 1009 as number as Parameters<typeof types.getTypeParser>[0];
const parseTexts = types.getTypeParser(texts) as (text: string) => (string | null)[];

function listOf(text: string, parse: Parser): unknown[] {
	return parseTexts(text).map((item) => (item === null ? null : parse(item)));
}

/** Type and array type of pg_type, and the parser: int8, json, date, timestamptz, jsonb. */
const own: readonly (readonly [number, number, Parser])[] = [
	[20, 1016, integerText],
	[114, 199, asIs],
	[1082, 1182, asIs],
	[1184, 1185, instantText],
	[3802, 3807, asIs],
];
