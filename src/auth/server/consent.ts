import type Provider from "oidc-provider";
import { callerOf, serverCaller } from "../../access/caller.ts";
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
	| { readonly kind: "one"; readonly patient: PatientChoice; readonly encounter: string | undefined }
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

/** Asking people for their consent. */
export interface Consent {
	/**
	 * @param chosen - patients.id the person has chosen; undefined: not yet
	 * @throws Failure forbidden - the launch is not one of this person for this app, or no scope can be granted
	 */
	question(asked: AskedAccess, chosen: number | undefined): Promise<ConsentQuestion>;
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
		chosen: number | undefined,
		agreed: readonly string[],
	): Promise<{ grantId: string; scopes: string; patientUserId: number | undefined }>;
}

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
		chosen: number | undefined,
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
			return { kind: "one", patient, encounter: launch.encounter ?? undefined };
		}
		if (!scopes.some((scope) => scope === "launch/patient" || scope.startsWith("patient/"))) return { kind: "none" };
		if (chosen !== undefined) {
			const patient = await database.read(caller, (tx) => patientToChoose(tx, chosen));
			if (patient === undefined) throw new Failure("forbidden", "There is no such patient");
			return { kind: "one", patient, encounter: undefined };
		}
		const patients = await database.read(caller, patientsToChoose);
		const [only, another] = patients;
		return only !== undefined && another === undefined
			? { kind: "one", patient: only, encounter: undefined }
			: { kind: "choose", patients };
	}

	async function question(asked: AskedAccess, chosen: number | undefined): Promise<ConsentQuestion> {
		const { userId, clientId } = asked;
		const { person, client, before } = await database.read(serverCaller, async (tx) => ({
			person: await findPerson(tx, userId),
			client: await findClient(tx, clientId),
			before: await scopesGrantedBefore(tx, userId, clientId),
		}));
		if (person === undefined || client === undefined) throw new Failure("forbidden", "This app is not known any more");
		const texts = offeredScopes(asked.scope, client.scopes ?? undefined, ["patient", "user"]).filter(
			// Only a launch from here says for which patient or visit it is.
			(text) => asked.launch !== undefined || (text !== "launch" && text !== "launch/encounter"),
		);
		if (texts.length === 0) throw new Failure("forbidden", "This app asks for nothing that can be granted to it");
		const patient = await patientAsked(asked, person, texts, chosen);
		const { name: clientName, registered_itself: registeredItself } = client;
		return { person, clientId, clientName, registeredItself, scopes: texts.map(offered), patient, before };
	}

	return {
		question,
		async grant(provider, asked, chosen, agreed) {
			const { scopes: scopesOffered, patient } = await question(asked, chosen);
			if (patient.kind === "choose") throw new Failure("invalid", "Choose a patient first");
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
					encounter: context?.encounter,
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
