import t from "tap";
import type { JsonObject } from "../../src/fhir/json.ts";
import { openClinic, type Resource, searchIn } from "../support/clinic.ts";
import { choices, generatePatients, generateRows } from "../support/generate.ts";

// Pages of any sort give every match once and in one order, and what others add or delete between two pages neither repeats nor hides
// what was there all along (design/conformance.md B.7).

const pick = choices(20261124);
const clinic = await openClinic(t);
await generatePatients(clinic, pick);
await generateRows(clinic, pick, 3);
await clinic.put(clinic.therapist, ...stored());

const sorts: Record<string, readonly string[]> = {
	Observation: [
		"",
		"date",
		"-date",
		"code,-date",
		"status,date",
		"-_lastUpdated",
		"value-quantity,-code",
		"subject,date",
		"_id",
	],
	Patient: ["", "family", "-family,given", "birthdate,-name", "gender,-_lastUpdated", "_id"],
	MedicationStatement: ["", "status,-effective", "subject"],
	Appointment: ["", "date", "-status,date"],
};

for (const [type, orders] of Object.entries(sorts)) {
	for (const order of orders) {
		t.test(`${type} by ${order || "nothing"}`, async (t) => {
			const sort: [string, string][] = order === "" ? [] : [["_sort", order]];
			const whole = await pages(type, sort, 1000);
			t.ok(whole.length > 3);
			t.equal(new Set(whole).size, whole.length, "nothing twice");
			const count = 2 + pick.below(6);
			t.same(await pages(type, sort, count), whole, `the same order in pages of ${count}`);
		});
		t.test(`${type} by ${order || "nothing"} while others write`, async (t) => {
			const sort: [string, string][] = order === "" ? [] : [["_sort", order]];
			const before = await pages(type, sort, 1000);
			const gone: string[] = [];
			const seen = await pages(type, sort, 6, async () => {
				const added = addition(type);
				if (added !== undefined) await clinic.put(clinic.therapist, added);
				const doomed = pick.one(deletable);
				if (doomed === undefined || !doomed.startsWith(`${type}/`)) return;
				deletable.splice(deletable.indexOf(doomed), 1);
				gone.push(doomed.slice(type.length + 1));
				await clinic.remove(clinic.therapist, doomed);
			});
			t.equal(new Set(seen).size, seen.length, "nothing twice");
			const lasting = before.filter((id) => !gone.includes(id));
			t.same(
				seen.filter((id) => lasting.includes(id)),
				lasting,
				"what stayed is there, in order",
			);
		});
	}
}

async function pages(
	type: string,
	sort: [string, string][],
	count: number,
	between = async () => {},
): Promise<string[]> {
	const ids: string[] = [];
	let cursor: string | undefined;
	do {
		const parameters: [string, string][] = [...sort, ["_count", String(count)]];
		if (cursor !== undefined) parameters.push(["_cursor", cursor]);
		const page = await clinic.db.read(clinic.therapist, (tx) => searchIn(tx, type, parameters));
		ids.push(...page.matches.map(({ id }) => id));
		cursor = page.nextCursor;
		if (cursor !== undefined) await between();
	} while (cursor !== undefined);
	return ids;
}

let number = 0;

/** Something that sorts anywhere among what is there. */
function addition(type: string): Resource | undefined {
	const id = `new-${++number}`;
	const about = { subject: { reference: `Patient/${pick.one(["1", "3"])}` } };
	if (type === "Observation") return observation(id, about);
	if (type === "MedicationStatement") {
		return {
			resourceType: type,
			id,
			status: pick.one(["active", "on-hold", "completed"]),
			medicationCodeableConcept: { text: `Drug ${number}` },
			...about,
		};
	}
	return undefined;
}

function observation(id: string, about: JsonObject): Resource {
	const day = String(1 + pick.below(28)).padStart(2, "0");
	return {
		resourceType: "Observation",
		id,
		status: pick.one(["final", "amended"]),
		code: { coding: [{ system: "http://loinc.org", code: pick.one(["8867-4", "2345-7", "29463-7"]) }] },
		effectiveDateTime: `2025-0${1 + pick.below(9)}-${day}T10:00:00Z`,
		valueQuantity: {
			value: 50 + pick.below(60),
			unit: "/min",
			system: "http://unitsofmeasure.org",
			code: "/min",
		},
		...about,
	};
}

/** Bodies, residues and rows of the same types, with equal sort keys among them. */
function stored(): Resource[] {
	return Array.from({ length: 24 }, (_, index) =>
		observation(`seed-${index}`, { subject: { reference: "Patient/1" } }),
	);
}

const deletable = Array.from({ length: 12 }, (_, index) => `Observation/seed-${index * 2}`);
