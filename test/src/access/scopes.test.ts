import fc from "fast-check";
import t from "tap";
import {
	allowance,
	type Letter,
	narrow,
	parseScope,
	parseScopes,
	type ResourceScope,
	withCondition,
} from "../../../src/access/scopes.ts";

const vitals = "category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs";
const laboratory = "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";

const anyScope = fc
	.record({
		level: fc.constantFrom("patient", "user", "system"),
		type: fc.constantFrom("*", "Observation", "Condition", "Patient"),
		suffix: fc.oneof(
			fc.constantFrom("read", "write", "*"),
			fc.subarray([..."cruds"], { minLength: 1 }).map((letters) => letters.join("")),
		),
		query: fc.constantFrom("", vitals, laboratory, `${vitals}&code=8867-4`),
	})
	.map(({ level, type, suffix, query }) =>
		parseScope(`${level}/${type}.${suffix}${query === "" || type !== "Observation" ? "" : `?${query}`}`),
	)
	.filter((scope) => scope !== undefined);

/** A resource as far as these scopes look: of a type, meeting some of the conditions used above. */
const anyCase = fc.record({
	type: fc.constantFrom("Observation", "Condition", "Patient", "Encounter"),
	letter: fc.constantFrom<Letter>("c", "r", "u", "d", "s"),
	meets: fc.subarray(["vital-signs", "laboratory", "8867-4"]),
});

function allows(scopes: readonly ResourceScope[], one: { type: string; letter: Letter; meets: string[] }): boolean {
	const allowed = allowance(scopes, one.type, one.letter);
	if (typeof allowed === "string") return allowed === "everything";
	return allowed.some((all) => all.every(([, value]) => one.meets.some((met) => value.endsWith(met))));
}

t.test("v1 means v2 letters; order and letters count", async (t) => {
	t.equal(parseScope("patient/Observation.read")?.letters, "rs");
	t.equal(parseScope("patient/Observation.write")?.letters, "cud");
	t.equal(parseScope("user/*.*")?.letters, "cruds");
	t.equal(parseScope("system/*.cruds")?.letters, "cruds");
	for (const bad of ["sr", "crduS", "rr", "x", "", "reads", "crudss", "dus"]) {
		t.equal(parseScope(`patient/Observation.${bad}`), undefined, `.${bad} grants nothing`);
	}
	for (const bad of [
		"openid",
		"launch/patient",
		"patient/Unknown.rs",
		"patient/.rs",
		"Patient/*.rs",
		"patient/*.rs?category=x",
	]) {
		t.equal(parseScope(bad), undefined, `${bad} is no scope for data`);
	}
});

t.test("conditions are parameters of the type with a value, by which a resource can be told by itself", async (t) => {
	t.same(parseScope(`patient/Observation.rs?${vitals}`)?.conditions, [
		["category", "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"],
	]);
	t.same(parseScope("patient/Observation.rs?category=a%7Cb")?.conditions, [["category", "a|b"]]);
	for (const good of [
		"date=2020",
		"date=ge2025-01-01&date=lt2026",
		"date=ge2025-01-01T00:00:00%2B01:00",
		"subject=Patient/1",
		"subject:Patient=1",
		"encounter:identifier=http://x.example|7",
		"value-quantity=gt5.4|http://unitsofmeasure.org|mg",
		"value-string:exact=A%20b",
		"code:not=8867-4",
		"encounter:missing=true",
		"_lastUpdated=ge2026-01-01",
		"_profile=http://x.example/p",
	]) {
		t.ok(parseScope(`patient/Observation.rs?${good}`), good);
	}
	for (const bad of [
		"category",
		"category=",
		"category=,",
		"=x",
		"_id=1",
		"nope=1",
		"code=%ZZ",
		"code=%00",
		"code:in=http://x.example/vs",
		"code:not:not=x",
		"date=yesterday",
		"value-quantity=heavy",
		"subject=a b",
		"subject=Nobody/1",
		"encounter:missing=perhaps",
		"subject:Patient.name=x",
		"subject.name=x",
		"_has:Provenance:target:agent=x",
		"code-value-quantity=8867-4$gt5",
		"_count=5",
		"_sort=date",
		"_include=Observation:subject",
		"_type=Patient",
		"_format=json",
		"_text=x",
		`code=${Array(501).fill("x").join()}`,
	]) {
		t.equal(parseScope(`patient/Observation.rs?${bad}`), undefined, bad);
	}
});

t.test("several scopes add up; an unconditional one wins", async (t) => {
	const scopes = parseScopes(`openid patient/Observation.rs?${vitals} patient/Observation.c patient/Condition.rs`);
	t.equal(allowance(scopes, "Observation", "c"), "everything");
	t.equal(allowance(scopes, "Observation", "d"), "nothing");
	t.equal(allowance(scopes, "Condition", "r"), "everything");
	t.equal(allowance(scopes, "Patient", "r"), "nothing");
	t.same(allowance(scopes, "Observation", "s"), [
		[["category", "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"]],
	]);
});

t.test("narrowing never allows what either side does not, and loses nothing that both allow", async () => {
	fc.assert(
		fc.property(anyScope, fc.array(anyScope, { maxLength: 4 }), anyCase, (scope, within, one) => {
			const narrowed = narrow(scope, within);
			const sameLevel = within.filter(({ level }) => level === scope.level);
			return allows(narrowed, one) === (allows([scope], one) && allows(sameLevel, one));
		}),
		{ numRuns: 2000 },
	);
});

t.test("what narrowing writes can be read again", async () => {
	fc.assert(
		fc.property(anyScope, fc.array(anyScope, { maxLength: 4 }), (scope, within) =>
			narrow(scope, within).every((one) => {
				const again = parseScope(one.text);
				return (
					again !== undefined &&
					again.letters === one.letters &&
					again.type === one.type &&
					JSON.stringify(again.conditions) === JSON.stringify(one.conditions)
				);
			}),
		),
	);
});

t.test("a value with characters that end things survives", async () => {
	fc.assert(
		fc.property(fc.string({ minLength: 1 }), (value) => {
			// What is no token has no meaning as a condition: half an escape, or more than two parts.
			fc.pre(value.replaceAll(",", "") !== "" && !value.includes("\0") && !/\\(?![\\,|$])|\|.*\|/s.test(value));
			const scope = withCondition(parseScope("patient/Observation.rs") as ResourceScope, "code", value);
			return !scope.text.includes(" ") && parseScope(scope.text)?.conditions[0]?.[1] === value;
		}),
	);
});
