/** A row-level security policy as MikroORM takes it. */
export interface Policy {
	readonly name: string;
	/** Restrictive ones must hold, too, whatever others allow. Default: permissive. */
	readonly type?: "permissive" | "restrictive";
	readonly command?: "select" | "insert" | "update" | "delete" | "all";
	readonly roles: string[];
	readonly using?: string;
	readonly check?: string;
}

/** users.id of the caller; null, which equals nothing, when no caller is set. */
const me = "(nullif(current_setting('app.user_id'::text, true), ''::text))::integer";

/** users.id of the caller and of everybody in a therapist's care, computed once per statement. */
const visible = "any (array(select v.user_id from access.visible v))";

/** users.id of the patient an app was granted, and patients.id: null unless who granted it may see them still; once per statement. */
const granted = "(select access.granted_user() as granted_user)";
const grantedPatient = "(select access.granted_patient() as granted_patient)";

const person = ["heart_person"];
const app = ["heart_app"];
const therapist = ["heart_therapist"];
const everyone = ["heart_person", "heart_therapist"];

/** The server itself, admins and backend clients: every row. */
function system(table: string): Policy {
	return { name: `${table}_system`, roles: ["heart_system"], using: "true", check: "true" };
}

function both(table: string, role: "person" | "therapist" | "app", expression: string): Policy {
	return { name: `${table}_${role}`, roles: [`heart_${role}`], using: expression, check: expression };
}

/** Rows that belong to the user in `user_id`: the person's own, a therapist's patients', of an app those of the patient it was granted. */
export function owned(table: string): Policy[] {
	return [
		system(table),
		both(table, "person", `user_id = ${me}`),
		both(table, "therapist", `user_id = ${visible}`),
		both(table, "app", `user_id = ${granted}`),
	];
}

/** Rows that belong to whomever their parent row belongs to; the parent's own policies decide, as they apply inside too. */
export function via(table: string, parent: string, column: string): Policy[] {
	const expression = `exists (select 1 from ${parent} parent where parent.id = ${table}.${column})`;
	return [
		system(table),
		{ name: `${table}_parent`, roles: everyone, using: expression, check: expression },
		both(table, "app", expression),
	];
}

/** Shared definitions: everybody reads, therapists and the system write. */
export function library(table: string): Policy[] {
	return [
		system(table),
		{ name: `${table}_read`, command: "select", roles: person, using: "true" },
		{ name: `${table}_therapist`, roles: therapist, using: "true", check: "true" },
		{ name: `${table}_app`, command: "select", roles: app, using: "true" },
	];
}

/** Accounts: one's own; a patient also sees their therapists, a therapist their patients, whom neither changes. */
export const usersPolicies: Policy[] = [
	system("users"),
	both("users", "person", `id = ${me}`),
	{
		name: "users_therapist_of_person",
		command: "select",
		roles: person,
		using: `exists (select 1 from patients mine where mine.therapist_id = users.id and mine.user_id = ${me})`,
	},
	both("users", "therapist", `id = ${me}`),
	{ name: "users_person_of_therapist", command: "select", roles: therapist, using: `id = ${visible}` },
	// Of an app: who granted it, the patient it was granted, and their therapist.
	{
		name: "users_app",
		command: "select",
		roles: app,
		using: `id = ${me} or id = ${granted} or id = (select access.granted_therapist() as granted_therapist)`,
	},
];

/** Patient profiles: the patient's own, and those of the therapist's who looks. */
export const patientsPolicies: Policy[] = [
	system("patients"),
	both("patients", "person", `user_id = ${me}`),
	both("patients", "therapist", `therapist_id = ${me} or user_id = ${me}`),
	both("patients", "app", `id = ${grantedPatient}`),
];

/** Event templates: everybody reads the system's (no `user_id`); own ones as any owned row. */
export const eventTemplatesPolicies: Policy[] = [
	...owned("event_templates"),
	{ name: "event_templates_read", command: "select", roles: everyone, using: "user_id is null" },
	{ name: "event_templates_app_read", command: "select", roles: app, using: "user_id is null" },
];

/** Rows whose vendor keeps them for their owner (devices.hidden): nothing for therapists, nor for apps that therapists use. */
export function forOwnersEyes(table: string): Policy {
	return {
		name: `${table}_shown`,
		type: "restrictive",
		command: "select",
		roles: [...therapist, ...app],
		using: `user_id = ${me} or (select not (exists (select 1 from devices.hidden any_hidden))) or not (exists (select 1 from devices.hidden h where h.table_name = '${table}'::text and h.row_id = ${table}.id))`,
	};
}
