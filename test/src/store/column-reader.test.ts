import fc from "fast-check";
import t from "tap";
import { columnReader } from "../../../src/store/column-reader.ts";
import { typeParsers } from "../../../src/store/postgres-types.ts";

// What is read from bytes is what the parsers of postgres-types.ts make of the text, whatever Postgres writes.

const parsers = typeParsers();

function same(oid: number, text: string, before: string): boolean {
	const bytes = Buffer.from(`${before}${text}0+.-`);
	const start = Buffer.byteLength(before);
	const read = columnReader(oid)(bytes, start, start + Buffer.byteLength(text));
	const parse = parsers.getTypeParser(oid as never, "text") as (text: unknown) => unknown;
	return Object.is(read, parse(text));
}

const before = fc.string({ maxLength: 3 });

t.test("doubles", async () => {
	const written = fc.oneof(
		fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
		fc
			.tuple(fc.integer({ min: -99999, max: 99999 }), fc.nat(4))
			.map(([n, decimals]) => (n / 10 ** decimals).toFixed(decimals)),
		fc.constantFrom(
			"0",
			"-0",
			"NaN",
			"Infinity",
			"-Infinity",
			"1e+15",
			"1.5e-07",
			"0.1",
			"123456789012.345",
			"12345678901234567890",
		),
	);
	fc.assert(
		fc.property(written, before, (text, b) => same(701, text, b) && same(700, text, b)),
		{ numRuns: 2000 },
	);
});

t.test("integers", async () => {
	const written = fc
		.oneof(fc.integer(), fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
		.map(String);
	fc.assert(
		fc.property(written, before, (text, b) => same(20, text, b)),
		{ numRuns: 2000 },
	);
	fc.assert(fc.property(fc.integer().map(String), before, (text, b) => same(23, text, b) && same(21, text, b)));
});

t.test("instants, of any year and precision, and what is not one", async () => {
	const usual = fc
		.tuple(
			fc.date({ min: new Date("0001-01-01Z"), max: new Date("9999-12-31Z"), noInvalidDate: true }),
			fc.option(fc.stringMatching(/^\d{1,6}$/), { nil: undefined }),
		)
		.map(
			([at, digits]) =>
				`${at.toISOString().slice(0, 19).replace("T", " ")}${digits === undefined ? "" : `.${digits}`}+00`,
		);
	const unusual = fc.constantFrom(
		"infinity",
		"-infinity",
		"10000-01-01 00:00:00+00",
		"0001-01-01 00:00:00+00 BC",
		"2025-01-01 00:00:00.5+01",
		"",
	);
	fc.assert(
		fc.property(fc.oneof(usual, unusual), before, (text, b) => same(1184, text, b)),
		{ numRuns: 2000 },
	);
});

t.test("texts and truth", async () => {
	fc.assert(
		fc.property(fc.string({ unit: "grapheme" }), before, (text, b) => same(25, text, b) && same(1043, text, b)),
	);
	for (const text of ["t", "f"]) t.ok(same(16, text, "é"));
	for (const text of ['{"a": 1.00}', "null"]) t.ok(same(3802, text, "") && same(114, text, "é"));
});
