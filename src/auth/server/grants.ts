import type { Caller } from "../../access/caller.ts";
import { callerOfApp, serverCaller } from "../../access/caller.ts";
import { parseScopes } from "../../access/scopes.ts";
import { type AppTokenRow, findGrant } from "../../store/authorization/grants.ts";
import type { Database } from "../../store/database.ts";
import { fhirUserOf } from "./person.ts";

/** What a grant's tokens say of the launch, as members of token responses and of introspection (SMART App Launch 2.2, “Launch context”). */
export interface LaunchContext {
	readonly patient?: string;
	readonly encounter?: string;
	readonly need_patient_banner?: boolean;
	readonly smart_style_url?: string;
	readonly [member: string]: string | boolean | undefined;
}

/** The launch context of a grant. @param styleUrl - where apps find the colours of this server's pages */
export async function launchContext(database: Database, grantId: string, styleUrl: string): Promise<LaunchContext> {
	const grant = await database.read(serverCaller, (tx) => findGrant(tx, grantId));
	if (grant === undefined || grant.patient_fhir_id === null)
		return { smart_style_url: styleUrl, need_patient_banner: true };
	return {
		patient: grant.patient_fhir_id,
		...(grant.encounter === null ? {} : { encounter: grant.encounter }),
		// Nothing of ours is around the app to show who the patient is.
		need_patient_banner: true,
		smart_style_url: styleUrl,
	};
}

/** Who acts by a SMART token. */
export function callerOfToken(token: AppTokenRow): Caller {
	const scopes = token.scope ?? "";
	const app = {
		clientId: token.client_id,
		grant: token.grant_id ?? token.client_id,
		scopes: parseScopes(scopes),
		patientId: token.patient_id ?? undefined,
	};
	if (token.user_id === null) return callerOfApp(undefined, { ...app, fhirUser: undefined });
	const user = { id: token.user_id, role: token.role };
	const self = scopes.split(" ").includes("fhirUser") ? fhirUserOf({ ...user, fhir_id: token.fhir_id }) : undefined;
	return callerOfApp(user, { ...app, fhirUser: self });
}
