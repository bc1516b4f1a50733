import t from "tap";
import { Failure } from "../../../src/fhir/failure.ts";
import { outcomeOf, statusOf } from "../../../src/fhir/outcome.ts";
import { validateResource } from "../../../src/fhir/validate/validate.ts";

t.test("a failure as status and OperationOutcome", async (t) => {
	const failure = new Failure("invalid", [{ code: "value", diagnostics: "wrong", expression: "Patient.id", at: 3 }], {
		detail: "secret",
	});
	t.equal(statusOf(failure), 400);
	t.strictSame(outcomeOf(failure), {
		resourceType: "OperationOutcome",
		issue: [{ severity: "error", code: "value", diagnostics: "wrong", expression: ["Patient.id"] }],
	});
	for (const kind of ["gone", "conflict", "fault", "too-costly", "unauthenticated", "precondition-failed"] as const) {
		t.strictSame(validateResource(outcomeOf(new Failure(kind, "x"))), [], kind);
	}
	t.strictSame(validateResource(outcomeOf(new Failure("fault", [{ code: "no such code", diagnostics: "" }]))), []);
	t.equal(statusOf({ kind: "gone" }), 410);
	t.equal(statusOf({ kind: "fault" }), 500);
});
