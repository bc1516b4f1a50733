import { type Task, task } from "../kind.ts";

/** Every five minutes: ends alerts whose recovery nobody noticed. */
export function endRecoveredAlerts(end: (now: number, signal: AbortSignal) => Promise<void>): Task {
	return task({ name: "end-recovered-alerts", schedule: "*/5 * * * *", policy: "exclusive" }, (_, { signal }) =>
		end(Date.now(), signal),
	);
}

/** Every hour: raises alerts for what is absent. */
export function raiseAlertsForAbsence(raise: (now: number, signal: AbortSignal) => Promise<void>): Task {
	return task({ name: "raise-alerts-for-absence", schedule: "7 * * * *", policy: "exclusive" }, (_, { signal }) =>
		raise(Date.now(), signal),
	);
}
