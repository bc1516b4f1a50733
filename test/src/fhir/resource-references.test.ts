import fc from "fast-check";
import t from "tap";
import { collectReferences, rewriteReferences } from "../../../src/fhir/bundle.ts";
import { equalJson, isObject, type JsonObject, parseJson, stringify } from "../../../src/fhir/json.ts";
import { dataFiles, needsData } from "./shared-data.ts";

const urn = "urn:uuid:49a86246-4004-42eb-9bdc-f542f93f9228";
const map = new Map([
	[urn, "Patient/1"],
	["http://a.example/fhir/Patient/p", "Patient/2"],
	["Organization?name=x", "Organization/3"],
]);

t.test("what is replaced and what stays (R4 http 3.1.0.11.2)", async (t) => {
	const resource: JsonObject = {
		resourceType: "Observation",
		text: { status: "generated", div: `<div><a href="${urn}">x</a><img alt='' src='${urn}'/> ${urn}</div>` },
		extension: [
			{ url: "http://x", valueUri: urn },
			{ url: "http://x", valueUrl: urn },
			{ url: "http://x", valueCanonical: urn },
			{ url: "http://x", valueString: urn },
			{ url: "http://x", valueUuid: urn },
		],
		_status: { extension: [{ url: "http://x", valueReference: { reference: urn } }] },
		subject: { reference: urn, display: urn },
		focus: [
			{ reference: `${urn}/_history/3` },
			{ reference: "Patient/p" },
			{ reference: "http://a.example/fhir/Patient/p" },
		],
		performer: [{ reference: "Organization?name=x" }],
		contained: [{ resourceType: "Patient", id: "c", generalPractitioner: [{ reference: urn }] }],
		valueString: urn,
	};
	const before = stringify(resource);
	t.strictSame(rewriteReferences(resource, map), {
		...resource,
		text: { status: "generated", div: `<div><a href="Patient/1">x</a><img alt='' src='Patient/1'/> ${urn}</div>` },
		extension: [
			{ url: "http://x", valueUri: "Patient/1" },
			{ url: "http://x", valueUrl: "Patient/1" },
			{ url: "http://x", valueCanonical: urn },
			{ url: "http://x", valueString: urn },
			{ url: "http://x", valueUuid: "Patient/1" },
		],
		_status: { extension: [{ url: "http://x", valueReference: { reference: "Patient/1" } }] },
		subject: { reference: "Patient/1", display: urn },
		focus: [{ reference: "Patient/1/_history/3" }, { reference: "Patient/p" }, { reference: "Patient/2" }],
		performer: [{ reference: "Organization/3" }],
		contained: [{ resourceType: "Patient", id: "c", generalPractitioner: [{ reference: "Patient/1" }] }],
	});
	t.equal(stringify(resource), before, "the given resource stays as it was");
	const beside = rewriteReferences(resource, map, "http://a.example/fhir/Observation/o");
	t.match(beside.focus, { 1: { reference: "Patient/2" } }, "relative to the entry's fullUrl");
});

t.test("references with their places", async (t) => {
	const resource: JsonObject = {
		resourceType: "Encounter",
		subject: { reference: "Patient/1" },
		participant: [{}, { individual: { reference: "Practitioner/2" } }],
		contained: [{ resourceType: "Location", managingOrganization: { reference: "Organization?name=x" } }],
	};
	t.strictSame(collectReferences(resource), [
		{ reference: "Patient/1", expression: "Encounter.subject" },
		{ reference: "Practitioner/2", expression: "Encounter.participant[1].individual" },
		{ reference: "Organization?name=x", expression: "Encounter.contained[0].managingOrganization" },
	]);
});

t.test("rewriting there and back gives the same; with no such names, the very same", async (t) => {
	const name = fc.uuid().map((one) => `urn:uuid:${one}`);
	fc.assert(
		fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), (names) => {
			const there = new Map(names.map((one, at) => [one, `Patient/${at}`]));
			const back = new Map(names.map((one, at) => [`Patient/${at}`, one]));
			const resource = { resourceType: "Group", member: names.map((reference) => ({ entity: { reference } })) };
			const moved = rewriteReferences(resource, there);
			return (
				collectReferences(moved).every(({ reference }) => back.has(reference)) &&
				equalJson(rewriteReferences(moved, back), resource) &&
				rewriteReferences(resource, map) === resource
			);
		}),
	);
	t.pass();
});

t.test("no urn is left in a Synthea transaction", needsData, async (t) => {
	for (const { name, text } of dataFiles("synthea", ".json")) {
		const json = parseJson(text) as { entry: { fullUrl: string; resource: JsonObject }[] };
		const names = new Map(
			json.entry.map(({ fullUrl, resource }, at) => [fullUrl, `${String(resource.resourceType)}/${at}`]),
		);
		const moved = json.entry.map(({ resource }) => rewriteReferences(resource, names));
		t.ok(
			moved.every((resource) => isObject(resource) && !stringify(resource).includes('"urn:uuid:')),
			name,
		);
	}
});
