import t from "tap";
import { type Json, type JsonObject, parseJson, stringify } from "../../../../src/fhir/json.ts";
import { applyFhirPathPatch } from "../../../../src/fhir/patch/fhirpath-patch.ts";

const part = (name: string, value: object) => ({ name, ...value });
const operation = (type: string, path: string, ...more: object[]) => ({
	name: "operation",
	part: [part("type", { valueCode: type }), part("path", { valueString: path }), ...more],
});
const patch = (...operations: object[]) =>
	JSON.parse(JSON.stringify({ resourceType: "Parameters", parameter: operations })) as JsonObject;
const value = (members: object) => part("value", members);
const named = (name: string) => part("name", { valueString: name });
const at = (name: string, index: number) => part(name, { valueInteger: index });

const patient = (): JsonObject => ({
	resourceType: "Patient",
	id: "p",
	name: [{ family: "One", given: ["A", "B"], _given: [{ id: "a" }, { id: "b" }] }, { family: "Two" }],
	birthDate: "1950-01-01",
	_birthDate: { extension: [{ url: "http://x.example", valueString: "about" }] },
	deceasedBoolean: false,
	identifier: [
		{ system: "urn:a", value: "1" },
		{ system: "urn:b", value: "2" },
	],
});

const cases: [string, object[], (after: Json) => unknown, unknown][] = [
	[
		"add to a list",
		[operation("add", "Patient", named("name"), value({ valueHumanName: { family: "Three" } }))],
		(after) => (after as { name: object[] }).name[2],
		{ family: "Three" },
	],
	[
		"add the first of a list",
		[operation("add", "Patient", named("telecom"), value({ valueContactPoint: { system: "phone", value: "1" } }))],
		(after) => (after as { telecom: object[] }).telecom,
		[{ system: "phone", value: "1" }],
	],
	[
		"add what is not there",
		[operation("add", "Patient", named("gender"), value({ valueCode: "female" }))],
		(after) => (after as JsonObject).gender,
		"female",
	],
	[
		"add a choice",
		[operation("add", "Patient", named("multipleBirth"), value({ valueInteger: 2 }))],
		(after) => (after as JsonObject).multipleBirthInteger,
		2,
	],
	[
		"add a backbone element from parts",
		[
			operation(
				"add",
				"Patient",
				named("contact"),
				value({
					part: [
						part("name", { valueHumanName: { family: "Friend" } }),
						part("telecom", { valueContactPoint: { value: "1" } }),
						part("telecom", { valueContactPoint: { value: "2" } }),
					],
				}),
			),
		],
		(after) => (after as JsonObject).contact,
		[{ name: { family: "Friend" }, telecom: [{ value: "1" }, { value: "2" }] }],
	],
	[
		"add deeper",
		[operation("add", "Patient.name.where(family = 'Two')", named("given"), value({ valueString: "C" }))],
		(after) => (after as { name: JsonObject[] }).name[1],
		{ family: "Two", given: ["C"] },
	],
	[
		"insert: what is beside the items stays beside them",
		[operation("insert", "Patient.name[0].given", value({ valueString: "new" }), at("index", 1))],
		(after) => (after as { name: JsonObject[] }).name[0],
		{ family: "One", given: ["A", "new", "B"], _given: [{ id: "a" }, null, { id: "b" }] },
	],
	[
		"insert into a list that is not there",
		[operation("insert", "Patient.name[1].given", value({ valueString: "new" }), at("index", 0))],
		(after) => (after as { name: JsonObject[] }).name[1],
		{ family: "Two", given: ["new"] },
	],
	[
		"delete an item with what is beside it",
		[operation("delete", "Patient.name[0].given[0]")],
		(after) => (after as { name: JsonObject[] }).name[0],
		{ family: "One", given: ["B"], _given: [{ id: "b" }] },
	],
	[
		"delete a primitive with its extensions",
		[operation("delete", "Patient.birthDate")],
		(after) => ["birthDate" in (after as object), "_birthDate" in (after as object)],
		[false, false],
	],
	[
		"delete the last of a list: no empty list stays",
		[operation("delete", "Patient.identifier[0]"), operation("delete", "Patient.identifier[0]")],
		(after) => "identifier" in (after as object),
		false,
	],
	[
		"delete a choice",
		[operation("delete", "Patient.deceased")],
		(after) => "deceasedBoolean" in (after as object),
		false,
	],
	[
		"delete what is not there",
		[operation("delete", "Patient.maritalStatus")],
		(after) => (after as JsonObject).birthDate,
		"1950-01-01",
	],
	[
		"replace by condition",
		[operation("replace", "Patient.identifier.where(system = 'urn:b').value", value({ valueString: "3" }))],
		(after) => (after as { identifier: JsonObject[] }).identifier[1]?.value,
		"3",
	],
	[
		"replace a choice by another type",
		[operation("replace", "Patient.deceased", value({ valueDateTime: "2026-01-01" }))],
		(after) => [(after as JsonObject).deceasedDateTime, (after as JsonObject).deceasedBoolean],
		["2026-01-01", undefined],
	],
	[
		"move: what is beside the items goes along",
		[operation("move", "Patient.name[0].given", at("source", 0), at("destination", 1))],
		(after) => (after as { name: JsonObject[] }).name[0],
		{ family: "One", given: ["B", "A"], _given: [{ id: "b" }, { id: "a" }] },
	],
	[
		"each operation sees what those before it did",
		[
			operation("add", "Patient", named("maritalStatus"), value({ valueCodeableConcept: { text: "x" } })),
			operation("replace", "Patient.maritalStatus.text", value({ valueString: "y" })),
		],
		(after) => (after as JsonObject).maritalStatus,
		{ text: "y" },
	],
];

for (const [name, operations, look, expected] of cases) {
	t.test(name, async (t) => {
		const before = patient();
		const after = await applyFhirPathPatch(before, patch(...operations));
		t.strictSame(look(after), expected);
		t.strictSame(before, patient(), "the resource given stays as it is");
	});
}

t.test("numbers keep the form they were written in", async (t) => {
	const observation = parseJson('{"resourceType":"Observation","valueQuantity":{"value":1.00},"status":"final"}');
	const asked = parseJson(
		stringify(patch(operation("replace", "Observation.value.value", value({ valueDecimal: 7 })))).replace(
			":7",
			":7.10",
		),
	);
	const after = await applyFhirPathPatch(observation as JsonObject, asked as JsonObject);
	t.equal(stringify(after), '{"resourceType":"Observation","valueQuantity":{"value":7.10},"status":"final"}');
});

t.test("what is no patch is invalid, what does not apply unprocessable, each named", async (t) => {
	const where = "Parameters.parameter[0]";
	const wrong: [object, string, string][] = [
		[{ resourceType: "Parameters" }, "invalid", "Parameters.parameter"],
		[patch({ name: "other" }), "invalid", `${where}.name`],
		[patch(operation("explode", "Patient")), "invalid", `${where}.part[0].valueCode`],
		[patch(operation("delete", "Patient.name", at("index", 1))), "invalid", `${where}.part[2]`],
		[patch(operation("replace", "Patient.birthDate")), "invalid", where],
		[patch(operation("insert", "Patient.name", value({ valueHumanName: {} }))), "invalid", where],
		[patch(operation("delete", "Patient..name")), "invalid", `${where}.part[1].valueString`],
		[
			patch(operation("delete", "Patient.name.where(family.matches('(a+)+b'))")),
			"invalid",
			`${where}.part[1].valueString`,
		],
		[patch(operation("delete", "Patient.repeat(name)")), "invalid", `${where}.part[1].valueString`],
		[patch(operation("delete", "Patient.name.count()")), "invalid", `${where}.part[1].valueString`],
		[
			patch(operation("delete", `Patient.${"name.first().".repeat(100)}family`)),
			"invalid",
			`${where}.part[1].valueString`,
		],
		[patch(operation("delete", "Patient.name")), "unprocessable", where],
		[patch(operation("delete", "Patient")), "unprocessable", where],
		[patch(operation("replace", "Patient.gender", value({ valueCode: "male" }))), "unprocessable", where],
		[patch(operation("add", "Patient", named("birthDate"), value({ valueDate: "2000" }))), "unprocessable", where],
		[patch(operation("add", "Patient", named("nonsense"), value({ valueDate: "2000" }))), "unprocessable", where],
		[patch(operation("insert", "Patient.name", value({ valueHumanName: {} }), at("index", 3))), "unprocessable", where],
		[
			patch(operation("insert", "Patient.birthDate", value({ valueDate: "2000" }), at("index", 0))),
			"unprocessable",
			where,
		],
		[patch(operation("move", "Patient.name", at("source", 0), at("destination", 2))), "unprocessable", where],
	];
	for (const [asked, kind, expression] of wrong) {
		const failure = await applyFhirPathPatch(patient(), asked as JsonObject).catch((error: unknown) => error);
		t.match(failure, { kind, issues: [{ expression }] }, JSON.stringify(asked).slice(0, 150));
	}
});
