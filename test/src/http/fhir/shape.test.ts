import t from "tap";
import { shapeText } from "../../../../src/fhir/shape.ts";
import { shapeIn } from "../../../../src/http/fhir/shape.ts";
import { kindThrown } from "./kind-thrown.ts";

const text =
	'{"resourceType":"Observation","id":"1","meta":{"versionId":"2"},"text":{"status":"generated","div":"<div/>"},' +
	'"status":"final","_status":{"id":"a"},"code":{"text":"x"},"valueQuantity":{"value":1.00},"note":[{"text":"n"}]}';
const shaped = (parameters: [string, string][]) => shapeText(text, "Observation", shapeIn(parameters));
const members = (parameters: [string, string][]) =>
	Object.keys(JSON.parse(shaped(parameters)))
		.sort()
		.join(" ");

t.test("nothing asked: the very same text", async (t) => {
	t.equal(shaped([]), text);
	t.equal(shaped([["_summary", "false"]]), text);
});

t.test("_elements: those, the mandatory ones and their extensions; a choice goes by its short name", async (t) => {
	t.equal(members([["_elements", "note"]]), "_status code id meta note resourceType status");
	t.equal(members([["_elements", "value, note"]]), "_status code id meta note resourceType status valueQuantity");
	t.equal(members([["_elements", "Observation.value"]]), "_status code id meta resourceType status valueQuantity");
	t.match(shaped([["_elements", "value"]]), '"value":1.00');
});

t.test("_summary", async (t) => {
	t.equal(members([["_summary", "true"]]), "_status code id meta resourceType status valueQuantity");
	t.equal(members([["_summary", "text"]]), "_status code id meta resourceType status text");
	t.equal(members([["_summary", "data"]]), "_status code id meta note resourceType status valueQuantity");
	t.equal(
		kindThrown(() => shaped([["_summary", "nonsense"]])),
		"invalid",
	);
});

t.test("what is not whole says so", async (t) => {
	const { meta } = JSON.parse(shaped([["_summary", "data"]]));
	t.equal(meta.versionId, "2");
	t.same(meta.tag, [{ system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" }]);
});
