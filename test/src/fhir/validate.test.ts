import t from "tap";
import type { JsonObject } from "../../../src/fhir/json.ts";
import { parseJson } from "../../../src/fhir/json.ts";
import { primitiveChecks } from "../../../src/fhir/validate/primitives.ts";
import { validateResource } from "../../../src/fhir/validate/validate.ts";
import { dataFiles, needsData } from "./shared-data.ts";

const patient = (rest: JsonObject): JsonObject => ({ resourceType: "Patient", ...rest });
const observation = (rest: JsonObject): JsonObject => ({
	resourceType: "Observation",
	status: "final",
	code: { text: "x" },
	...rest,
});

t.test("what is wrong, under the element's own name", async (t) => {
	const cases: [resource: JsonObject, code: string, expression: string][] = [
		[patient({ colour: "red" }), "structure", "Patient.colour"],
		[patient({ name: [{ familie: "x" }] }), "structure", "Patient.name[0].familie"],
		[patient({ name: { family: "x" } }), "structure", "Patient.name"],
		[patient({ gender: ["male"] }), "structure", "Patient.gender"],
		[patient({ name: [] }), "structure", "Patient.name"],
		[patient({ name: [{}] }), "structure", "Patient.name[0]"],
		[patient({ name: [{ id: "a" }] }), "structure", "Patient.name[0]"],
		[patient({ birthDate: "" }), "value", "Patient.birthDate"],
		[patient({ birthDate: null }), "structure", "Patient.birthDate"],
		[patient({ birthDate: "2013-02-29" }), "value", "Patient.birthDate"],
		[patient({ gender: "m" }), "code-invalid", "Patient.gender"],
		[patient({ active: "true" }), "value", "Patient.active"],
		[patient({ id: "a b" }), "value", "Patient.id"],
		[patient({ deceasedBoolean: true, deceasedDateTime: "2020" }), "structure", "Patient.deceasedDateTime"],
		[patient({ deceasedString: "x" }), "structure", "Patient.deceasedString"],
		[patient({ name: [{ given: ["a", null] }] }), "structure", "Patient.name[0].given[1]"],
		[patient({ name: [{ given: ["a"], _given: [null] }] }), "structure", "Patient.name[0].given"],
		[patient({ name: [{ given: ["a"], _given: [null, { id: "x" }] }] }), "structure", "Patient.name[0].given"],
		[patient({ _birthDate: {} }), "structure", "Patient.birthDate"],
		[patient({ _name: [{ id: "a" }] }), "structure", "Patient.name"],
		[patient({ extension: [{ url: "http://x" }] }), "structure", "Patient.extension[0]"],
		[
			patient({ managingOrganization: { reference: "not a reference" } }),
			"value",
			"Patient.managingOrganization.reference",
		],
		[patient({ managingOrganization: { reference: "#nobody" } }), "value", "Patient.managingOrganization.reference"],
		[
			patient({ managingOrganization: { reference: "Organization?name=x" } }),
			"value",
			"Patient.managingOrganization.reference",
		],
		[patient({ contained: [patient({ contained: [patient({})] })] }), "structure", "Patient.contained[0].contained"],
		[patient({ contained: [{ resourceType: "Nothing" }] }), "structure", "Patient.contained[0].resourceType"],
		[patient({ text: { status: "generated", div: "<div><script>x</script></div>" } }), "value", "Patient.text.div"],
		[{ resourceType: "Observation", code: { text: "x" } }, "required", "Observation.status"],
		[observation({ valueInteger: 1.5 }), "value", "Observation.valueInteger"],
		[observation({ valueQuantity: { value: "1" } }), "value", "Observation.valueQuantity.value"],
		[observation({ valueQuantity: { value: 1, code: " mg" } }), "value", "Observation.valueQuantity.code"],
		[{ resourceType: "Nothing" }, "structure", "resourceType"],
	];
	for (const [resource, code, expression] of cases) {
		const [first, second] = validateResource(resource);
		t.match(first, { code, expression }, JSON.stringify(resource));
		t.equal(second, undefined, `${expression}: one issue`);
	}
});

t.test("what is right", async (t) => {
	const cases: JsonObject[] = [
		patient({}),
		patient({ _birthDate: { extension: [{ url: "http://x", valueCode: "unknown" }] } }),
		patient({ name: [{ given: [null, "b"], _given: [{ extension: [{ url: "http://x", valueCode: "y" }] }, null] }] }),
		patient({ birthDate: "1970", _birthDate: { id: "x" } }),
		patient({ managingOrganization: { reference: "#o" }, contained: [{ resourceType: "Organization", id: "o" }] }),
		{ resourceType: "Observation", _status: { extension: [{ url: "http://x", valueCode: "y" }] }, code: { text: "x" } },
		observation({ valueQuantity: { value: JSON.rawJSON("1.00") } }),
	];
	for (const resource of cases) t.strictSame(validateResource(resource), [], JSON.stringify(resource));
	const conditional = patient({ managingOrganization: { reference: "Organization?name=x" } });
	t.strictSame(validateResource(conditional, { conditionalReferences: true }), []);
});

t.test("all at once, but no more than a hundred", async (t) => {
	t.equal(validateResource(patient({ colour: 1, gender: "m", birthDate: "x" })).length, 3);
	t.equal(validateResource(patient({ name: Array.from({ length: 500 }, () => ({})) })).length, 100);
});

t.test("endless nesting ends", async (t) => {
	let extension: JsonObject = { url: "http://x", valueString: "y" };
	for (let at = 0; at < 5000; at++) extension = { url: "http://x", extension: [extension] };
	t.match(validateResource(patient({ extension: [extension] }))[0], { diagnostics: /deeper/ });
});

t.test("what is no resource", async (t) => {
	for (const value of [
		null,
		1,
		"x",
		[],
		{},
		{ resourceType: 1 },
		{ resourceType: "constructor" },
		{ resourceType: "HumanName" },
	]) {
		t.equal(validateResource(value).length, 1);
	}
});

t.test("official examples and Synthea are valid", needsData, async (t) => {
	// Questionnaire.item.linkId is 1..1; this example of the specification leaves it out.
	const known = new Set(["Questionnaire/Questionnaire-qs1.json"]);
	let valid = 0;
	for (const folder of ["fhir-r4-official-examples", "synthea"]) {
		for (const { name, text } of dataFiles(folder, ".json")) {
			if (known.has(name)) continue;
			const issues = validateResource(parseJson(text));
			if (issues.length > 0) t.strictSame(issues, [], name);
			valid++;
		}
	}
	t.ok(valid > 480, `${valid} files`);
});

t.test("Google's primitives", needsData, async (t) => {
	for (const { name, text } of dataFiles("validation/google-primitives", ".ndjson")) {
		const [words = "", verdict] = name.split(".");
		const check = primitiveChecks.get(words.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()));
		if (check === undefined) continue;
		for (const line of text.split("\n")) {
			// null stands for "no value" there; an empty div is no XHTML.
			if (line.trim() === "" || line === "null" || (words === "xhtml" && line === '""')) continue;
			t.equal(problemOf(line, check) === undefined, verdict === "valid", `${name}: ${line}`);
		}
	}
});

function problemOf(
	line: string,
	check: (value: ReturnType<typeof parseJson>) => string | undefined,
): string | undefined {
	try {
		return check(parseJson(line));
	} catch {
		return "not JSON";
	}
}

t.test("HL7's test cases", needsData, async (t) => {
	// Invalid for what is not structure: profiles, terminology, rules across the entries of a Bundle.
	const beyondStructure = new Set(
		(
			"bundle-document-versioned-references-bad bundle-id-collection bundle-id-search-2 bundle-id-search-3 mni-patientOverview-bundle-example1 " +
			"obs-temp-bad pat-dob-ext sp-diff-type vs-params-2"
		).split(" "),
	);
	const files = new Map([...dataFiles("validation/fhir-test-cases", ".json")].map(({ name, text }) => [name, text]));
	const cases = JSON.parse(files.get("_manifest.json") ?? "[]") as { file: string; verdict: string }[];
	for (const { file, verdict } of cases) {
		const text = files.get(file);
		if (text === undefined || beyondStructure.has(file.replace(".json", ""))) continue;
		let issues = 1;
		try {
			issues = validateResource(parseJson(text)).length;
		} catch {}
		t.equal(issues === 0, verdict === "valid", file);
	}
});
