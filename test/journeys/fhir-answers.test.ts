import t from "tap";
import { fhirSession, organization, sessionOf } from "../src/http/fhir/session.ts";

const { send, get, base } = await fhirSession(t);
const { id } = (await send("POST", "/Organization", organization("a"))).body;
const path = `/Organization/${id}`;

t.test("the media type asked for comes back (B.5)", async (t) => {
	for (const type of ["application/fhir+json", "application/json", "text/json"]) {
		const answer = await get(path, { accept: type });
		t.equal(answer.headers.get("content-type"), `${type}; charset=utf-8`);
	}
	t.match((await get(`${path}?_format=application/fhir+json`)).headers.get("content-type"), "application/fhir+json");
	t.equal((await get(`${path}?_format=json`, { accept: "application/fhir+xml" })).status, 200);
	t.match((await get(`${path}?_pretty=true`)).text, /^\{\n {2}"/);
});

t.test("406 and 415, with an OperationOutcome, and nothing is done", async (t) => {
	for (const answer of [
		await get(path, { accept: "application/fhir+xml" }),
		await get(`${path}?_format=xml`),
		await send("POST", "/Organization", organization("xml"), { accept: "application/fhir+xml" }),
	]) {
		t.equal(answer.status, 406);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	for (const type of ["application/fhir+xml", "text/plain", "application/fhir+json; fhirVersion=3.0"]) {
		const answer = await send("POST", "/Organization", organization("xml"), { "content-type": type });
		t.equal(answer.status, 415, type);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	t.equal((await get("/Organization?identifier=urn:test|xml&_summary=count")).body.total, 0);
});

t.test("metadata: for everybody, with an ETag, claiming what is there", async (t) => {
	const answer = await sessionOf(base, "").get("/metadata");
	t.equal(answer.status, 200);
	const statement = answer.body;
	t.equal(statement.resourceType, "CapabilityStatement");
	t.equal(statement.fhirVersion, "4.0.1");
	t.same(statement.format, ["json", "application/fhir+json"]);
	t.equal(statement.implementation.url, base);
	const rest = statement.rest[0];
	t.same(rest.interaction.map(({ code }: { code: string }) => code).sort(), [
		"batch",
		"history-system",
		"search-system",
		"transaction",
	]);
	const patient = rest.resource.find(({ type }: { type: string }) => type === "Patient");
	t.same(patient.interaction.map(({ code }: { code: string }) => code).sort(), [
		"create",
		"delete",
		"history-instance",
		"history-type",
		"patch",
		"read",
		"search-type",
		"update",
		"vread",
	]);
	t.equal(patient.conditionalDelete, "single");
	t.ok(patient.searchParam.some(({ name }: { name: string }) => name === "birthdate"));
	t.equal(rest.resource.length, 146);
	const etag = answer.headers.get("etag") ?? "";
	t.equal((await get("/metadata", { "if-none-match": etag })).status, 304);
	t.equal((await send("POST", "/metadata", {})).status, 405);
	t.equal((await get("/metadata", { accept: "application/fhir+xml" })).status, 406);
});

t.test("every parameter the statement claims can be searched by", async (t) => {
	const { body } = await get("/metadata");
	const values: Record<string, string> = { date: "2020", number: "1", quantity: "1", reference: "Patient/1" };
	const refused: string[] = [];
	for (const type of ["Patient", "Observation", "MedicationStatement", "Appointment", "Encounter"]) {
		const declared = body.rest[0].resource.find((resource: { type: string }) => resource.type === type);
		for (const { name, type: kind } of declared.searchParam) {
			const answer = await get(`/${type}?${name}=${values[kind] ?? "x"}&_count=1`, { prefer: "handling=strict" });
			if (answer.status !== 200) refused.push(`${type}?${name} ${answer.status}`);
		}
	}
	t.same(refused, []);
});
