import t from "tap";
import { etagOf, httpDate, isUnmodified, versionFromIfMatch } from "../../../../src/http/fhir/etags.ts";
import { kindThrown } from "./kind-thrown.ts";

const version = {
	type: "Patient",
	id: "1",
	versionId: "3",
	lastUpdated: "2026-01-02T03:04:05.678Z",
	method: "PUT",
	text: "{}",
	owner: 1,
} as const;
const none = { ifMatch: undefined, ifNoneMatch: undefined, ifModifiedSince: undefined };

t.test("ETag and Last-Modified", async (t) => {
	t.equal(etagOf(version), 'W/"3"');
	t.equal(httpDate(version.lastUpdated), "Fri, 02 Jan 2026 03:04:05 GMT");
});

t.test("If-Match names one version", async (t) => {
	for (const header of ['W/"3"', '"3"', "3", ' W/"3" ']) t.equal(versionFromIfMatch(header), "3", header);
	t.equal(versionFromIfMatch(undefined), undefined);
	for (const header of ["*", "", 'W/"1", W/"2"'])
		t.equal(
			kindThrown(() => versionFromIfMatch(header)),
			"invalid",
			header,
		);
});

t.test("a version the client has already", async (t) => {
	t.equal(isUnmodified(version, none), false);
	t.equal(isUnmodified(version, { ...none, ifNoneMatch: 'W/"2", W/"3"' }), true);
	t.equal(isUnmodified(version, { ...none, ifNoneMatch: 'W/"2"' }), false);
	t.equal(isUnmodified(version, { ...none, ifModifiedSince: "Fri, 02 Jan 2026 03:04:05 GMT" }), true);
	t.equal(isUnmodified(version, { ...none, ifModifiedSince: "Fri, 02 Jan 2026 03:04:04 GMT" }), false);
	t.equal(isUnmodified(version, { ...none, ifModifiedSince: "yesterday" }), false);
	const both = { ...none, ifNoneMatch: 'W/"2"', ifModifiedSince: "Fri, 02 Jan 2026 03:04:05 GMT" };
	t.equal(isUnmodified(version, both), false, "If-None-Match decides");
});
