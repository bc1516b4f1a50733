import t from "tap";
import { checkContentType, negotiate } from "../../../../src/http/fhir/negotiate.ts";
import { kindThrown } from "./kind-thrown.ts";

const fhir = "application/fhir+json";

t.test("the type asked for is echoed (conformance B.5)", async (t) => {
	for (const [accept, expected] of [
		[undefined, fhir],
		["*/*", fhir],
		["application/*", fhir],
		[fhir, fhir],
		["application/json", "application/json"],
		["text/json", "text/json"],
		["application/json+fhir", "application/json+fhir"],
		["application/fhir+xml, application/json;q=0.5", "application/json"],
		["application/json;q=0.5, application/fhir+json", fhir],
		["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", fhir],
		["application/fhir+json; fhirVersion=4.0", fhir],
	] as const) {
		t.equal(negotiate(accept, []).mediaType, expected, String(accept));
	}
});

t.test("what is not offered is 406", async (t) => {
	for (const accept of [
		"application/fhir+xml",
		"text/turtle",
		"text/html",
		`${fhir};q=0`,
		`${fhir}; fhirVersion=3.0`,
	]) {
		t.equal(
			kindThrown(() => negotiate(accept, [])),
			"not-acceptable",
			accept,
		);
	}
	for (const format of ["xml", "ttl", "application/fhir+xml", "html"]) {
		t.equal(
			kindThrown(() => negotiate(fhir, [["_format", format]])),
			"not-acceptable",
			format,
		);
	}
});

t.test("_format goes before Accept; its + may have become a space", async (t) => {
	for (const [format, expected] of [
		["json", fhir],
		["application/json", "application/json"],
		["application/fhir+json", fhir],
		["application/fhir json", fhir],
		["text/json", "text/json"],
	] as const) {
		t.equal(negotiate("application/fhir+xml", [["_format", format]]).mediaType, expected, format);
	}
});

t.test("_pretty", async (t) => {
	t.equal(negotiate(undefined, [["_pretty", "true"]]).pretty, true);
	t.equal(negotiate(undefined, []).pretty, false);
});

t.test("the body must be JSON, in UTF-8, of FHIR 4.0", async (t) => {
	for (const type of [fhir, "application/json", "text/json", `${fhir}; charset=UTF-8`, `${fhir};fhirVersion=4.0`]) {
		t.doesNotThrow(() => checkContentType(type), type);
	}
	for (const type of [
		undefined,
		"text/plain",
		"application/fhir+xml",
		`${fhir}; charset=iso-8859-1`,
		`${fhir}; fhirVersion="5.0"`,
	]) {
		t.equal(
			kindThrown(() => checkContentType(type)),
			"unsupported-media-type",
			String(type),
		);
	}
});
