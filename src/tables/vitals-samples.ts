import { defineEntity, p } from "@mikro-orm/core";
import { between, check, double } from "./checks.ts";
import { currentInstant, deviceColumns, deviceIndexes, id, instant, references, version } from "./column-types.ts";
import { forOwnersEyes, owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Finds the newest value of a measure that is taken now and then among many samples without it. */
const newest = (name: string, column: string) => ({
	name: `idx_vitals_${name}`,
	properties: ["userId", "recordedAt"] as ("userId" | "recordedAt")[],
	columns: [{ name: "user_id" }, { name: "recorded_at", sort: "desc" as const }],
	where: `${column} is not null`,
});

/** Patient vital sign measurements (BP, HR, weight, oxygen saturation, temperature). */
export const VitalsSamples = defineEntity({
	name: "VitalsSamples",
	tableName: "vitals_samples",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		systolicBP: p.integer().nullable(), // Systolic blood pressure (mmHg)
		diastolicBP: p.integer().nullable(), // Diastolic blood pressure (mmHg)
		heartRate: p.integer().nullable(), // Heart rate (BPM)
		weight: p.double().nullable(), // Weight (lbs)
		oxygenSaturation: p.integer().nullable(), // SpO2 percentage (%)
		temperature: p.double().nullable(), // Body temperature (°F)
		recordedAt: instant(),
		notes: p.text().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
		...deviceColumns(),
	},
	indexes: [
		{
			name: "idx_vitals_user_date",
			properties: ["userId", "recordedAt"],
			columns: [{ name: "user_id" }, { name: "recorded_at", sort: "desc" }],
		},
		newest("systolic", "systolic_bp"),
		newest("diastolic", "diastolic_bp"),
		newest("weight", "weight"),
		newest("oxygen", "oxygen_saturation"),
		newest("temperature", "temperature"),
		...deviceIndexes("vitals", "recordedAt", "recorded_at"),
	],
	checks: [
		between("vitals_samples", "systolic_bp", 1, 400),
		between("vitals_samples", "diastolic_bp", 1, 400),
		between("vitals_samples", "heart_rate", 1, 400),
		check("vitals_samples", "weight", "weight > '0'::double precision and weight < '1500'::double precision"),
		between("vitals_samples", "oxygen_saturation", 1, 100),
		between("vitals_samples", "temperature", double(70), double(120)),
	],
	policies: [...owned("vitals_samples"), forOwnersEyes("vitals_samples")],
	rowLevelSecurity: true,
});
