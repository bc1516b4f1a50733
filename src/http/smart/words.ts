import type { Level, ResourceScope } from "../../access/scopes.ts";
import { searchParametersOf } from "../../fhir/definitions/definitions.ts";
import { splitEscaped } from "../../search/escape.ts";
import { splitPrefix } from "../../search/prefix.ts";
import type { Prefix } from "../../search/query.ts";

/** Scopes that are not about data, in plain words. */
const plain: Readonly<Record<string, string>> = {
	openid: "Know that it is you",
	fhirUser: "Know who you are here (your profile as patient or therapist)",
	profile: "Know your name",
	launch: "Be opened from here, for the patient you chose",
	"launch/patient": "Know which patient this is about",
	"launch/encounter": "Know which visit this is about",
	offline_access: "Keep this access when you are not signed in, until you revoke it",
	online_access: "Keep this access as long as you are signed in",
};

/** Types in plain words; others by their name. */
const types: Readonly<Record<string, string>> = {
	"*": "everything in the record",
	Patient: "name, birth date, contact and care details",
	Observation: "measurements and observations",
	Condition: "health problems",
	MedicationStatement: "medications",
	MedicationRequest: "prescriptions",
	Appointment: "appointments",
	Practitioner: "therapists",
	AllergyIntolerance: "allergies",
	Immunization: "vaccinations",
	Encounter: "visits",
	DocumentReference: "documents",
	DiagnosticReport: "diagnostic reports",
	CarePlan: "care plans",
	CareTeam: "care teams",
	Goal: "goals",
	Procedure: "procedures",
	Device: "devices",
};

const categories: Readonly<Record<string, string>> = {
	"vital-signs": "vital signs (blood pressure, heart rate, weight, oxygen)",
	laboratory: "laboratory results",
	"social-history": "social history (smoking, living situation)",
	survey: "questionnaires and surveys",
	sdoh: "social circumstances",
	"problem-list-item": "the problem list",
	"encounter-diagnosis": "diagnoses of visits",
	"health-concern": "health concerns",
};

const whose: Readonly<Record<Level, string>> = {
	patient: "of this patient",
	user: "of everybody whose data you may see",
	system: "of everybody",
};

/** A scope as a person reads it. */
export function wordsOf(text: string, data: ResourceScope | undefined): string {
	if (data === undefined) return plain[text] ?? text;
	const what = types[data.type] ?? data.type.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
	const only = data.conditions.map(([name, value]) => wordsOfCondition(data.type, name, value));
	return `${verbs(data.letters)} ${what}${only.length > 0 ? ` (only ${only.join(", ")})` : ""} ${whose[data.level]}`;
}

/** A condition as a person reads it: `date=ge2026` is “date from 2026 on”. */
function wordsOfCondition(type: string, name: string, value: string): string {
	const [code = "", modifier] = name.split(":");
	const what = code.replace(/^_/, "").replaceAll("-", " ");
	if (modifier === "missing") return value === "true" ? `without ${what}` : `with ${what}`;
	const compared = comparable.has(searchParametersOf(type).get(code)?.type ?? "");
	const values = splitEscaped(value, ",").map((one) => {
		const last = splitEscaped(one, "|").at(-1) ?? "";
		return categories[last] ?? (compared ? wordsOfComparison(one) : one);
	});
	return `${what} ${modifier === "not" ? "other than " : ""}${values.join(" or ")}`;
}

const comparable: ReadonlySet<string> = new Set(["date", "number", "quantity"]);

/** A date, number or quantity with its prefix. */
function wordsOfComparison(text: string): string {
	const { prefix, rest } = splitPrefix(text);
	const [amount = "", , unit = ""] = rest.split("|");
	const value = unit === "" ? amount : `${amount} ${unit}`;
	return comparisons[prefix](value);
}

const comparisons: Readonly<Record<Prefix, (value: string) => string>> = {
	eq: (value) => value,
	ne: (value) => `other than ${value}`,
	gt: (value) => `above ${value}`,
	sa: (value) => `after ${value}`,
	ge: (value) => `from ${value} on`,
	lt: (value) => `below ${value}`,
	eb: (value) => `before ${value}`,
	le: (value) => `up to ${value}`,
	ap: (value) => `about ${value}`,
};

/** A category as a person reads it. */
export function wordsOfCategory(code: string): string {
	return `only ${categories[code] ?? code}`;
}

function verbs(letters: string): string {
	const words = [
		/[rs]/.test(letters) ? "see" : "",
		letters.includes("c") ? "add to" : "",
		letters.includes("u") ? "change" : "",
		letters.includes("d") ? "delete" : "",
	].filter((word) => word !== "");
	const last = words.pop() ?? "";
	const all = words.length === 0 ? last : `${words.join(", ")} and ${last}`;
	return all.charAt(0).toUpperCase() + all.slice(1);
}
