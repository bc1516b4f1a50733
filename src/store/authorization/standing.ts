import { sql } from "kysely";
import type { Transaction } from "../database.ts";
import type { AppTokenRow } from "./grants.ts";

/** What is remembered of a token for work that is done later. */
export interface TokenRow {
	readonly expires_at: string;
	readonly scope: string | null;
	readonly client_id: string | null;
	readonly grant_id: string | null;
	/** Null for a client without a person. */
	readonly user_id: number | null;
}

/** A token of either kind that is good now. */
export async function tokenByHash(tx: Transaction, hash: Buffer): Promise<TokenRow | undefined> {
	const rows = await tx.query(sql<TokenRow>`
		select t.expires_at, null as scope, null as client_id, null as grant_id, t.user_id from auth.token t
		where t.hash = ${hash} and t.expires_at > now()
		union all
		select r.expires_at, coalesce(r.payload ->> 'scope', ''), r.payload ->> 'clientId', r.grant_id, g.user_id
		from auth.record r left join auth.app_grant g on g.id = r.grant_id
		where r.id = ${hash} and r.model in ('AccessToken', 'ClientCredentials') and r.expires_at > now()
		limit 1`);
	return rows[0];
}

/** Who an app stands for whose token has ended by itself meanwhile; undefined where the app, the grant or the person are gone. */
export async function appByGrant(
	tx: Transaction,
	clientId: string,
	grantId: string | null,
	scope: string,
): Promise<AppTokenRow | undefined> {
	const rows = await tx.query(sql<AppTokenRow>`
		select c.id as client_id, ${scope}::text as scope, g.id as grant_id, u.id as user_id, u.role, g.patient_id, f.fhir_id
		from auth.client c
		left join auth.app_grant g on g.id = ${grantId}::text and g.client_id = c.id
		left join public.users u on u.id = g.user_id
		left join fhir.person f on f.user_id = u.id and f.subject
		where c.id = ${clientId} and (${grantId}::text is null or u.id is not null)`);
	return rows[0];
}

/** An account that can still sign in. */
export async function accountById(
	tx: Transaction,
	id: number,
): Promise<{ readonly id: number; readonly role: "patient" | "therapist" | "admin" | null } | undefined> {
	const rows = await tx.query(sql<{ id: number; role: "patient" | "therapist" | "admin" | null }>`
		select u.id, u.role from public.users u where u.id = ${id}::int and u.password is not null`);
	return rows[0];
}
