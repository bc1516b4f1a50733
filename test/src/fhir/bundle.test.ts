import t from "tap";
import { readBundle } from "../../../src/fhir/bundle.ts";
import { Failure, type Issue } from "../../../src/fhir/failure.ts";
import { type Json, type JsonObject, parseJson } from "../../../src/fhir/json.ts";
import { dataFiles, needsData } from "./shared-data.ts";

const base = "http://localhost:8080/fhir";
const uuid = "urn:uuid:49a86246-4004-42eb-9bdc-f542f93f9228";
const patient = { resourceType: "Patient" };

function bundle(type: string, ...entry: JsonObject[]): JsonObject {
	return { resourceType: "Bundle", type, entry };
}

function issuesOf(json: Json): readonly Issue[] {
	try {
		return readBundle(json, { base }).entries.flatMap(({ problem }) => problem?.issues ?? []);
	} catch (error) {
		if (error instanceof Failure) return error.issues;
		throw error;
	}
}

t.test("a transaction as planned entries", async (t) => {
	const { type, entries } = readBundle(
		bundle(
			"transaction",
			{
				fullUrl: uuid,
				resource: patient,
				request: { method: "POST", url: "Patient", ifNoneExist: "Patient?identifier=x" },
			},
			{ resource: { ...patient, id: "1" }, request: { method: "PUT", url: `${base}/Patient/1`, ifMatch: 'W/"2"' } },
			{ request: { method: "DELETE", url: "/Observation?code=x" } },
			{ request: { method: "GET", url: "Patient/1" } },
		),
		{ base },
	);
	t.equal(type, "transaction");
	t.match(entries, [
		{ method: "POST", url: "Patient", fullUrl: uuid, resource: patient, ifNoneExist: "identifier=x" },
		{ method: "PUT", url: "Patient/1", ifMatch: 'W/"2"' },
		{ method: "DELETE", url: "Observation?code=x", resource: undefined },
		{ method: "GET", url: "Patient/1" },
	]);
	t.strictSame(readBundle({ resourceType: "Bundle", type: "batch" }, { base }), { type: "batch", entries: [] });
});

t.test("every problem of every entry at once", async (t) => {
	const issues = issuesOf(
		bundle(
			"transaction",
			{ resource: patient },
			{ request: { method: "POST", url: "Patient" } },
			{ resource: patient, request: { method: "POST", url: "Observation" } },
			{ resource: { ...patient, id: "2" }, request: { method: "PUT", url: "Patient/1" } },
			{ resource: patient, request: { method: "FETCH", url: "Patient/1" } },
			{ fullUrl: "Patient/1", resource: patient, request: { method: "POST", url: "Patient" } },
			{ resource: patient, request: { method: "POST", url: "http://elsewhere.example/Patient" } },
			{ request: { method: "DELETE", url: "Patient/1" } },
			{ colour: "red", request: { method: "GET", url: "Patient" } },
			{ request: { method: "GET" } },
			{ fullUrl: "urn:uuid:x", resource: patient, request: { method: "POST", url: "Patient" } },
		),
	);
	t.strictSame(issues.map(({ expression }) => expression).sort(), [
		"Bundle.entry[0].request",
		"Bundle.entry[10].fullUrl",
		"Bundle.entry[1].resource",
		"Bundle.entry[2].resource.resourceType",
		"Bundle.entry[3].resource.id",
		"Bundle.entry[4].request.method",
		"Bundle.entry[5].fullUrl",
		"Bundle.entry[6].request.url",
		"Bundle.entry[7].request.url",
		"Bundle.entry[8].colour",
		"Bundle.entry[9].request.url",
	]);
});

t.test("duplicates", async (t) => {
	const post = { fullUrl: uuid, resource: patient, request: { method: "POST", url: "Patient" } };
	t.match(issuesOf(bundle("transaction", post, post)), [
		{ code: "duplicate", expression: "Bundle.entry[1].fullUrl", at: 1 },
	]);
	const get = { request: { method: "GET", url: "Patient/1" } };
	t.strictSame(issuesOf(bundle("transaction", get, get)), []);
});

t.test("in a batch a bad entry is its own problem", async (t) => {
	const { entries } = readBundle(
		bundle("batch", { request: { method: "GET", url: "Patient" } }, { resource: patient }),
		{ base },
	);
	t.equal(entries[0]?.problem, undefined);
	t.match(entries[1], {
		method: "",
		problem: { kind: "invalid", issues: [{ expression: "Bundle.entry[1].request" }] },
	});
});

t.test("what is no batch or transaction", async (t) => {
	t.match(issuesOf(bundle("searchset")), [{ expression: "Bundle.type" }]);
	t.match(issuesOf({ resourceType: "Bundle" }), [{ code: "required", expression: "Bundle.type" }]);
	t.match(issuesOf({ resourceType: "Patient" }), [{ expression: "Bundle.resourceType" }]);
	t.match(issuesOf({ resourceType: "Bundle", type: "batch", entry: {} }), [{ expression: "Bundle.entry" }]);
	const { entries } = readBundle({ resourceType: "Bundle", type: "batch", entry: [1, null] }, { base });
	t.ok(entries.every(({ problem }) => problem !== undefined));
	t.match(issuesOf(null), [{ expression: "Bundle.resourceType" }]);
});

t.test("Synthea's transactions are read", needsData, async (t) => {
	for (const { name, text } of dataFiles("synthea", ".json")) {
		const json = parseJson(text);
		const { entries } = readBundle(json, { base });
		t.ok(entries.length > 0 && entries.every(({ resource }) => resource !== undefined), name);
	}
});
