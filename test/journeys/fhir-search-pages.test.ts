import t from "tap";
import { fhirSession, organization } from "../src/http/fhir/session.ts";

const { send, get, base } = await fhirSession(t);
interface Link {
	relation: string;
	url: string;
}
const link = (body: { link: Link[] }, relation: string) => body.link.find((one) => one.relation === relation)?.url;

await Promise.all(
	Array.from({ length: 7 }, (_, at) => send("POST", "/Organization", organization(`s${at}`, { name: "Same name" }))),
);

t.test("a searchset: fullUrl, mode, self, type (B.6)", async (t) => {
	const answer = await get("/Organization?identifier=urn:test|s1");
	t.equal(answer.status, 200);
	t.equal(answer.body.type, "searchset");
	t.equal(answer.body.entry.length, 1);
	t.equal(answer.body.entry[0].fullUrl, `${base}/Organization/${answer.body.entry[0].resource.id}`);
	t.equal(answer.body.entry[0].search.mode, "match");
	t.match(link(answer.body, "self"), /identifier=urn:test(\||%7C)s1/);
	const empty = await get("/Organization?identifier=urn:test|nothing");
	t.equal(empty.status, 200);
	t.equal(empty.body.entry, undefined);
});

t.test("all pages give every match once, also with equal sort keys", async (t) => {
	const seen: string[] = [];
	let url: string | undefined = "/Organization?name=Same&_sort=name&_count=3&_total=accurate";
	for (let page = 0; url !== undefined && page < 9; page++) {
		const {
			status,
			body,
		}: { status: number; body: { total: number; entry: { resource: { id: string } }[]; link: Link[] } } =
			await get(url);
		t.equal(status, 200);
		t.equal(body.total, 7, "total counts all matches");
		t.ok(body.entry.length <= 3);
		seen.push(...body.entry.map(({ resource }) => resource.id));
		url = link(body, "next");
		if (url !== undefined) t.match(url, "_count=3", "the count stays");
	}
	t.equal(seen.length, 7);
	t.equal(new Set(seen).size, 7);
});

t.test("_count=0 and _summary=count: the total, no entries, no paging", async (t) => {
	for (const parameter of ["_count=0", "_summary=count"]) {
		const { body } = await get(`/Organization?name=Same&${parameter}`);
		t.equal(body.total, 7, parameter);
		t.equal(body.entry, undefined);
		t.equal(link(body, "next"), undefined);
	}
});

t.test("unknown parameters: named and left out of self; strict: 400 (B.7)", async (t) => {
	const lenient = await get("/Organization?name=Same&foo=bar");
	t.equal(lenient.status, 200);
	t.notMatch(link(lenient.body, "self"), "foo");
	const outcome = lenient.body.entry.find((entry: { search: { mode: string } }) => entry.search.mode === "outcome");
	t.match(outcome.resource.issue[0].diagnostics, "foo");
	t.equal(outcome.resource.issue[0].severity, "warning");
	const strict = await get("/Organization?name=Same&foo=bar", { prefer: "handling=strict" });
	t.equal(strict.status, 400);
	t.match(strict.body.issue[0].diagnostics, "foo");
});

t.test("wrong values and modifiers: 400; empty values are ignored", async (t) => {
	for (const query of [
		"name:nonsense=x",
		"_lastUpdated=23 May 2009",
		"_count=-1",
		"_count=x",
		"_summary=x",
		"_cursor=garbled",
	]) {
		const answer = await get(`/Organization?${query}`);
		t.equal(answer.status, 400, query);
		t.equal(answer.body.resourceType, "OperationOutcome");
	}
	t.equal((await get("/Organization?identifier=&name=Same&_summary=count")).body.total, 7);
});

t.test("POST _search is the same, with parameters in URL and body together", async (t) => {
	const form = { "content-type": "application/x-www-form-urlencoded" };
	const answer = await send("POST", "/Organization/_search?_total=accurate", "identifier=urn%3Atest%7Cs1", form);
	t.equal(answer.status, 200);
	t.equal(answer.body.total, 1);
	const self = link(answer.body, "self") ?? "";
	t.equal((await get(self)).body.total, 1, "self can be got");
	t.equal((await send("POST", "/Organization/_search", "{}")).status, 415);
});

t.test("whole-system search: common parameters or _type", async (t) => {
	const typed = await get("/?_type=Organization&_total=accurate");
	t.equal(typed.body.total, 7);
	t.equal((await get("/?_type=Nothing")).status, 400);
	t.equal((await get("/")).status, 400, "everything at once");
	const id = typed.body.entry[0].resource.id;
	t.equal((await get(`/?_id=${id}`)).body.entry[0].resource.id, id);
	const form = { "content-type": "application/x-www-form-urlencoded" };
	t.equal((await send("POST", "/_search", "_type=Organization", form)).body.entry.length, 7);
});

t.test("_elements and _summary, tagged SUBSETTED, also on read (B.13)", async (t) => {
	const { body } = await get("/Organization?identifier=urn:test|s1&_elements=identifier");
	const shown = body.entry[0].resource;
	t.equal(shown.name, undefined);
	t.equal(shown.identifier[0].value, "s1");
	t.equal(shown.meta.tag[0].code, "SUBSETTED");
	const read = await get(`/Organization/${shown.id}?_elements=name`);
	t.same(Object.keys(read.body).sort(), ["id", "meta", "name", "resourceType"]);
	const observation = { resourceType: "Observation", status: "final", code: { text: "x" }, note: [{ text: "n" }] };
	const { id } = (await send("POST", "/Observation", { ...observation, valueString: "v" })).body;
	const elements = (await get(`/Observation/${id}?_elements=value`)).body;
	t.equal(elements.status, "final", "mandatory elements stay");
	t.equal(elements.valueString, "v", "a choice is named without its type");
	t.equal(elements.note, undefined);
	const summary = (await get(`/Observation/${id}?_summary=true`)).body;
	t.equal(summary.note, undefined);
	t.equal(summary.valueString, "v");
	t.equal((await get(`/Observation/${id}?_summary=false`)).body.meta.tag, undefined);
	t.equal((await get(`/Observation/${id}?_summary=nonsense`)).status, 400);
});

t.test("_include: in the page, mode include, once", async (t) => {
	const parent = (await send("POST", "/Organization", organization("parent"))).body.id;
	for (const name of ["k1", "k2"]) {
		await send("POST", "/Organization", organization(name, { partOf: { reference: `Organization/${parent}` } }));
	}
	const { body } = await get(`/Organization?partof=${parent}&_include=Organization:partof&_total=accurate`);
	t.equal(body.total, 2);
	t.same(body.entry.map((entry: { search: { mode: string } }) => entry.search.mode).sort(), [
		"include",
		"match",
		"match",
	]);
	const reverse = await get(`/Organization?_id=${parent}&_revinclude=Organization:partof`);
	t.equal(reverse.body.entry.length, 3);
});

t.test("a trailing slash is like none", async (t) => {
	t.equal((await get("/Organization/?_summary=count&name=Same")).body.total, 7);
});
