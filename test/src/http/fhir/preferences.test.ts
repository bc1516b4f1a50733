import t from "tap";
import { preferenceApplied, readPreferences } from "../../../../src/http/fhir/preferences.ts";

const cases = [
	[undefined, undefined, undefined],
	["return=minimal", "minimal", undefined],
	["return=representation, handling=strict", "representation", "strict"],
	['handling=lenient,return="OperationOutcome"', "OperationOutcome", "lenient"],
	["RETURN=operationoutcome; foo=bar", "OperationOutcome", undefined],
	["return=everything, wait=10", undefined, undefined],
	["return=minimal, return=representation", "minimal", undefined],
] as const;

t.test("several preferences in one header (conformance B.2)", async (t) => {
	for (const [header, wanted, handling] of cases) {
		t.same(readPreferences(header), { return: wanted, handling }, String(header));
	}
	t.same(readPreferences(["return=minimal", "handling=strict"]), { return: "minimal", handling: "strict" });
});

t.test("what was applied is said", async (t) => {
	t.equal(preferenceApplied(readPreferences(undefined), false), undefined);
	t.equal(preferenceApplied(readPreferences("return=minimal"), true), "return=minimal, dry-run");
});
