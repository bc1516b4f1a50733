import { TypeOverrides, types } from "pg";

type Parser = (text: string) => unknown;

/**
 * How PostgreSQL's values arrive: instants as ISO text in UTC with milliseconds, civil dates as `YYYY-MM-DD`, `json` and
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

/** `2025-01-01 10:00:00.123456+00`, as a session in UTC writes it, to `2025-01-01T10:00:00.123Z`; other spellings unchanged. */
function instantText(text: string): string {
	const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text);
	if (!match) return text;
	return `${match[1]}T${match[2]}.${(match[3] ?? "").slice(0, 3).padEnd(3, "0")}Z`;
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
