import t from "tap";
import { parseScope } from "../../../../src/access/scopes.ts";
import { wordsOf } from "../../../../src/http/smart/words.ts";

// What a scope says to a person who is asked for it.

t.test("scopes in plain words, with their conditions", async (t) => {
	const category = "http://terminology.hl7.org/CodeSystem/observation-category";
	const said: [string, string][] = [
		["patient/Observation.rs", "See measurements and observations of this patient"],
		["user/Encounter.cruds", "See, add to, change and delete visits of everybody whose data you may see"],
		[
			`patient/Observation.rs?category=${category}|vital-signs`,
			"See measurements and observations (only category vital signs (blood pressure, heart rate, weight, oxygen)) of this patient",
		],
		[
			"patient/Observation.r?date=ge2026&date=lt2027-02",
			"See measurements and observations (only date from 2026 on, date below 2027-02) of this patient",
		],
		[
			"patient/Observation.s?value-quantity=gt80|http://unitsofmeasure.org|/min,ap5",
			"See measurements and observations (only value quantity above 80 /min or about 5) of this patient",
		],
		[
			"patient/Observation.s?encounter:missing=true&code:not=8867-4",
			"See measurements and observations (only without encounter, code other than 8867-4) of this patient",
		],
		[
			"patient/Patient.rs?family=gerber",
			"See name, birth date, contact and care details (only family gerber) of this patient",
		],
	];
	for (const [scope, words] of said) t.equal(wordsOf(scope, parseScope(scope)), words);
});
