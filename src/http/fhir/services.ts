import type { AccessLog } from "../../audit/access-log.ts";
import type { ExportParts } from "../../exports/parts.ts";
import type { Database } from "../../store/database.ts";
import type { Standing } from "../../store/exports/exports.ts";

/** What the FHIR routes are made of. */
export interface FhirServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	/** `[base]`: the public address of the FHIR side, without a trailing slash. */
	readonly base: string;
	/** What /metadata says of this program. */
	readonly software: { readonly name: string; readonly version: string };
	/** What bulk exports are made with. */
	readonly exports: ExportParts;
	/** Who asks by a token, kept for work that is done later. */
	standingOf(token: string): Promise<Standing>;
}
