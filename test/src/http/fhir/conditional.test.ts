import t from "tap";
import { conditionKey, criteriaFrom } from "../../../../src/http/fhir/conditional.ts";
import { kindThrown } from "./kind-thrown.ts";

t.test("criteria that mean the same have one key", async (t) => {
	const one = criteriaFrom("Patient", "identifier=urn:x%7C1&name=a");
	const other = criteriaFrom("Patient", "?name=a&identifier=urn:x|1");
	t.equal(conditionKey(one), conditionKey(other));
	t.not(conditionKey(one), conditionKey(criteriaFrom("Person", "identifier=urn:x|1&name=a")));
	t.not(conditionKey(one), conditionKey(criteriaFrom("Patient", "identifier=urn:x|1")));
});

t.test("criteria that select nothing are refused", async (t) => {
	for (const query of ["", "?", "identifier=", "_count=5", "name=x&_sort=name", "_include=Patient:link"]) {
		t.equal(
			kindThrown(() => criteriaFrom("Patient", query)),
			"invalid",
			query,
		);
	}
});
