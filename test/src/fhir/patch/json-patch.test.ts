import fc from "fast-check";
import t from "tap";
import { Failure } from "../../../../src/fhir/failure.ts";
import { copyJson, equalJson, type Json, parseJson, stringify } from "../../../../src/fhir/json.ts";
import { applyJsonPatch } from "../../../../src/fhir/patch/json-patch.ts";
import { dataFiles, needsData } from "../shared-data.ts";

interface Case {
	readonly comment?: string;
	readonly doc: Json;
	readonly patch: Json;
	readonly expected?: Json;
	readonly error?: string;
	readonly disabled?: boolean;
}

t.test("the RFC 6902 suite", needsData, async (t) => {
	for (const { text } of dataFiles("json-patch-rfc6902", ".json")) {
		const cases = JSON.parse(text) as Case[];
		for (const { comment, doc, patch, expected, error, disabled } of cases) {
			// Two members of one name: parseJson refuses such a patch before it comes here. The test data loses the first.
			if (disabled || doc === undefined) continue;
			const name = comment ?? error ?? JSON.stringify(patch);
			const before = stringify(doc);
			if (error !== undefined) t.ok(failureOf(() => applyJsonPatch(doc, patch)) instanceof Failure, name);
			else {
				const done = applyJsonPatch(doc, patch);
				if (expected !== undefined) t.ok(equalJson(done, expected), `${name}: ${stringify(done)}`);
			}
			t.equal(stringify(doc), before, `${name}: the document given stays as it is`);
		}
	}
});

t.test("numbers keep the form they were written in, and tests tell forms apart", async (t) => {
	const document = parseJson('{"value": 1.00, "list": [2.50]}');
	const patch = parseJson(
		'[{"op": "copy", "from": "/value", "path": "/other"}, {"op": "add", "path": "/list/-", "value": 3.0}]',
	);
	t.equal(stringify(applyJsonPatch(document, patch)), '{"value":1.00,"list":[2.50,3.0],"other":1.00}');
	const failing = () => applyJsonPatch(document, parseJson('[{"op": "test", "path": "/value", "value": 1.0}]'));
	t.match(failureOf(failing), { kind: "unprocessable" });
});

t.test("a patch made of removals and additions leads from any value to any other", async () => {
	const value = fc.jsonValue({ maxDepth: 3 }).filter((one) => !JSON.stringify(one).includes("__proto__"));
	fc.assert(
		fc.property(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), (one, other) => {
			const from = copyJson(JSON.parse(JSON.stringify(one)));
			const to = copyJson(JSON.parse(JSON.stringify(other)));
			const pointer = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
			const patch = [
				...Object.keys(from as object).map((name) => ({ op: "remove", path: pointer(name) })),
				...Object.entries(to as object).map(([name, value]) => ({ op: "add", path: pointer(name), value })),
				{ op: "test", path: "", value: to },
			];
			return equalJson(applyJsonPatch(from, patch as Json), to);
		}),
	);
});

t.test("what is wrong is named by operation, and kind: no patch, or one that does not apply", async (t) => {
	const expect = (patch: string, kind: string, expression: string) =>
		t.match(
			failureOf(() => applyJsonPatch({ a: [1], b: {} }, parseJson(patch))),
			{ kind, issues: [{ expression }] },
			patch,
		);
	expect("{}", "invalid", "");
	expect("[1]", "invalid", "[0]");
	expect('[{"op": "test", "path": "/a", "value": [1]}, {"op": "nope", "path": ""}]', "invalid", "[1].op");
	expect('[{"op": "add", "path": "a", "value": 1}]', "invalid", "[0].path");
	expect('[{"op": "add", "path": "/a/~2", "value": 1}]', "invalid", "[0].path");
	expect('[{"op": "add", "path": "/a"}]', "invalid", "[0].value");
	expect('[{"op": "add", "path": "/b/__proto__", "value": 1}]', "invalid", "[0].path");
	expect('[{"op": "add", "path": "/a/5", "value": 1}]', "unprocessable", "[0].path");
	expect('[{"op": "replace", "path": "/c", "value": 1}]', "unprocessable", "[0].path");
	expect('[{"op": "remove", "path": "/toString"}]', "unprocessable", "[0].path");
	expect('[{"op": "remove", "path": "/a/length"}]', "unprocessable", "[0].path");
	expect('[{"op": "move", "from": "/b", "path": "/b/c"}]', "unprocessable", "[0]");
	expect(`[${Array.from({ length: 1001 }, () => '{"op":"remove","path":"/a"}')}]`, "invalid", "");
});

function failureOf(work: () => unknown): unknown {
	try {
		return work();
	} catch (error) {
		return error;
	}
}
