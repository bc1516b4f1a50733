import t from "tap";
import { fhirSession, organization } from "../src/http/fhir/session.ts";

const { send, get, base } = await fhirSession(t);

type Entry = Record<string, unknown>;
const bundle = (type: string, entry: Entry[]) => ({
	resourceType: "Bundle",
	type,
	...(entry.length > 0 ? { entry } : {}),
});
const post = (resource: Entry, more: Entry = {}, fullUrl?: string) => ({
	...(fullUrl === undefined ? {} : { fullUrl }),
	resource,
	request: { method: "POST", url: String(resource.resourceType), ...more },
});
const totalOf = async (value: string) =>
	(await get(`/Organization?identifier=urn:test|${value}&_total=accurate`)).body.total;
const urn = (n: number) => `urn:uuid:00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

t.test("a transaction: order of the request, references rewritten, reads see the writes (B.4)", async (t) => {
	await send("PUT", "/Organization/gone", organization("gone", { id: "gone" }));
	const answer = await send(
		"POST",
		"/",
		bundle("transaction", [
			{ request: { method: "GET", url: "Organization?identifier=urn:test|t1" } },
			post(organization("t1", { partOf: { reference: urn(2) } }), {}, urn(1)),
			post(organization("t2", { partOf: { reference: urn(1) } }), {}, urn(2)),
			{
				resource: organization("t3", { id: "t3", partOf: { reference: urn(1) } }),
				request: { method: "PUT", url: "Organization/t3" },
			},
			{ request: { method: "DELETE", url: "Organization/gone" } },
		]),
	);
	t.equal(answer.status, 200);
	t.equal(answer.body.type, "transaction-response");
	const statuses = answer.body.entry.map((entry: { response: { status: string } }) =>
		entry.response.status.slice(0, 3),
	);
	t.same(statuses, ["200", "201", "201", "201", "204"]);
	t.equal(answer.body.entry[0].resource.entry[0].resource.name, "Clinic t1");
	const locations = answer.body.entry.map((entry: { response: { location?: string } }) => entry.response.location);
	const names = locations.map((location?: string) => location?.slice(base.length + 1).replace(/\/_history.*/, ""));
	t.equal((await get(`/${names[1]}`)).body.partOf.reference, names[2], "a circle");
	t.equal((await get(`/${names[2]}`)).body.partOf.reference, names[1]);
	t.equal((await get("/Organization/t3")).body.partOf.reference, names[1]);
	t.equal(answer.body.entry[1].response.etag, 'W/"1"');
	t.ok(answer.body.entry[1].response.lastModified);
	t.equal(answer.body.entry[1].resource, undefined);
});

t.test("Prefer decides whether the entries carry resources", async (t) => {
	const answer = await send("POST", "/", bundle("transaction", [post(organization("pr"))]), {
		prefer: "return=representation",
	});
	t.equal(answer.body.entry[0].resource.name, "Clinic pr");
});

t.test("all failing entries are named by the sender's index, and nothing is stored", async (t) => {
	const answer = await send(
		"POST",
		"/",
		bundle("transaction", [
			post(organization("f0")),
			post({ resourceType: "Observation", status: "nonsense", code: { text: "x" } }),
			post(organization("f2")),
			post({ resourceType: "Observation", status: "final", code: { text: "x" }, valueQuantity: 5 }),
			{ resource: organization("f4") },
			{ resource: organization("f5"), request: { method: "POST", url: "Patient" } },
			{ resource: organization("f6"), request: { method: "PUT", url: "Organization?no-such=1" } },
		]),
	);
	t.equal(answer.status, 400);
	t.equal(answer.body.resourceType, "OperationOutcome");
	const expressions = answer.body.issue.flatMap((issue: { expression?: string[] }) => issue.expression ?? []);
	t.ok(expressions.includes("Bundle.entry[1].resource.status"), expressions.join());
	t.ok(expressions.includes("Bundle.entry[3].resource.valueQuantity"), expressions.join());
	t.ok(expressions.includes("Bundle.entry[4].request"), "what is wrong around a resource comes in the same answer");
	t.ok(expressions.includes("Bundle.entry[5].resource.resourceType"), expressions.join());
	t.equal(await totalOf("f0"), 0);
	t.equal(await totalOf("f2"), 0);
});

t.test("a precondition that fails late takes everything back", async (t) => {
	await send("PUT", "/Organization/late", organization("late", { id: "late" }));
	const answer = await send(
		"POST",
		"/",
		bundle("transaction", [
			post(organization("l0")),
			{
				resource: organization("late", { id: "late" }),
				request: { method: "PUT", url: "Organization/late", ifMatch: 'W/"9"' },
			},
		]),
	);
	t.equal(answer.status, 412);
	t.same(answer.body.issue[0].expression, ["Bundle.entry[1]"]);
	t.equal(await totalOf("l0"), 0);
	t.equal((await get("/Organization/late/_history")).body.entry.length, 1);
});

t.test("a read that fails fails the transaction", async (t) => {
	const read = { request: { method: "GET", url: "Organization/no-such" } };
	const answer = await send("POST", "/", bundle("transaction", [post(organization("r0")), read]));
	t.equal(answer.status, 404);
	t.same(answer.body.issue[0].expression, ["Bundle.entry[1]"]);
	t.equal(await totalOf("r0"), 0);
});

t.test("a conditional create that matches gives the existing id to references", async (t) => {
	const existing = await send("POST", "/Organization", organization("ex"));
	const entry = [
		post(organization("ex"), { ifNoneExist: "identifier=urn:test|ex" }, urn(11)),
		post(organization("child", { partOf: { reference: urn(11) } })),
	];
	const answer = await send("POST", "/", bundle("transaction", entry));
	t.match(answer.body.entry[0].response.status, /^200/);
	t.match(answer.body.entry[0].response.location, `/Organization/${existing.body.id}/_history/1`);
	const child = (await get("/Organization?identifier=urn:test|child")).body.entry[0].resource;
	t.equal(child.partOf.reference, `Organization/${existing.body.id}`);
	t.equal(await totalOf("ex"), 1);
});

t.test("two equal conditions in one bundle create one; the bundle again creates nothing", async (t) => {
	const entry = [
		post(organization("one"), { ifNoneExist: "identifier=urn:test|one" }, urn(21)),
		post(organization("one"), { ifNoneExist: "identifier=urn:test|one" }, urn(22)),
		{
			resource: organization("two", { id: "two", partOf: { reference: urn(22) } }),
			request: { method: "PUT", url: "Organization/two" },
		},
	];
	const first = await send("POST", "/", bundle("transaction", entry));
	t.same(
		first.body.entry.map((one: { response: { status: string } }) => one.response.status.slice(0, 3)),
		["201", "200", "201"],
	);
	t.equal(first.body.entry[0].response.location, first.body.entry[1].response.location);
	const again = await send("POST", "/", bundle("transaction", entry));
	t.same(
		again.body.entry.map((one: { response: { status: string } }) => one.response.status.slice(0, 3)),
		["200", "200", "200"],
	);
	t.equal(await totalOf("one"), 1);
});

t.test("conditional references: exactly one match", async (t) => {
	const target = await send("POST", "/Organization", organization("ref"));
	const child = (criteria: string) =>
		bundle("transaction", [post(organization("refc", { partOf: { reference: `Organization?${criteria}` } }))]);
	t.equal((await send("POST", "/", child("identifier=urn:test|ref"))).status, 200);
	const stored = (await get("/Organization?identifier=urn:test|refc")).body.entry[0].resource;
	t.equal(stored.partOf.reference, `Organization/${target.body.id}`);
	const none = await send("POST", "/", child("identifier=urn:test|nobody"));
	t.equal(none.status, 412);
	t.same(none.body.issue[0].expression, ["Bundle.entry[0].resource.partOf.reference"]);
	await send("POST", "/Organization", organization("ref"));
	t.equal((await send("POST", "/", child("identifier=urn:test|ref"))).status, 412);
	const alone = organization("x", { partOf: { reference: "Organization?identifier=urn:test|ref" } });
	t.equal((await send("POST", "/Organization", alone)).status, 400, "only in transactions");
});

t.test("the same resource twice fails, also through a condition", async (t) => {
	await send("PUT", "/Organization/same", organization("same", { id: "same" }));
	const put = { resource: organization("same", { id: "same" }), request: { method: "PUT", url: "Organization/same" } };
	const remove = { request: { method: "DELETE", url: "Organization/same" } };
	const conditional = {
		resource: organization("same"),
		request: { method: "PUT", url: "Organization?identifier=urn:test|same" },
	};
	t.equal((await send("POST", "/", bundle("transaction", [put, put]))).status, 400);
	t.equal((await send("POST", "/", bundle("transaction", [put, remove]))).status, 400);
	t.equal((await send("POST", "/", bundle("transaction", [put, conditional]))).status, 400);
});

t.test("relative references mean entries beside: https fullUrls, as other servers export them", async (t) => {
	const other = "https://other.example/fhir";
	const answer = await send(
		"POST",
		"/",
		bundle("transaction", [
			post(organization("rel1", { partOf: { reference: "Organization/o2" } }), {}, `${other}/Organization/o1`),
			post(organization("rel2", { partOf: { reference: "Organization/o3" } }), {}, `${other}/Organization/o2`),
			post(organization("rel3", { partOf: { reference: `${other}/Organization/o2` } }), {}, urn(41)),
		]),
		{ prefer: "return=representation" },
	);
	const [first, second, third] = answer.body.entry.map((one: { resource: Entry }) => one.resource);
	t.equal(first.partOf.reference, `Organization/${second.id}`);
	t.equal(second.partOf.reference, "Organization/o3", "not in the bundle: untouched");
	t.equal(third.partOf.reference, `Organization/${second.id}`);
});

t.test(
	"a Patient and their vital signs, by POST and by PUT, become rows; posted again by PUT nothing is there twice",
	async (t) => {
		const patient = {
			resourceType: "Patient",
			name: [{ family: "Bundle", given: ["Bo"] }],
			gender: "female",
			birthDate: "1960-01-01",
		};
		const heartRate = (subject: string) => ({
			resourceType: "Observation",
			status: "final",
			category: [
				{ coding: [{ system: "http://terminology.hl7.org/CodeSystem/observation-category", code: "vital-signs" }] },
			],
			code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
			subject: { reference: subject },
			effectiveDateTime: "2026-01-02T03:04:05Z",
			valueQuantity: { value: 61, unit: "/min", system: "http://unitsofmeasure.org", code: "/min" },
		});
		const posted = await send(
			"POST",
			"/",
			bundle("transaction", [post(heartRate(urn(51))), post(patient, {}, urn(51))]),
		);
		t.equal(posted.status, 200, posted.text.slice(0, 500));
		const put = (id: string, resource: Entry) => ({
			resource: { ...resource, id },
			request: { method: "PUT", url: `${resource.resourceType}/${id}` },
		});
		const again = bundle("transaction", [put("put-hr", heartRate("Patient/put-p")), put("put-p", patient)]);
		for (const expected of ["201", "200"]) {
			const answer = await send("POST", "/", again);
			t.equal(answer.status, 200, answer.text.slice(0, 500));
			const statuses = answer.body.entry.map((one: { response: { status: string } }) =>
				one.response.status.slice(0, 3),
			);
			t.same(statuses, [expected, expected]);
		}
		t.equal((await get("/Observation?subject=Patient/put-p&_total=accurate")).body.total, 1);
		const stored = (await get("/Observation/put-hr")).body;
		t.equal(stored.subject.reference, "Patient/put-p");
		t.equal(stored.valueQuantity.value, 61);
	},
);

t.test("an empty bundle is no error; other types of Bundle are", async (t) => {
	t.equal((await send("POST", "/", bundle("transaction", []))).body.type, "transaction-response");
	t.equal((await send("POST", "/", bundle("batch", []))).body.type, "batch-response");
	t.equal((await send("POST", "/", bundle("searchset", []))).status, 400);
	t.equal((await send("POST", "/", organization("x"))).status, 400);
	t.equal((await send("POST", "/", "")).status, 400);
});

t.test("entries without what they need: all named at once", async (t) => {
	const answer = await send(
		"POST",
		"/",
		bundle("transaction", [{ resource: organization("m") }, { request: { method: "POST", url: "Organization" } }]),
	);
	t.equal(answer.status, 400);
	const expressions = answer.body.issue.flatMap((issue: { expression?: string[] }) => issue.expression ?? []);
	t.match(expressions.join(), /Bundle\.entry\[0\]/);
	t.match(expressions.join(), /Bundle\.entry\[1\]/);
});

t.test("a batch: each entry for itself", async (t) => {
	const answer = await send(
		"POST",
		"/",
		bundle("batch", [
			post(organization("b0"), {}, urn(31)),
			post({ resourceType: "Organization", nonsense: 1 }),
			{ request: { method: "GET", url: "Organization/no-such" } },
			{ request: { method: "GET", url: "Organization?identifier=urn:test|b0" } },
			{ request: { method: "GET", url: "Nothing/1" } },
			{ request: { method: "DELETE", url: "Organization/never" } },
			{ request: { method: "GET", url: "Organization?name:nonsense=x" } },
		]),
	);
	t.equal(answer.status, 200);
	t.equal(answer.body.type, "batch-response");
	const entries = answer.body.entry;
	t.same(
		entries.map((entry: { response: { status: string } }) => entry.response.status.slice(0, 3)),
		["201", "400", "404", "200", "404", "204", "400"],
	);
	for (const at of [1, 2, 4, 6]) t.equal(entries[at].response.outcome.resourceType, "OperationOutcome", String(at));
	t.equal(entries[3].resource.type, "searchset");
	t.equal(await totalOf("b0"), 1);
});

t.test("a transaction as a dry run", async (t) => {
	const answer = await send("POST", "/", bundle("transaction", [post(organization("dry"))]), { "x-dry-run": "true" });
	t.match(answer.body.entry[0].response.status, /^201/);
	t.match(answer.headers.get("preference-applied"), "dry-run");
	t.equal(await totalOf("dry"), 0);
});

t.test("a bundle of 2,000 entries", async (t) => {
	const entry = Array.from({ length: 2000 }, (_, at) =>
		post(organization(`big${at}`, at === 0 ? {} : { partOf: { reference: urn(1000 + at - 1) } }), {}, urn(1000 + at)),
	);
	const started = Date.now();
	const answer = await send("POST", "/", bundle("transaction", entry));
	t.equal(answer.status, 200);
	t.equal(answer.body.entry.length, 2000);
	t.comment(`${Date.now() - started} ms`);
});
