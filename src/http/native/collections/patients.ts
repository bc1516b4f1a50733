import { Patients } from "../../../tables/patients.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/patients`: patients. */
export const patients: Collection = {
	path: "patients",
	entity: Patients,
	one: "patient",
	many: "patients",
	rights: { patient: ["read", "update"], therapist: everything, admin: everything },
	readOnly: ["age", "postOpWeek"],
	readOnlyFor: {
		patient: [
			"therapistId",
			"targetHeartRate",
			"maxHeartRate",
			"restingHeartRate",
			"bloodPressureGoal",
			"weightGoal",
			"isActive",
		],
		// Tying a profile to an account opens the account's data: an administrator's decision.
		therapist: ["therapistId", "userId"],
	},
	derive: "patient",
};
