import t from "tap";
import { readParameters, single, writeParameters } from "../../../../src/http/fhir/parameters.ts";
import { kindThrown } from "./kind-thrown.ts";

t.test("parameters keep their order, repeats and escapes", async (t) => {
	t.same(readParameters("code=a%2Cb&date=ge2020-01-01&date=lt2021-01-01&name=J%C3%BCrgen+M%20x"), [
		["code", "a,b"],
		["date", "ge2020-01-01"],
		["date", "lt2021-01-01"],
		["name", "Jürgen M x"],
	]);
});

t.test("an empty value is ignored", async (t) => {
	t.same(readParameters("name=&&gender=male&active"), [["gender", "male"]]);
	t.same(readParameters(""), []);
});

t.test("a malformed escape and U+0000 are the client's mistake", async (t) => {
	t.equal(
		kindThrown(() => readParameters("name=%zz")),
		"invalid",
	);
	t.equal(
		kindThrown(() => readParameters("name=%FF")),
		"invalid",
	);
	t.equal(
		kindThrown(() => readParameters("name=a%00b")),
		"invalid",
	);
});

t.test("what is written is read back, with FHIR's own characters legible", async (t) => {
	const parameters = [
		["code", "http://loinc.org|8867-4,$&=+%#"],
		["date", "ge2020-01-01T10:00:00+02:00"],
	] as const;
	const text = writeParameters(parameters);
	t.same(readParameters(text), parameters);
	t.match(text, "http://loinc.org%7C8867-4,$%26");
});

t.test("a parameter that may be given once", async (t) => {
	t.equal(single([["_since", "2020"]], "_since"), "2020");
	t.equal(single([], "_since"), undefined);
	t.equal(
		kindThrown(() =>
			single(
				[
					["_at", "1"],
					["_at", "2"],
				],
				"_at",
			),
		),
		"invalid",
	);
});
