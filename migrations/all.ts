import type { Migration } from "@mikro-orm/migrations";
import { DocumentedTables } from "./0001-documented-tables.ts";
import { Access } from "./0002-access.ts";
import { Fhir } from "./0003-fhir.ts";
import { FhirTriggers } from "./0004-fhir-triggers.ts";
import { SignInAndAccessLog } from "./0005-sign-in-and-access-log.ts";
import { Answers } from "./0006-answers.ts";
import { Calendar } from "./0008-calendar.ts";
import { Jobs } from "./0009-jobs.ts";
import { Overview } from "./0010-overview.ts";
import { Smart } from "./0011-smart.ts";
import { Devices } from "./0012-devices.ts";
import { CheaperPolicies } from "./0013-cheaper-policies.ts";
import { Alerting } from "./0014-alerting.ts";
import { NewPasswordEndsAccess } from "./0015-new-password-ends-access.ts";
import { Scoring } from "./0016-scoring.ts";
import { Rights } from "./0020-rights.ts";
import { HospitalSignIn } from "./0021-hospital-sign-in.ts";
import { Exports } from "./0022-exports.ts";
import { DeviceRecords } from "./0023-device-records.ts";
import { QuietPulls } from "./0024-quiet-pulls.ts";
import { Residue } from "./0025-residue.ts";
import { FoundBeside } from "./0026-found-beside.ts";
import { LinkedWorkouts } from "./0028-linked-workouts.ts";
import { FairTurns } from "./0029-fair-turns.ts";
import { CheaperAccessLog } from "./0030-cheaper-access-log.ts";

/** Every migration in order; a name, once landed, never changes, as the database remembers it. */
export const migrations: {
	name: string;
	class: new (...given: ConstructorParameters<typeof Migration>) => Migration;
}[] = [
	{ name: "0001-documented-tables", class: DocumentedTables },
	{ name: "0002-access", class: Access },
	{ name: "0003-fhir", class: Fhir },
	{ name: "0004-fhir-triggers", class: FhirTriggers },
	{ name: "0005-sign-in-and-access-log", class: SignInAndAccessLog },
	{ name: "0006-answers", class: Answers },
	{ name: "0008-calendar", class: Calendar },
	{ name: "0009-jobs", class: Jobs },
	{ name: "0010-overview", class: Overview },
	{ name: "0011-smart", class: Smart },
	{ name: "0012-devices", class: Devices },
	{ name: "0013-cheaper-policies", class: CheaperPolicies },
	{ name: "0014-alerting", class: Alerting },
	{ name: "0015-new-password-ends-access", class: NewPasswordEndsAccess },
	{ name: "0016-scoring", class: Scoring },
	{ name: "0020-rights", class: Rights },
	{ name: "0021-hospital-sign-in", class: HospitalSignIn },
	{ name: "0022-exports", class: Exports },
	{ name: "0023-device-records", class: DeviceRecords },
	{ name: "0024-quiet-pulls", class: QuietPulls },
	{ name: "0025-residue", class: Residue },
	{ name: "0026-found-beside", class: FoundBeside },
	{ name: "0028-linked-workouts", class: LinkedWorkouts },
	{ name: "0029-fair-turns", class: FairTurns },
	{ name: "0030-cheaper-access-log", class: CheaperAccessLog },
];
