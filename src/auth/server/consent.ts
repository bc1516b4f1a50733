import type Provider from "oidc-provider";
import { type Caller, callerOf, serverCaller } from "../../access/caller.ts";
import { isWithin, parseScope, parseScopes, type ResourceScope, withCondition } from "../../access/scopes.ts";
import { Failure } from "../../fhir/failure.ts";
import { findClient } from "../../store/authorization/clients.ts";
import { insertGrant, scopesGrantedBefore } from "../../store/authorization/grants.ts";
import {
	findPerson,
	type PatientChoice,
	type PersonRow,
	patientsToChoose,
	patientToChoose,
} from "../../store/authorization/people.ts";
import type { Database } from "../../store/database.ts";
import { type EncounterChoice, encountersOf } from "./encounters.ts";
import type { Launches } from "./launches.ts";
import { offeredScopes, plainScopes } from "./offered-scopes.ts";

/** A scope that a person can grant, and narrower ones that can be granted in its place. */
export interface OfferedScope {
	readonly text: string;
	/** Undefined for scopes that are not about data. */
	readonly data: ResourceScope | undefined;
	readonly parts: readonly { readonly text: string; readonly category: string }[];
}

/** Whose data is asked for. */
export type PatientAsked =
	/** Nobody's in particular. */
	| { readonly kind: "none" }
	| { readonly kind: "one"; readonly patient: PatientChoice; readonly encounter: EncounterChoice | undefined }
	/** The person has to say which visit, or none. */
	| {
			readonly kind: "choose-encounter";
			readonly patient: PatientChoice;
			readonly encounters: readonly EncounterChoice[];
	  }
	/** The person has to say; an empty list: there is nobody to choose. */
	| { readonly kind: "choose"; readonly patients: readonly PatientChoice[] };

/** What a person is asked to agree to. */
export interface ConsentQuestion {
	readonly person: PersonRow;
	readonly clientId: string;
	readonly clientName: string;
	/** Whether the app registered itself: nobody here has looked at it. */
	readonly registeredItself: boolean;
	readonly scopes: readonly OfferedScope[];
	readonly patient: PatientAsked;
	/** What they granted this app before; undefined: nothing. */
	readonly before: string | undefined;
}

/** What an interaction says of the authorization request. */
export interface AskedAccess {
	readonly userId: number;
	readonly clientId: string;
	readonly scope: string;
	readonly launch: string | undefined;
}

/** What a person has chosen so far; undefined: nothing yet. */
export interface Chosen {
	/** patients.id */
	readonly patient: number | undefined;
	/** Id of an Encounter, or {@link noEncounter}. */
	readonly encounter: string | undefined;
}

/** The choice of no visit in particular; no id looks like it. */
export const noEncounter = "*";

/** Asking people for their consent. */
export interface Consent {
	/**
	 * @throws Failure forbidden - the launch is not one of this person for this app, or no scope can be granted
	 */
	question(asked: AskedAccess, chosen: Chosen): Promise<ConsentQuestion>;
	/**
	 * Grants what the person agreed to. A launch is used up by it.
	 *
	 * @param agreed - scopes as they were offered, or parts of them
	 * @returns the id of the grant, its scopes, and users.id of the patient
	 * @throws Failure forbidden | invalid
	 */
	grant(
		provider: Provider,
		asked: AskedAccess,
		chosen: Chosen,
		agreed: readonly string[],
	): Promise<{ grantId: string; scopes: string; patientUserId: number | undefined }>;
}

/** Scopes that ask for a patient in context: a visit is somebody's. */
const contexts: readonly string[] = ["launch/patient", "launch/encounter"];

/** A visit that a launch from here names: whoever made it knows which. */
const unnamed = { what: "the one it was opened for", from: undefined };

/** Categories that can be granted in place of a whole type, with their code systems (US Core). */
const categories: Readonly<Record<string, readonly (readonly [system: string, code: string])[]>> = {
	Observation: [
		["http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs"],
		["http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"],
		["http://terminology.hl7.org/CodeSystem/observation-category", "social-history"],
		["http://terminology.hl7.org/CodeSystem/observation-category", "survey"],
		["http://hl7.org/fhir/us/core/CodeSystem/us-core-category", "sdoh"],
	],
	Condition: [
		["http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item"],
		["http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis"],
		["http://hl7.org/fhir/us/core/CodeSystem/condition-category", "health-concern"],
	],
};

/** @param fhirBase - without a trailing slash */
export function consent(database: Database, launches: Launches, fhirBase: string): Consent {
	async function patientAsked(
		asked: AskedAccess,
		person: PersonRow,
		scopes: readonly string[],
		chosen: Chosen,
	): Promise<PatientAsked> {
		const caller = callerOf(person);
		if (asked.launch !== undefined) {
			const launch = await launches.find(asked.launch);
			if (launch === undefined || launch.user_id !== person.id || launch.client_id !== asked.clientId) {
				throw new Failure(
					"forbidden",
					"This launch was made by somebody else, was used or has expired. Start the app again",
				);
			}
			const patient = await database.read(caller, (tx) => patientToChoose(tx, launch.patient_id));
			if (patient === undefined) throw new Failure("forbidden", "You do not look after this patient any more");
			const { encounter } = launch;
			return { kind: "one", patient, encounter: encounter === null ? undefined : { id: encounter, ...unnamed } };
		}
		if (!scopes.some((scope) => contexts.includes(scope) || scope.startsWith("patient/"))) return { kind: "none" };
		const patients = await patientsFor(caller, chosen.patient);
		const [only, another] = patients;
		if (only === undefined || another !== undefined) return { kind: "choose", patients };
		if (!scopes.includes("launch/encounter")) return { kind: "one", patient: only, encounter: undefined };
		return encounterAsked(caller, only, chosen.encounter);
	}

	async function patientsFor(caller: Caller, chosen: number | undefined): Promise<readonly PatientChoice[]> {
		if (chosen === undefined) return database.read(caller, patientsToChoose);
		const patient = await database.read(caller, (tx) => patientToChoose(tx, chosen));
		if (patient === undefined) throw new Failure("forbidden", "There is no such patient");
		return [patient];
	}

	/** Which visit a standalone launch is about: the only one, the one chosen, or none; without any the launch goes on all the same. */
	async function encounterAsked(
		caller: Caller,
		patient: PatientChoice,
		chosen: string | undefined,
	): Promise<PatientAsked> {
		if (chosen === noEncounter) return { kind: "one", patient, encounter: undefined };
		const encounters = await encountersOf(database, caller, patient);
		if (chosen === undefined && encounters.length > 1) return { kind: "choose-encounter", patient, encounters };
		const encounter = chosen === undefined ? encounters[0] : encounters.find(({ id }) => id === chosen);
		if (chosen !== undefined && encounter === undefined) throw new Failure("forbidden", "There is no such visit");
		return { kind: "one", patient, encounter };
	}

	async function question(asked: AskedAccess, chosen: Chosen): Promise<ConsentQuestion> {
		const { userId, clientId } = asked;
		const { person, client, before } = await database.read(serverCaller, async (tx) => ({
			person: await findPerson(tx, userId),
			client: await findClient(tx, clientId),
			before: await scopesGrantedBefore(tx, userId, clientId),
		}));
		if (person === undefined || client === undefined) throw new Failure("forbidden", "This app is not known any more");
		const texts = offeredScopes(asked.scope, client.scopes ?? undefined, ["patient", "user"]).filter(
			// Without a launch from here there is none.
			(text) => asked.launch !== undefined || text !== "launch",
		);
		if (texts.length === 0) throw new Failure("forbidden", "This app asks for nothing that can be granted to it");
		const patient = await patientAsked(asked, person, texts, chosen);
		const { name: clientName, registered_itself: registeredItself } = client;
		// What nobody can know is not granted.
		const lacksEncounter = asked.launch === undefined && patient.kind === "one" && patient.encounter === undefined;
		const scopes = texts.filter((text) => !(lacksEncounter && text === "launch/encounter")).map(offered);
		return { person, clientId, clientName, registeredItself, scopes, patient, before };
	}

	return {
		question,
		async grant(provider, asked, chosen, agreed) {
			const { scopes: scopesOffered, patient } = await question(asked, chosen);
			if (patient.kind === "choose") throw new Failure("invalid", "Choose a patient first");
			if (patient.kind === "choose-encounter") throw new Failure("invalid", "Choose a visit first");
			const granted = agreedOf(scopesOffered, agreed);
			if (granted.length === 0) throw new Failure("invalid", "Nothing was agreed to");
			if (
				asked.launch !== undefined &&
				(await launches.take(asked.launch, asked.userId, asked.clientId)) === undefined
			) {
				throw new Failure("forbidden", "This launch was used or has expired. Start the app again");
			}
			const scopes = granted.join(" ");
			const grant = new provider.Grant({ accountId: String(asked.userId), clientId: asked.clientId });
			grant.addOIDCScope(granted.filter((scope) => (plainScopes as readonly string[]).includes(scope)).join(" "));
			grant.addResourceScope(fhirBase, scopes);
			const grantId = await grant.save();
			const context = patient.kind === "one" ? patient : undefined;
			await database.write(serverCaller, (tx) =>
				insertGrant(tx, {
					id: grantId,
					clientId: asked.clientId,
					userId: asked.userId,
					patientId: context?.patient.id,
					encounter: context?.encounter?.id,
					scopes,
				}),
			);
			return { grantId, scopes, patientUserId: context?.patient.user_id ?? undefined };
		},
	};
}

function offered(text: string): OfferedScope {
	const data = parseScope(text);
	const parts =
		data === undefined || data.conditions.length > 0
			? []
			: (categories[data.type] ?? []).map(([system, code]) => ({
					text: withCondition(data, "category", `${system}|${code}`).text,
					category: code,
				}));
	return { text, data, parts };
}

/** What was agreed to, in the order offered: scopes as they were, or such that lie within one that was. @throws Failure invalid */
function agreedOf(scopesOffered: readonly OfferedScope[], agreed: readonly string[]): string[] {
	const whole = scopesOffered.filter(({ text }) => agreed.includes(text));
	const wholes = parseScopes(whole.map(({ text }) => text).join(" "));
	const texts = whole.map(({ text }) => text);
	for (const text of new Set(agreed)) {
		if (texts.includes(text)) continue;
		const scope = parseScope(text);
		if (scope === undefined || !scopesOffered.some(({ data }) => data !== undefined && isWithin(scope, data))) {
			throw new Failure("invalid", "Something was agreed to that was not asked for");
		}
		if (!wholes.some((one) => isWithin(scope, one))) texts.push(text);
	}
	return texts;
}
