import type { ResourceScope } from "./scopes.ts";

/**
 * Who a request runs as. The database role decides whose rows exist (row-level security, migrations/README.md);
 * `actor` is the person the access log names.
 *
 * - `person`: a patient; sees the rows of `userId` only.
 * - `therapist`: sees the rows of the patients whose `therapist_id` is `userId`.
 * - `system`: admins, backend clients and the server's own work; sees all rows.
 * - `app`: an app that was granted one patient's data; sees of it what the person `userId` may see at this moment, and nothing else.
 */
export interface Caller {
	readonly role: "person" | "therapist" | "system" | "app";
	/** users.id the policies compare with; 0 for the server itself. */
	readonly userId: number;
	/** users.role of a signed-in person; null for the server itself. */
	readonly personRole: "patient" | "therapist" | "admin" | null;
	/** Who the access log names, e.g. `user:12` or `server`. */
	readonly actor: string;
	/** The app that acts, by a SMART token; undefined for people who signed in here and for the server itself. */
	readonly app?: AppAccess;
}

/** What a SMART token was granted. */
export interface AppAccess {
	readonly clientId: string;
	/** Which grant its tokens belong to; a client's own name where no person granted anything (`system/` scopes). */
	readonly grant: string;
	/** What may be done with which kind of resource. */
	readonly scopes: readonly ResourceScope[];
	/** patients.id of the patient in context; undefined where the grant has none. */
	readonly patientId: number | undefined;
	/** `Type/id` of the resource that stands for the person, where they agreed that the app knows it: it may be read. */
	readonly fhirUser: string | undefined;
}

/** The server acting for itself: migrations aside, sign-in, seeding and sweeping run as this caller. */
export const serverCaller: Caller = { role: "system", userId: 0, personRole: null, actor: "server" };

/** The caller a signed-in person is, from their users.id and users.role (a null role is a patient, its column's default). */
export function callerOf(user: { id: number; role: "patient" | "therapist" | "admin" | null }): Caller {
	const personRole = user.role ?? "patient";
	return {
		role: personRole === "admin" ? "system" : personRole === "therapist" ? "therapist" : "person",
		userId: user.id,
		personRole,
		actor: `user:${user.id}`,
	};
}

/**
 * The caller an app is. What was granted for a patient restricts the whole grant to them; grants of `user/` scopes alone reach what the
 * person reaches.
 *
 * @param user - who granted; undefined for a backend client, which acts as the system within its scopes
 */
export function callerOfApp(user: Parameters<typeof callerOf>[0] | undefined, app: AppAccess): Caller {
	const actor = `app:${app.clientId}`;
	// Not the server itself: personRole keeps from it what only the server may see.
	if (user === undefined)
		return { role: "system", userId: 0, personRole: "admin", actor, app: ofLevels(app, ["system"]) };
	const person = callerOf(user);
	const forPatient = app.scopes.some(({ level }) => level === "patient");
	const levels = app.patientId === undefined ? ["user"] : ["user", "patient"];
	return {
		...person,
		...(forPatient && app.patientId !== undefined ? { role: "app" as const } : {}),
		actor: `${person.actor} ${actor}`,
		app: ofLevels(app, levels),
	};
}

/** Without a patient in context `patient/` scopes allow nothing; `system/` is for clients without a person. */
function ofLevels(app: AppAccess, levels: readonly string[]): AppAccess {
	return { ...app, scopes: app.scopes.filter(({ level }) => levels.includes(level)) };
}
