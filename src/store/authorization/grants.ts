import { sql } from "kysely";
import { authChanged } from "../auth-channel.ts";
import type { Transaction } from "../database.ts";

/** What a person granted an app. */
export interface GrantRow {
	readonly id: string;
	readonly client_id: string;
	readonly client_name: string;
	readonly user_id: number;
	/** patients.id; null without a patient in context. */
	readonly patient_id: number | null;
	/** Id of the patient's Patient, and their name. */
	readonly patient_fhir_id: string | null;
	readonly patient_name: string | null;
	/** Id of an Encounter. */
	readonly encounter: string | null;
	readonly scopes: string;
	readonly granted_at: string;
}

/** What is written of a grant. */
export interface NewGrant {
	readonly id: string;
	readonly clientId: string;
	readonly userId: number;
	readonly patientId: number | undefined;
	readonly encounter: string | undefined;
	readonly scopes: string;
}

const columns = sql<GrantRow>`g.id, g.client_id, c.name as client_name, g.user_id, g.patient_id, f.fhir_id as patient_fhir_id,
	p.name as patient_name, g.encounter, g.scopes, g.granted_at`;
const tables = sql`auth.app_grant g join auth.client c on c.id = g.client_id
	left join public.patients p on p.id = g.patient_id left join fhir.person f on f.patient_id = g.patient_id`;

export async function insertGrant(tx: Transaction, grant: NewGrant): Promise<void> {
	await tx.query(sql`
		insert into auth.app_grant (id, client_id, user_id, patient_id, encounter, scopes)
		values (${grant.id}, ${grant.clientId}, ${grant.userId}, ${grant.patientId ?? null}, ${grant.encounter ?? null}, ${grant.scopes})`);
}

export async function findGrant(tx: Transaction, id: string): Promise<GrantRow | undefined> {
	const rows = await tx.query(sql<GrantRow>`select ${columns} from ${tables} where g.id = ${id}`);
	return rows[0];
}

/** What a person granted and what still has a token or a code, newest first. */
export function grantsOf(tx: Transaction, userId: number): Promise<GrantRow[]> {
	return tx.query(sql<GrantRow>`
		select ${columns} from ${tables}
		where g.user_id = ${userId} and exists (
			select from auth.record r where r.grant_id = g.id and r.expires_at > now()
				and r.model in ('AccessToken', 'RefreshToken', 'AuthorizationCode') and r.consumed_at is null)
		order by g.granted_at desc`);
}

/** What a person granted an app before, newest first. */
export async function scopesGrantedBefore(
	tx: Transaction,
	userId: number,
	clientId: string,
): Promise<string | undefined> {
	const rows = await tx.query(sql<{ scopes: string }>`
		select scopes from auth.app_grant where user_id = ${userId} and client_id = ${clientId} order by granted_at desc limit 1`);
	return rows[0]?.scopes;
}

/** Ends a grant with all that was issued for it. @returns whose it was; undefined where there was none */
export async function deleteGrant(
	tx: Transaction,
	id: string,
): Promise<{ user_id: number; client_id: string } | undefined> {
	tx.heard(authChanged);
	await tx.query(sql`delete from auth.record where grant_id = ${id}`);
	const rows = await tx.query(sql<{ user_id: number; client_id: string }>`
		delete from auth.app_grant where id = ${id} returning user_id, client_id`);
	return rows[0];
}

/** Who a SMART token stands for. */
export interface AppTokenRow {
	readonly client_id: string;
	readonly scope: string | null;
	/** Of a token that nobody granted (client_credentials) all that follows is null. */
	readonly grant_id: string | null;
	readonly user_id: number | null;
	readonly role: "patient" | "therapist" | "admin" | null;
	readonly patient_id: number | null;
	/** Id of the Patient that stands for the person. */
	readonly fhir_id: string | null;
}

/** Who an access token stands for; undefined when there is none, no longer, or its grant, its client or its session are gone. */
export async function appByToken(tx: Transaction, hash: Buffer): Promise<AppTokenRow | undefined> {
	const rows = await tx.query(sql<AppTokenRow>`
		select c.id as client_id, t.payload ->> 'scope' as scope, g.id as grant_id, u.id as user_id, u.role, g.patient_id, f.fhir_id
		from auth.record t
		join auth.client c on c.id = t.payload ->> 'clientId'
		left join auth.app_grant g on g.id = t.grant_id and g.client_id = c.id
		left join public.users u on u.id = g.user_id
		left join fhir.person f on f.user_id = u.id and f.subject
		where t.id = ${hash} and t.model in ('AccessToken', 'ClientCredentials') and t.expires_at > now()
			and (t.model = 'ClientCredentials' or u.id is not null)
			and (t.payload ->> 'expiresWithSession' is distinct from 'true' or exists (
				select from auth.record s where s.uid = t.payload ->> 'sessionUid' and s.model = 'Session' and s.expires_at > now()))`);
	return rows[0];
}
