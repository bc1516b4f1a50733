/**
 * Who a request runs as. The database role decides whose rows exist (row-level security, migrations/README.md);
 * `actor` is the person the access log names.
 *
 * - `person`: a patient; sees the rows of `userId` only.
 * - `therapist`: sees the rows of the patients whose `therapist_id` is `userId`.
 * - `system`: admins, backend clients and the server's own work; sees all rows.
 */
export interface Caller {
	readonly role: "person" | "therapist" | "system";
	/** users.id the policies compare with; 0 for the server itself. */
	readonly userId: number;
	/** users.role of a signed-in person; null for the server itself. */
	readonly personRole: "patient" | "therapist" | "admin" | null;
	/** Who the access log names, e.g. `user:12` or `server`. */
	readonly actor: string;
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
