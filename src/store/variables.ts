import type { Caller } from "../access/caller.ts";

/** Sets what the policies of the caller's role look at (migrations/README.md). */
export function variablesOf({ role, userId, app }: Caller, set: "set" | "set local"): string {
	const user = `${set} app.user_id = '${Math.trunc(userId)}'`;
	return role === "app" ? `${user}; ${set} app.patient_id = '${Math.trunc(app?.patientId ?? 0)}'` : user;
}
