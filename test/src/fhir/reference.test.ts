import t from "tap";
import { parseReference } from "../../../src/fhir/reference.ts";

const base = "http://localhost:8080/fhir";

t.test("the forms of a reference", async (t) => {
	t.strictSame(parseReference("Patient/1"), { kind: "local", type: "Patient", id: "1", absolute: false });
	t.match(parseReference("Patient/1/_history/2"), { kind: "local", versionId: "2" });
	t.strictSame(parseReference(`${base}/Patient/1`, base), { kind: "local", type: "Patient", id: "1", absolute: true });
	t.match(parseReference(`${base}/Patient/1`), { kind: "foreign", type: "Patient", id: "1" });
	t.match(parseReference("https://other.example/r/x"), { kind: "foreign", type: undefined });
	t.match(parseReference("urn:uuid:49a86246-4004-42eb-9bdc-f542f93f9228"), { kind: "urn" });
	t.strictSame(parseReference("#p1"), { kind: "fragment", id: "p1" });
	t.strictSame(parseReference("#"), { kind: "fragment", id: "" });
	t.strictSame(parseReference("Patient?identifier=s|1"), {
		kind: "conditional",
		type: "Patient",
		query: "identifier=s|1",
	});
});

t.test("what is no reference", async (t) => {
	for (const text of [
		"",
		"Patient",
		"Patient/",
		"Nothing/1",
		"patient/1",
		"Patient/a b",
		"Patient/1/_history/",
		"Patient/1/x",
		`Patient/${"a".repeat(65)}`,
		"Nothing?x=1",
		"Patient?",
		"#a b",
		`${base}/Nothing/1`,
	]) {
		t.equal(parseReference(text, base), undefined, text);
	}
});
