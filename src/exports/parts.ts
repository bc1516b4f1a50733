import type { Caller } from "../access/caller.ts";
import type { Database, Transaction } from "../store/database.ts";
import type { Standing } from "../store/exports/exports.ts";
import type { FileSizes } from "./ndjson-files.ts";

/** What somebody asked for, or was prepared for them, for the access log. */
export interface ExportNote {
	readonly caller: Caller;
	readonly action: "export" | "export prepared";
	/** `Group/1`, `Patient` or `system`; a type of resource. */
	readonly target: string;
	readonly returned: readonly string[];
	/** users.id. */
	readonly patients: readonly number[];
}

/** What exports are made with. */
export interface ExportParts extends ExportSettings {
	readonly database: Database;
	/** `[base]`, without a trailing slash. */
	readonly base: string;
	/** Who asked, if they still may. */
	callerStanding(standing: Standing): Promise<Caller | undefined>;
	/** Adds the job that makes an export. */
	addRun(tx: Transaction, exportId: string): Promise<void>;
	/** Makes an entry of the access log part of a transaction. */
	note(tx: Transaction, entry: ExportNote): void;
}

/** What tests choose otherwise. */
export interface ExportSettings {
	readonly sizes: FileSizes;
	/** How long a finished export is kept, and an unfinished one tried. */
	readonly keepSeconds: number;
	/** Exports of one person or app under way, and kept, at most. */
	readonly mostUnderway: number;
	readonly mostKept: number;
}

/** As operators get them. */
export const usualSettings: ExportSettings = {
	sizes: { piece: 512 * 1024, file: 100 * 1024 * 1024 },
	keepSeconds: 24 * 3600,
	mostUnderway: 4,
	mostKept: 50,
};
