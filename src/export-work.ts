/** Exports, the queue, sign-in and the access log put together for app.ts: features may not import one another. */
import type { AccessLog } from "./audit/access-log.ts";
import { callerStanding } from "./auth/standing.ts";
import { type ExportParts, type ExportSettings, usualSettings } from "./exports/parts.ts";
import { runExport as makeExport } from "./exports/run-export.ts";
import type { Task } from "./jobs/kind.ts";
import type { Queue } from "./jobs/queue.ts";
import { runExport, runExportTask } from "./jobs/tasks/run-export.ts";
import type { Database } from "./store/database.ts";

/** What exports are made of. */
export interface ExportWork {
	readonly database: Database;
	readonly queue: Queue;
	readonly accessLog: AccessLog;
	/** `[base]`, without a trailing slash. */
	readonly base: string;
	readonly settings: Partial<ExportSettings>;
}

/** What the routes and the task of exports need. */
export function exportParts({ database, queue, accessLog, base, settings }: ExportWork): ExportParts {
	return {
		...usualSettings,
		...settings,
		database,
		base,
		callerStanding: (standing) => callerStanding(database, standing, Date.now()),
		async addRun(tx, exportId) {
			await queue.add(runExport, [{ data: { exportId } }], tx);
		},
		note: (tx, entry) => accessLog.include(tx, { ...entry, outcome: "success" }),
	};
}

/** Makes the exports that were asked for. */
export function exportTask(parts: ExportParts): Task {
	return runExportTask((exportId, attempt) => makeExport(parts, exportId, attempt));
}
