import t from "tap";
import { bundleText } from "../../../../src/http/fhir/bundle-response.ts";
import { pageLinks } from "../../../../src/http/fhir/page-links.ts";

const url = "http://x/fhir/Patient";

t.test("self and first of a single page", async (t) => {
	t.same(pageLinks(url, [], { current: undefined, next: undefined }), [
		{ relation: "self", url },
		{ relation: "first", url },
	]);
});

t.test("the parameters and _count stay; the cursor is one more", async (t) => {
	const links = pageLinks(
		url,
		[
			["name", "a b"],
			["_count", "2"],
		],
		{ current: "c1", next: "c2" },
	);
	t.same(links, [
		{ relation: "self", url: `${url}?name=a%20b&_count=2&_cursor=c1` },
		{ relation: "first", url: `${url}?name=a%20b&_count=2` },
		{ relation: "next", url: `${url}?name=a%20b&_count=2&_cursor=c2` },
	]);
});

t.test("a bundle is put together from texts, decimals untouched, nothing empty", async (t) => {
	const entries = [{ fullUrl: `${url}/1`, resourceText: '{"a":1.00}', mode: "match" as const }];
	t.equal(
		bundleText({ type: "searchset", total: 1, links: [{ relation: "self", url }], entries }),
		`{"resourceType":"Bundle","type":"searchset","total":1,"link":[{"relation":"self","url":"${url}"}],` +
			`"entry":[{"fullUrl":"${url}/1","resource":{"a":1.00},"search":{"mode":"match"}}]}`,
	);
	t.equal(bundleText({ type: "batch-response", entries: [] }), '{"resourceType":"Bundle","type":"batch-response"}');
});
