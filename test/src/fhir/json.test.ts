import fc from "fast-check";
import t from "tap";
import { Failure } from "../../../src/fhir/failure.ts";
import {
	canonicalJson,
	equalJson,
	isObject,
	isRawNumber,
	type Json,
	numberText,
	parseJson,
	stringify,
} from "../../../src/fhir/json.ts";

const number = fc.oneof(
	fc.constantFrom(
		"0",
		"-0",
		"1.0",
		"1.00",
		"0.10",
		"1e2",
		"1E-7",
		"0.0000001",
		"12345678901234567890",
		"-2.50",
		"3.14",
	),
	fc.integer().map(String),
	fc.tuple(fc.integer(), fc.stringMatching(/^\d{1,20}$/)).map(([whole, digits]) => `${whole}.${digits}`),
);
const text = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
	value: fc.oneof(
		{ depthSize: "small" },
		number,
		fc.constantFrom("true", "false", "null", '"a\\"b: {"', '"1.0,"', '"x\\\\"'),
		tie("object"),
		tie("array"),
	),
	object: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("value"), { noNullPrototype: true }).map(
		(members) =>
			`{${Object.entries(members)
				.map(([name, value]) => `"${name}":${value}`)
				.join(",")}}`,
	),
	array: fc.array(tie("value")).map((items) => `[${items.join(",")}]`),
}));

t.test("JSON text comes back as it was, every number included", async (t) => {
	fc.assert(
		fc.property(text.value, (source) => stringify(parseJson(source)) === JSON.stringify(JSON.parse(source, keep))),
	);
	t.pass("for generated texts");
});

function keep(_name: string, value: Json, context: { readonly source?: string }): Json {
	return typeof value === "number" && context.source !== undefined ? JSON.rawJSON(context.source) : value;
}

t.test("numbers that would change are kept, others are numbers", async (t) => {
	const value = parseJson('{"a":1.00,"b":2.5,"c":7}');
	if (!isObject(value)) throw new Error("not an object");
	t.ok(isRawNumber(value.a));
	t.equal(isRawNumber(value.a) ? numberText(value.a) : "", "1.00");
	t.equal(value.b, 2.5);
	t.equal(value.c, 7);
});

t.test("what is refused", async (t) => {
	const refused: [text: string, message: RegExp][] = [
		['{"a":1,"a":2}', /"a" is there twice/],
		['{"x":[{"b":"}","c":1,"b":{}}]}', /"b" is there twice/],
		['{"a":1,"\\u0061":2}', /"a" is there twice/],
		["[".repeat(201) + "]".repeat(201), /deeper than 200/],
		["[".repeat(100_000), /deeper than 200/],
		['{"__proto__":{"admin":true}}', /__proto__/],
		['{"a":"\\ud800"}', /surrogate/],
		['{"\\udc00":1}', /surrogate/],
		['{"a":"\\u0000"}', /control character/],
		['{"a":"\\b"}', /control character/],
		['{"a":1e999}', /out of range/],
		[`{"a":1.${"0".repeat(200)}}`, /out of range/],
		['{"a":01}', /not valid JSON/],
		["", /not valid JSON/],
	];
	for (const [source, message] of refused) {
		t.throws(() => parseJson(source), { kind: "invalid", message }, source.slice(0, 30));
	}
});

t.test("arbitrary text is a value or an invalid failure, never anything else", async (t) => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (source) => {
			try {
				parseJson(source);
			} catch (error) {
				return error instanceof Failure && error.kind === "invalid";
			}
			return true;
		}),
	);
	t.pass();
});

t.test("a byte order mark, tabs and line ends are tolerated", async (t) => {
	t.strictSame(parseJson('\uFEFF{"a":"\\t\\r\\n"}'), { a: "\t\r\n" });
});

t.test("equality", async (t) => {
	fc.assert(
		fc.property(text.value, text.value, (one, other) => {
			const [a, b] = [parseJson(one), parseJson(other)];
			return equalJson(a, parseJson(one)) && equalJson(a, b) === (canonicalJson(a) === canonicalJson(b));
		}),
	);
	t.ok(equalJson(parseJson('{"a":1,"b":[2]}'), parseJson('{"b":[2],"a":1}')));
	t.notOk(equalJson(parseJson("1.0"), parseJson("1.00")));
	t.ok(equalJson({ a: undefined }, {}));
	t.equal(canonicalJson(parseJson('{"b":1.0,"a":{"d":1,"c":2}}')), '{"a":{"c":2,"d":1},"b":1.0}');
});
