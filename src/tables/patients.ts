import { defineEntity, p } from "@mikro-orm/core";
import { between, check } from "./checks.ts";
import { civilDate, currentInstant, id, references, version } from "./column-types.ts";
import { patientsPolicies } from "./policies.ts";
import { Users } from "./users.ts";

/** Detailed patient profiles managed by therapists. */
export const Patients = defineEntity({
	name: "Patients",
	tableName: "patients",
	properties: {
		id: id(),
		therapistId: references(() => Users, "therapist_id"),
		userId: references(() => Users, "user_id").nullable(),
		firstName: p.string().nullable(),
		lastName: p.string().nullable(),
		name: p.string(),
		dateOfBirth: civilDate().nullable(),
		gender: p.enum(["male", "female", "other"]).nullable(),
		age: p.integer().nullable(),
		email: p.string().nullable(),
		primaryPhone: p.string().nullable(),
		primaryPhoneType: p.enum(["mobile", "home", "work"]).nullable(),
		alternatePhone: p.string().nullable(),
		preferredContactMethod: p.enum(["phone", "email", "text"]).nullable(),
		bestTimeToContact: p.enum(["morning", "afternoon", "evening"]).nullable(),
		streetAddress: p.string().nullable(),
		city: p.string().nullable(),
		state: p.string().nullable(),
		postalCode: p.string().nullable(),
		country: p.string().nullable(),
		// MikroORM would leave out the underscore after the digit; columnName keeps it.
		emergencyContact1Name: p.string().name("emergency_contact1_name").nullable(),
		emergencyContact1Relationship: p.string().name("emergency_contact1_relationship").nullable(),
		emergencyContact1Phone: p.string().name("emergency_contact1_phone").nullable(),
		emergencyContact2Name: p.string().name("emergency_contact2_name").nullable(),
		emergencyContact2Phone: p.string().name("emergency_contact2_phone").nullable(),
		surgeryDate: civilDate().nullable(),
		postOpWeek: p.integer().nullable(),
		surgeryType: p.string().nullable(),
		dischargeSummary: p.text().nullable(),
		medicationAllergies: p.string().nullable(),
		otherAllergies: p.string().nullable(),
		chronicConditions: p.string().nullable(),
		smokingStatus: p.enum(["never", "former", "current"]).nullable(),
		alcoholUse: p.enum(["none", "occasional", "moderate", "heavy"]).nullable(),
		occupation: p.string().nullable(),
		education: p.string().nullable(),
		livingSituation: p.string().nullable(),
		primaryCaregiver: p.string().nullable(),
		insuranceProvider: p.string().nullable(),
		insurancePolicyNumber: p.string().nullable(),
		insuranceGroupNumber: p.string().nullable(),
		preferredPharmacy: p.string().nullable(),
		pharmacyPhone: p.string().nullable(),
		currentStage: p.string().nullable(),
		targetHeartRate: p.integer().nullable(), // Target HR for exercise (BPM)
		maxHeartRate: p.integer().nullable(), // Maximum allowed HR (BPM)
		restingHeartRate: p.integer().nullable(), // Resting HR baseline (BPM)
		bloodPressureGoal: p.string().nullable(), // Target BP (e.g., "120/80")
		weightGoal: p.double().nullable(), // Target weight (lbs)
		notes: p.text().nullable(),
		isActive: p.boolean().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_patients_therapist", properties: ["therapistId"] },
		{ name: "idx_patients_user", properties: ["userId"] },
		{ name: "idx_patients_active", properties: ["isActive"] },
		{ name: "idx_patients_therapist_user", properties: ["therapistId", "userId"] },
	],
	checks: [
		between("patients", "target_heart_rate", 1, 400),
		between("patients", "max_heart_rate", 1, 400),
		between("patients", "resting_heart_rate", 1, 400),
		check("patients", "weight_goal", "weight_goal > '0'::double precision and weight_goal < '1500'::double precision"),
	],
	policies: patientsPolicies,
	rowLevelSecurity: true,
});
