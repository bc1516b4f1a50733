import { randomBytes } from "node:crypto";
import { type Caller, serverCaller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import { findClient } from "../../store/authorization/clients.ts";
import { findLaunch, insertLaunch, type LaunchRow, takeLaunch } from "../../store/authorization/launches.ts";
import { patientToChoose } from "../../store/authorization/people.ts";
import type { Database } from "../../store/database.ts";
import { readResource } from "../../store/resources.ts";
import { digest } from "./adapter.ts";

/** How long a launch can be used, in minutes. */
const launchMinutes = 5;

/** What a launch is asked for. */
export interface LaunchRequest {
	readonly clientId: string;
	/** patients.id */
	readonly patient: number;
	/** Id of an Encounter. */
	readonly encounter?: string;
}

/** A launch, and the address that starts the app with it. */
export interface Launch {
	readonly launch: string;
	readonly url: string;
	readonly expiresAt: string;
	/** users.id of the patient; null where they have no account. */
	readonly patientUserId: number | null;
}

/** Launches of apps from here (SMART App Launch 2.2, “Launch App: EHR Launch”). */
export interface Launches {
	/** @throws Failure not-found - no such app that can be launched; invalid - no such patient for this caller, naming the property */
	create(caller: Caller, request: LaunchRequest): Promise<Launch>;
	/** What a launch is for, if it can be used still. */
	find(launch: string): Promise<LaunchRow | undefined>;
	/** Uses a launch up: undefined when it was used, has expired, or is another person's or app's. */
	take(launch: string, userId: number, clientId: string): Promise<LaunchRow | undefined>;
}

/** @param fhirBase - the `iss` apps are given: no trailing slash */
export function launches(database: Database, fhirBase: string): Launches {
	return {
		async create(caller, { clientId, patient, encounter }) {
			const client = await database.read(serverCaller, (tx) => findClient(tx, clientId));
			if (client === undefined || client.launch_url === null) {
				throw new Failure("invalid", "clientId names no app that can be launched", { expression: "clientId" });
			}
			const chosen = await database.read(caller, (tx) => patientToChoose(tx, patient));
			if (chosen === undefined) throw new Failure("not-found", "There is no such patient", { expression: "patient" });
			if (encounter !== undefined) await checkEncounter(database, caller, encounter, chosen.user_id);
			const launch = randomBytes(32).toString("base64url");
			const made = {
				hash: digest(launch),
				clientId,
				userId: caller.userId,
				patientId: patient,
				encounter,
				minutes: launchMinutes,
			};
			const expiresAt = await database.write(serverCaller, (tx) => insertLaunch(tx, made));
			const url = new URL(client.launch_url);
			url.searchParams.set("iss", fhirBase);
			url.searchParams.set("launch", launch);
			return { launch, url: url.href, expiresAt, patientUserId: chosen.user_id };
		},
		find: (launch) => database.read(serverCaller, (tx) => findLaunch(tx, digest(launch))),
		take: (launch, userId, clientId) =>
			database.write(serverCaller, (tx) => takeLaunch(tx, digest(launch), userId, clientId)),
	};
}

/** @throws Failure invalid - not an Encounter of this patient that the caller may see */
async function checkEncounter(
	database: Database,
	caller: Caller,
	id: string,
	patientUserId: number | null,
): Promise<void> {
	const none = new Failure("invalid", "encounter names no Encounter of this patient", { expression: "encounter" });
	try {
		const { owner } = await database.read(caller, (tx) => readResource(tx, "Encounter", id));
		if (owner === null || owner !== patientUserId) throw none;
	} catch (error) {
		if (error instanceof Failure && (error.kind === "not-found" || error.kind === "gone")) throw none;
		throw error;
	}
}
