import t from "tap";
import { startTestServer } from "../support/server.ts";

// A page has enough beyond 16 MiB of bodies (store/page-bytes.ts), however many resources were asked for.

const server = await startTestServer(t);
const therapist = await server.as("therapist@test.example");
const json = { "content-type": "application/fhir+json" };

t.test("pages end where they are large enough, and nothing is lost between them", async (t) => {
	// Two make a page.
	const data = "QUJD".repeat(2_200_000);
	const brief = { ...json, prefer: "return=minimal" };
	const made = await therapist.post("/fhir/DocumentReference", documentOf("0", data), brief);
	const [first = "", id] = made.headers.get("location")?.match(/DocumentReference\/([^/]+)/) ?? [];
	for (const n of ["1", "2"]) {
		t.equal((await therapist.put(`/fhir/${first}`, documentOf(n, data, id), brief)).status, 200);
	}
	for (const n of ["xa", "xb"]) await therapist.post("/fhir/DocumentReference", documentOf(n, data), brief);
	const descriptions = async (path: string) => {
		const pages: string[][] = [];
		for (let next: string | undefined = path; next !== undefined && pages.length < 20; ) {
			const page = await therapist.get(next);
			t.equal(page.status, 200, page.text.slice(0, 300));
			t.ok(page.text.length < 20_000_000);
			pages.push(page.body.entry.map((one: { resource: { description: string } }) => one.resource.description));
			const link = page.body.link.find((one: { relation: string }) => one.relation === "next");
			next = link?.url.replace(server.base, "");
		}
		return pages;
	};
	const named = "/fhir/DocumentReference?description=xa,xb,2";
	t.same(await descriptions(`${named}&_sort=-_lastUpdated&_count=100`), [["xb", "xa"], ["2"]]);
	t.same((await descriptions(`${named}&_count=1`)).flat().sort(), ["2", "xa", "xb"]);
	t.same(await descriptions(`/fhir/${first}/_history?_count=100`), [["2", "1"], ["0"]]);
	const past = await descriptions("/fhir/DocumentReference/_history?_count=3");
	t.same(past.flat(), ["xb", "xa", "2", "1", "0"]);
	t.equal((await therapist.get(`/fhir/${first}/_history/2`)).body.description, "1");
	t.equal((await therapist.get(`/fhir/${first}/_history/9`)).status, 404);
	t.equal((await therapist.get(`/fhir/${first}/_history/x`)).status, 404);
});

function documentOf(description: string, data: string, id?: string): string {
	const content = `[{"attachment":{"contentType":"image/png","data":"${data}"}}]`;
	return `{"resourceType":"DocumentReference",${id === undefined ? "" : `"id":"${id}",`}"status":"current","description":"${description}","content":${content}}`;
}
