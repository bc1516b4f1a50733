import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, version } from "./column-types.ts";
import { usersPolicies } from "./policies.ts";

/** Stores user account information for patients, therapists, and admins. */
export const Users = defineEntity({
	name: "Users",
	tableName: "users",
	properties: {
		id: id(),
		email: p.string(),
		password: p.string().nullable().hidden(), // Hashed password (bcrypt)
		name: p.string(),
		phoneNumber: p.string().nullable(),
		emergencyContact: p.string().nullable(),
		emergencyPhone: p.string().nullable(),
		doctorName: p.string().nullable(),
		doctorPhone: p.string().nullable(),
		profilePhoto: p.string().nullable(),
		timezone: p.string().nullable().default("America/New_York"),
		role: p.enum(["patient", "therapist", "admin"]).nullable().default("patient"),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	uniques: [{ name: "users_email_unique", properties: ["email"] }],
	indexes: [
		{ name: "idx_users_email", properties: ["email"] },
		{ name: "idx_users_role", properties: ["role"] },
	],
	policies: usersPolicies,
	rowLevelSecurity: true,
});
