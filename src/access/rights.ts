/**
 * Who may do what with the rows of each documented table: plain data, the one source for both faces, for openapi/rights.md and for the
 * tests. Whose rows exist for somebody at all – a patient's own, a therapist's own and their patients' – is said by the database's policies
 * and not here; so are shared definitions, which everybody sees.
 */

export type Operation = "read" | "create" | "update" | "delete";

/** As in `users.role`. */
export type PersonRole = "patient" | "therapist" | "admin";

/** What one role may do with the rows it sees. */
export interface RoleRights {
	readonly may: readonly Operation[];
	/** Columns it neither sets nor changes. */
	readonly leaves?: readonly string[];
	/** Columns it sets when it makes a row, and never changes. */
	readonly keeps?: readonly string[];
	/** The only columns it changes once the row is there. */
	readonly changesOnly?: readonly string[];
	/**
	 * Rows it sees but only reads: `others' accounts` – of users, all but its own; `the system's` – those without a userId.
	 */
	readonly onlyReads?: "others' accounts" | "the system's";
}

/** The rights to a table. `id`, `createdAt` and `updatedAt` are the server's, whoever asks. */
export interface TableRights extends Readonly<Record<PersonRole, RoleRights>> {
	/** Columns the server computes: nobody sets them. */
	readonly computed?: readonly string[];
	/** Columns that are set when the row is made and never changed, by whomever. */
	readonly fixed?: readonly string[];
}

const everything: RoleRights = { may: ["read", "create", "update", "delete"] };
const onlyReads: RoleRights = { may: ["read"] };

/** A patient's own doing, which their therapist may do for them. */
const record: TableRights = { patient: everything, therapist: everything, admin: everything, fixed: ["userId"] };

/** Definitions that all share: therapists and administrators keep them. */
const library: TableRights = { patient: onlyReads, therapist: everything, admin: everything };

/** What the server works out or notes: people read it. */
const worked: TableRights = { patient: onlyReads, therapist: onlyReads, admin: everything, fixed: ["userId"] };

/** What a clinic says of a patient, and the limits it sets them. */
const clinical = [
	"surgeryDate",
	"surgeryType",
	"dischargeSummary",
	"currentStage",
	"targetHeartRate",
	"maxHeartRate",
	"restingHeartRate",
	"bloodPressureGoal",
	"weightGoal",
	"notes",
	"isActive",
];

const ownAccount: RoleRights = {
	may: ["read", "update"],
	// The address one signs in with, and the password, change where the old one is asked for.
	leaves: ["role", "email", "password"],
	onlyReads: "others' accounts",
};

const ownTemplates: RoleRights = { ...everything, onlyReads: "the system's" };

/** By the SQL name of the table. */
export const rights: Readonly<Record<string, TableRights>> = {
	users: { patient: ownAccount, therapist: ownAccount, admin: everything },
	patients: {
		patient: { may: ["read", "update"], leaves: ["therapistId", "userId", ...clinical] },
		// Tying a profile to an account opens the account's data: only while the profile is made, and only one the therapist sees already.
		therapist: { ...everything, keeps: ["userId"] },
		admin: everything,
		computed: ["age", "postOpWeek"],
		// Another therapist: POST /api/patients/:id/assign-therapist.
		fixed: ["therapistId"],
	},
	providers: record,
	vitals_samples: record,
	medications: record,
	medication_logs: { ...record, fixed: ["userId", "medicationId"] },
	alerts: {
		patient: { may: ["read", "update"], changesOnly: ["isResolved", "resolvedAt"] },
		therapist: { ...everything, leaves: ["notified"] },
		admin: everything,
		fixed: ["userId"],
	},
	calendars: record,
	calendar_events: record,
	event_templates: { patient: ownTemplates, therapist: ownTemplates, admin: everything, fixed: ["userId"] },
	food_categories: library,
	food_items: library,
	meal_entries: record,
	meal_item_entries: { ...record, fixed: ["mealEntryId"] },
	exercises: library,
	exercise_prescriptions: { patient: onlyReads, therapist: everything, admin: everything, fixed: ["patientId"] },
	exercise_logs: record,
	physical_therapy_phases: library,
	therapy_routines: library,
	activities: library,
	therapy_goals: {
		// Their own wishes too; what a goal says stays as it was agreed, how far it is they know best. One that is given up is cancelled.
		patient: { may: ["read", "create", "update"], changesOnly: ["progress", "status"] },
		therapist: everything,
		admin: everything,
		fixed: ["userId"],
	},
	device_connections: { ...record, computed: ["tokenExpiry", "lastSyncAt"], fixed: ["userId", "deviceType"] },
	device_sync_logs: { ...worked, fixed: ["deviceConnectionId"] },
	sleep_logs: record,
	hydration_logs: record,
	daily_scores: worked,
};
