import type { AccessLog } from "../../audit/access-log.ts";
import type { Accounts } from "../../auth/accounts.ts";
import type { HospitalSignIn } from "../../auth/hospital/hospital-sign-in.ts";
import type { Registrations } from "../../auth/registrations.ts";
import type { AuthorizationServer } from "../../auth/server/authorization-server.ts";
import type { Database } from "../../store/database.ts";

/** What the pages and routes of SMART are made of. */
export interface SmartServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly accounts: Accounts;
	readonly authorization: AuthorizationServer;
	/** Undefined where no identity provider is configured. */
	readonly hospital: HospitalSignIn | undefined;
	/** Undefined where apps may not register themselves. */
	readonly registrations: Registrations | undefined;
	/** Public address, without a trailing slash. */
	readonly baseUrl: string;
}
