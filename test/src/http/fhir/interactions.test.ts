import t from "tap";
import { findInteraction } from "../../../../src/http/fhir/interactions.ts";
import { kindThrown } from "./kind-thrown.ts";

t.test("method and path say which interaction", async (t) => {
	for (const [method, path, code] of [
		["GET", "", "search-system"],
		["GET", "_history", "history-system"],
		["GET", "Patient", "search-type"],
		["HEAD", "Patient/1", "read"],
		["POST", "Patient", "create"],
		["POST", "Patient/_search", "search-type"],
		["GET", "Patient/_history", "history-type"],
		["PUT", "Patient", "update"],
		["PUT", "Patient/1", "update"],
		["DELETE", "Patient", "delete"],
		["GET", "Patient/1/_history", "history-instance"],
		["GET", "/Patient/1/_history/2", "vread"],
	] as const) {
		t.equal(findInteraction(method, path).interaction.code, code, `${method} ${path}`);
	}
	t.same(findInteraction("GET", "Patient/1/_history/2").target, { type: "Patient", id: "1", versionId: "2" });
});

t.test("what there is not", async (t) => {
	const kind = (method: string, path: string) => kindThrown(() => findInteraction(method, path));
	t.equal(kind("GET", "Nothing/1"), "not-found");
	t.equal(kind("GET", "Patient/1/2/3/4"), "not-found");
	t.equal(kind("PATCH", "Patient/1/_history"), "method-not-allowed");
	t.equal(kind("PUT", "Patient/1/_history"), "method-not-allowed");
});
