import { Client } from "fhir-kit-client";
import t from "tap";
import { fhirSession, organization } from "../src/http/fhir/session.ts";

// A client nobody here wrote: it must find its way through links, ids and failures.
const { base, token } = await fhirSession(t);
const client = new Client({ baseUrl: base, bearerToken: token });

t.test("create, read, update, search, history, delete", async (t) => {
	const created = await client.create({ resourceType: "Organization", body: organization("kit") });
	const id = String(created.id);
	t.match(await client.read({ resourceType: "Organization", id }), { name: "Clinic kit" });
	await client.update({ resourceType: "Organization", id, body: { ...created, active: true } as never });
	const found = await client.search({ resourceType: "Organization", searchParams: { identifier: "urn:test|kit" } });
	t.match(found, { type: "searchset", entry: [{ resource: { id, active: true } }] });
	t.match(await client.vread({ resourceType: "Organization", id, version: "1" }), { meta: { versionId: "1" } });
	t.match(await client.history({ resourceType: "Organization", id }), { type: "history" });
	await client.delete({ resourceType: "Organization", id });
	await t.rejects(client.read({ resourceType: "Organization", id }), { response: { status: 410 } } as never);
});

t.test("transaction, then the next page", async (t) => {
	const entry = Array.from({ length: 5 }, (_, at) => ({
		resource: organization(`page${at}`, { name: "Paged" }),
		request: { method: "POST", url: "Organization" },
	}));
	const body = { resourceType: "Bundle", type: "transaction", entry } as never;
	t.match(await client.transaction({ body }), { type: "transaction-response" });
	const first = await client.search({ resourceType: "Organization", searchParams: { name: "Paged", _count: 3 } });
	const second = await client.nextPage({ bundle: first as never });
	t.equal((second as unknown as { entry: unknown[] }).entry.length, 2);
});

t.test("capabilities", async (t) => {
	t.match(await client.capabilityStatement(), { resourceType: "CapabilityStatement" });
});
