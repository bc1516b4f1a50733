import t from "tap";
import { withAbsoluteUrls } from "../../../src/exports/absolute-urls.ts";
import { elementsOf } from "../../../src/exports/export-request.ts";
import { groupMembers } from "../../../src/exports/group-members.ts";
import { referencesTo } from "../../../src/exports/references.ts";
import type { ResourceVersion } from "../../../src/store/resource-version.ts";

const base = "https://heart.example/fhir";
const absolute = (value: object) => JSON.parse(withAbsoluteUrls(JSON.stringify(value), base));

t.test("addresses of attachments become absolute, nothing else does", async (t) => {
	const url = (text: string) => absolute({ attachment: { url: text } }).attachment.url;
	t.equal(url("Binary/1"), `${base}/Binary/1`);
	t.equal(url("Binary/a-b.c/_history/2"), `${base}/Binary/a-b.c/_history/2`);
	for (const same of [
		"https://x.example/Binary/1",
		"urn:oid:1.2",
		"#contained",
		"part",
		"Binary",
		"Binary/1/x",
		"data:,x",
		"/Binary/1",
	])
		t.equal(url(same), same);
	const said = {
		note: [{ text: '"url":"Binary/1"' }],
		subject: { reference: "Patient/1" },
		extension: [{ url: "ombCategory" }],
	};
	t.same(absolute(said), said);
	t.same(absolute({ a: 'x"url":"Binary/1', url: "Binary/2" }), { a: 'x"url":"Binary/1', url: `${base}/Binary/2` });
});

t.test("members of a Group: Patients that are not marked inactive, once", async (t) => {
	const member = (reference: unknown, more = {}) => ({ entity: { reference }, ...more }) as never;
	t.same(
		groupMembers({
			member: [
				member("Patient/1"),
				member("Patient/2/_history/3"),
				member("Patient/3", { inactive: true }),
				member("Patient/4", { inactive: false }),
				member("Patient/1"),
				member("Practitioner/5"),
				member("https://elsewhere.example/Patient/6"),
				member(undefined),
				{ entity: { display: "x" } },
				"x",
			],
		}),
		["1", "2", "4"],
	);
	for (const odd of [{}, { member: "x" }, null, [], { member: [null] }]) t.same(groupMembers(odd as never), []);
});

t.test("references are gathered where they are members, of the types asked for", async (t) => {
	const references = referencesTo(["Practitioner", "Organization"]);
	const version = (value: object) => ({ text: JSON.stringify(value) }) as ResourceVersion;
	references.gather([
		version({ performer: [{ reference: "Practitioner/2" }, { reference: "Practitioner/1/_history/3" }] }),
		version({ performer: [{ reference: "Practitioner/2" }], subject: { reference: "Patient/1" } }),
		version({ note: '"reference":"Organization/9"', x: { reference: "https://x.example/Organization/8" } }),
	]);
	t.same(references.take("Practitioner"), ["1", "2"]);
	t.same(references.take("Organization"), []);
	const none = referencesTo([]);
	none.gather([version({ performer: [{ reference: "Practitioner/2" }] })]);
	t.same(none.take("Practitioner"), []);
});

t.test("_elements: those of every type and those of one", async (t) => {
	const elements = [
		{ type: undefined, element: "id" },
		{ type: "Patient", element: "name" },
	];
	t.same(elementsOf({ elements }, "Patient"), ["id", "name"]);
	t.same(elementsOf({ elements }, "Observation"), ["id"]);
	t.equal(elementsOf({ elements: elements.slice(1) }, "Observation"), undefined);
});
