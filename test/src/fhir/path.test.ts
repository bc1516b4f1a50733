import fhirpath, { type Model } from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
import t from "tap";
import { searchParametersOf } from "../../../src/fhir/definitions/definitions.ts";
import { parsePath } from "../../../src/fhir/definitions/path-expression.ts";
import type { JsonObject } from "../../../src/fhir/json.ts";
import { evaluatePath } from "../../../src/fhir/path.ts";
import { dataFiles, needsData } from "./shared-data.ts";

function values(expression: string, resource: JsonObject) {
	const path = parsePath(expression);
	if (path === undefined) throw new Error(`Not a path: ${expression}`);
	return evaluatePath(path, resource);
}

const observation: JsonObject = {
	resourceType: "Observation",
	valueQuantity: { value: 1 },
	subject: { reference: "http://other.example/fhir/Patient/1" },
	performer: [
		{ type: "Patient", identifier: { value: "7" } },
		{ type: "Patient", display: "words lead nowhere" },
		{ reference: "Practitioner/2" },
	],
	component: [{ valueString: "a" }, { _valueString: { id: "x" }, valueString: null }, { valueInteger: 3 }],
};

t.test("values have a type and a place", async (t) => {
	t.strictSame(values("Observation.value", observation), [
		{ value: { value: 1 }, type: "Quantity", expression: "Observation.valueQuantity" },
	]);
	t.strictSame(values("Observation.component.value.ofType(integer)", observation), [
		{ value: 3, type: "integer", expression: "Observation.component[2].valueInteger" },
	]);
	t.equal(values("(Observation.component.value as string)", observation).length, 1, "extensions alone are no value");
	t.equal(values("Observation.subject.where(resolve() is Patient)", observation).length, 1);
	t.strictSame(
		values("Observation.performer.where(resolve() is Patient)", observation).map(({ expression }) => expression),
		["Observation.performer[0]"],
	);
	t.strictSame(values("Patient.name", observation), [], "another type");
});

t.test("Patient.deceased", async (t) => {
	const expression = "Patient.deceased.exists() and Patient.deceased != false";
	const found = (rest: JsonObject) =>
		values(expression, { resourceType: "Patient", ...rest }).map(({ value }) => value);
	t.strictSame(found({}), [false]);
	t.strictSame(found({ deceasedBoolean: false }), [false]);
	t.strictSame(found({ deceasedBoolean: true }), [true]);
	t.strictSame(found({ deceasedDateTime: "2020" }), [true]);
});

t.test("what is no plain path", async (t) => {
	for (const expression of [
		"name | alias",
		"Patient.name.given.first()",
		"Patient.where(a = b)",
		"AllergyIntolerance.a & b",
		"",
	]) {
		t.equal(parsePath(expression), undefined, expression);
	}
});

t.test("whatever a resource looks like, nothing is thrown", async (t) => {
	for (const resource of [null, 1, [], {}, { resourceType: "Observation", component: [1, [2], null], subject: "x" }]) {
		t.strictSame(evaluatePath(parsePath("Observation.component.value") as never, resource), []);
	}
});

t.test("agrees with fhirpath on the official examples", needsData, async (t) => {
	const compiled = new Map<string, (resource: object) => unknown[]>();
	const texts = (found: readonly unknown[]) => found.map((one) => JSON.stringify(one)).sort();
	let compared = 0;
	const differing: string[] = [];
	for (const { name, text } of dataFiles("fhir-r4-official-examples", ".json")) {
		const resource = JSON.parse(text) as JsonObject;
		for (const { code, paths } of searchParametersOf(String(resource.resourceType)).values()) {
			for (const path of paths) {
				if (path.expression.includes("resolve()")) continue;
				const oracle =
					compiled.get(path.expression) ??
					(fhirpath.compile(path.expression, r4 as Model) as (resource: object) => unknown[]);
				compiled.set(path.expression, oracle);
				const ours = texts(evaluatePath(path, resource).map(({ value }) => value));
				if (ours.join() !== texts(oracle(resource)).join()) differing.push(`${name} ${code}`);
				compared++;
			}
		}
	}
	t.strictSame(differing, []);
	t.ok(compared > 10_000, `${compared} comparisons`);
});
