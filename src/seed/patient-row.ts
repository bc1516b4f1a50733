import type { SeedValue } from "./chunk.ts";
import type { Baseline } from "./course.ts";
import { addDays } from "./days.ts";
import { educations, insurers, occupations, pharmacies, phoneNumber, type places, streets } from "./names.ts";
import type { Random } from "./random.ts";
import type { Surgery } from "./surgeries.ts";

/** What is settled about a patient before the rest of the profile is drawn. */
export interface PatientFacts {
	readonly therapistId: number;
	readonly userId: number;
	readonly place: (typeof places)[number];
	/** Civil date the profile is filled in for. */
	readonly today: string;
	readonly identity: {
		readonly firstName: string;
		readonly lastName: string;
		readonly name: string;
		readonly gender: string;
		readonly email: string;
		readonly phone: string;
		readonly relative: string;
	};
	readonly stay: {
		readonly surgery: Surgery;
		readonly surgeryDate: string;
		readonly daysSinceSurgery: number;
		readonly baseline: Baseline;
		readonly enrolledAt: string;
	};
}

/** The patients row without its id: every documented column filled. */
export function patientRow(random: Random, facts: PatientFacts): Record<string, SeedValue> {
	const { identity, stay, place } = facts;
	const age = random.int(48, 79);
	const dateOfBirth = addDays(facts.today, -Math.round(age * 365.25) - random.int(5, 340));
	return {
		therapistId: facts.therapistId,
		userId: facts.userId,
		firstName: identity.firstName,
		lastName: identity.lastName,
		name: identity.name,
		dateOfBirth,
		gender: identity.gender,
		age,
		email: identity.email,
		primaryPhone: identity.phone,
		primaryPhoneType: random.pick(["mobile", "home", "work"]),
		alternatePhone: phoneNumber(random),
		preferredContactMethod: random.pick(["phone", "email", "text"]),
		bestTimeToContact: random.pick(["morning", "afternoon", "evening"]),
		streetAddress: `${random.int(2, 480)} ${random.pick(streets)}`,
		city: place.city,
		state: place.state,
		postalCode: place.postalCode,
		country: "US",
		emergencyContact1Name: identity.relative,
		emergencyContact1Relationship: random.pick(["spouse", "daughter", "son", "sibling"]),
		emergencyContact1Phone: phoneNumber(random),
		emergencyContact2Name: `Alex ${identity.lastName}`,
		emergencyContact2Phone: phoneNumber(random),
		...clinicalColumns(random, facts, age),
		smokingStatus: random.pick(["never", "former", "former", "current"]),
		alcoholUse: random.pick(["none", "occasional", "moderate"]),
		occupation: random.pick(occupations),
		education: random.pick(educations),
		livingSituation: random.pick(["lives alone", "lives with spouse", "lives with family"]),
		primaryCaregiver: identity.relative,
		insuranceProvider: random.pick(insurers),
		insurancePolicyNumber: `POL-${random.int(100000, 999999)}`,
		insuranceGroupNumber: `GRP-${random.int(1000, 9999)}`,
		preferredPharmacy: random.pick(pharmacies),
		pharmacyPhone: phoneNumber(random),
		notes: random.pick([
			"Motivated, good support at home.",
			"Anxious about exertion; go slowly.",
			"Prefers morning classes.",
		]),
		isActive: true,
		createdAt: stay.enrolledAt,
		updatedAt: stay.enrolledAt,
	};
}

function clinicalColumns(random: Random, { stay }: PatientFacts, age: number): Record<string, SeedValue> {
	const maximum = Math.round((208 - 0.7 * age) * 0.85);
	const week = Math.floor(stay.daysSinceSurgery / 7);
	return {
		surgeryDate: stay.surgeryDate,
		postOpWeek: week,
		surgeryType: stay.surgery.type,
		dischargeSummary: `${stay.surgery.summary} Discharged on day ${stay.surgery.hospitalDays} in stable condition.`,
		medicationAllergies: random.pick(["none", "NKDA", "Penicillin", "Penicillin, Sulfonamides"]),
		otherAllergies: random.pick(["none", "Latex", "Peanuts", "Pollen"]),
		chronicConditions: stay.surgery.conditions,
		currentStage: week < 2 ? "Phase I" : week < 13 ? "Phase II" : week < 25 ? "Phase III" : "Phase IV",
		targetHeartRate: Math.round(maximum * 0.8),
		maxHeartRate: maximum,
		restingHeartRate: stay.baseline.heartRate,
		bloodPressureGoal: "130/80",
		weightGoal: stay.baseline.weight - random.int(2, 10),
	};
}
