import fc from "fast-check";

/** JSON values that fit nowhere. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
	fc.constantFrom<unknown>(
		null,
		true,
		0,
		-0,
		-1,
		1e308,
		5e-324,
		2 ** 53,
		2 ** 31,
		0.1,
		"",
		" ",
		"\u0000",
		"a\u0000b",
		"\ud800",
		"\udfff\ud800",
		"\u202e",
		"\u2028",
		"' or 1=1 --",
		"#{7*7}",
		"../..",
		"__proto__",
		"constructor",
		"toString",
		"x".repeat(3000),
		[],
		{},
		[[]],
		[null],
		{ resourceType: "Patient" },
		{ constructor: { prototype: { x: 1 } } },
		"9999-12-31T23:59:59.999Z",
		"0000-00-00",
		"2024-02-30",
		"-000001-01-01T00:00:00Z",
		"Patient/1",
		"urn:uuid:",
		"#",
		"Patient?name=x",
		"2147483648",
		"NaN",
		"Infinity",
		"-",
		"%",
		"\\",
		"|",
		",",
		"$",
	),
	fc.string({ maxLength: 12, unit: "binary" }),
	fc.double({ noNaN: true, noDefaultInfinity: true }),
);

/** The same as text, for queries and headers. */
export const oddText: fc.Arbitrary<string> = odd.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));

/** What may stand where an id is expected. */
export const oddId: fc.Arbitrary<string> = fc.oneof(
	oddText,
	fc.constantFrom(
		"1",
		"0",
		"vs-1-hr",
		"vs-1-",
		"med-1",
		"ev-1",
		"user-1",
		"-1",
		"1e9",
		"99999999999",
		".",
		"..",
		"%2F",
	),
	fc.constantFrom(
		"$x",
		"$everything",
		"_history",
		"_search",
		"metadata",
		"x".repeat(64),
		"x".repeat(65),
		"x".repeat(300),
	),
);

/** encodeURIComponent that takes unpaired surrogates as what they would be in UTF-8. */
export function escaped(text: string): string {
	return encodeURIComponent(text.toWellFormed());
}
