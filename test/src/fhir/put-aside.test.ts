import { randomBytes } from "node:crypto";
import fc from "fast-check";
import t from "tap";
import { parseJson, stringify } from "../../../src/fhir/json.ts";
import { parseJsonBytes, piecesOf, wholeText } from "../../../src/fhir/put-aside.ts";
import { validateResource } from "../../../src/fhir/validate/validate.ts";

const mebibyte = 1024 * 1024;
/** Base64 of more than a mebibyte. */
const long = randomBytes(mebibyte).toString("base64");
const binary = (data: string) => `{"resourceType":"Binary","contentType":"image/png","data":"${data}"}`;

function parsed(text: string) {
	return parseJsonBytes(Buffer.from(text));
}

t.test("long base64 stays bytes, and stands where it stood wherever the resource is written", async (t) => {
	const bundle = `{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:ä€",
		"resource":${binary(long)}},{"resource":{"resourceType":"DocumentReference","status":"current",
		"content":[{"attachment":{"title":"größer","data" : "${long.slice(0, -4)}QQ==" , "contentType":"text/plain"}},
		{"attachment":{"data":"QUJD"}}]}}]}`;
	const { json, aside } = parsed(bundle);
	const text = stringify(json);
	t.ok(text.length < 2000, "short as long as nobody looks");
	const pieces = piecesOf(text) ?? [];
	t.same(
		pieces.map((piece) => typeof piece),
		["string", "object", "string", "object", "string"],
	);
	t.equal(wholeText(text), stringify(parseJson(bundle)));
	t.equal(
		wholeText(JSON.stringify({ text })),
		JSON.stringify({ text: stringify(parseJson(bundle)) }),
		"JSON within JSON",
	);
	t.same(validateResource(parsed(binary(long)).json), []);
	aside.release();
	t.throws(() => piecesOf(text), "what is gone is not taken for the data");
	t.equal(piecesOf('{"resourceType":"Binary"}'), undefined);
});

t.test("what is not base64Binary is a string as ever", async (t) => {
	const sampled = `{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"origin":{"value":1},"period":1,"dimensions":1,"data":"${"1".repeat(mebibyte + 4)}"}}`;
	t.match(validateResource(parsed(sampled).json), [{ expression: "Observation.valueSampledData.data" }]);
	const note = `{"resourceType":"Basic","code":{"text":"${long}"},"unknown":{"data":"${long}"}}`;
	t.same(parsed(note).json, parseJson(note));
	const names = `{"resourceType":"Binary","${long}":"x","data":{"data":"${long}"}}`;
	t.same(parsed(names).json, parseJson(names));
	t.same(parsed(`["${long}"]`).json, [long]);
	t.same(parsed(`"${long}"`).json, long);
});

t.test("what is not quite base64 is looked at as it is", async (t) => {
	for (const data of [
		`${long}=`,
		`${long.slice(1)}\\n`,
		`${long.slice(0, -4)}\\"AB`,
		`${long} `,
		`=${long.slice(1)}`,
		`${long.slice(0, -4)}ä\\u0041B`,
	]) {
		const { json } = parsed(binary(data));
		t.same(json, parseJson(binary(data)));
	}
	for (const wrong of [
		binary(long).slice(0, -1),
		`${binary(long)}"`,
		`{"data":"${long}`,
		`{"a":"b"${long}"c"}`,
		`{"data":"${long}","data":"${long}"}`,
	]) {
		t.throws(() => parsed(wrong), /not valid JSON|twice/, wrong.slice(0, 10));
	}
});

t.test("whatever is around it: the same value as of the text", (t) => {
	const around = fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 20 }), fc.integer({ min: 0, max: 3 })), {
		maxLength: 4,
	});
	fc.assert(
		fc.property(around, fc.integer({ min: -6, max: 6 }), (parts, more) => {
			const data = long.slice(0, mebibyte + 4 * more);
			const extension = parts.map(([text, kind]) => ({
				url: `x:${text}`,
				valueBase64Binary: kind === 0 ? data : "QUJD",
			}));
			const text = JSON.stringify({ extension, resourceType: "Patient", photo: [{ data }] });
			const { json, aside } = parsed(text);
			try {
				return wholeText(stringify(json)) === stringify(parseJson(text));
			} finally {
				aside.release();
			}
		}),
		{ numRuns: 30 },
	);
	t.end();
});
