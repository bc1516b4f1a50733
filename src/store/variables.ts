import type { Caller } from "../access/caller.ts";

/** Sets what the policies of the caller's role look at (migrations/README.md). */
export function variablesOf({ role, userId, app }: Caller, set: "set" | "set local"): string {
	const user = `${set} app.user_id = '${Math.trunc(userId)}'`;
	return role === "app" ? `${user}; ${set} app.patient_id = '${Math.trunc(app?.patientId ?? 0)}'` : user;
}

const statements = new WeakMap<Caller, string>();

/** Makes a session act as a caller from now on. The same for callers to whom the policies show the same. */
export function actingAs(caller: Caller): string {
	const known = statements.get(caller);
	if (known !== undefined) return known;
	const made = `set role heart_${caller.role}; ${variablesOf(caller, "set")}`;
	statements.set(caller, made);
	return made;
}
