import { sql } from "kysely";
import { authChanged } from "../auth-channel.ts";
import type { Transaction } from "../database.ts";

/** How a client proves that it is itself. */
export type AuthMethod = "none" | "client_secret_basic" | "private_key_jwt";

/** An app as it is registered. */
export interface ClientRow {
	readonly id: string;
	readonly name: string;
	readonly auth_method: AuthMethod;
	/** SHA-256 of the secret. */
	readonly secret_hash: Buffer | null;
	/** JSON Web Key Set, as JSON text. */
	readonly jwks: string | null;
	readonly jwks_uri: string | null;
	readonly redirect_uris: readonly string[];
	readonly launch_url: string | null;
	readonly grant_types: readonly string[];
	/** Space separated; null: whatever the person agrees to. */
	readonly scopes: string | null;
	/** Whether it registered itself (RFC 7591), and the SHA-256 of the token it manages that with. */
	readonly registered_itself: boolean;
	readonly registration_hash: Buffer | null;
	readonly created_at: string;
	readonly updated_at: string;
}

/** What is written of a client. */
export type NewClient = Omit<ClientRow, "created_at" | "updated_at">;

const columns = sql<ClientRow>`id, name, auth_method, secret_hash, jwks::text as jwks, jwks_uri, redirect_uris, launch_url, grant_types,
	scopes, registered_itself, registration_hash, created_at, updated_at`;

/** All clients by id. */
export function listClients(tx: Transaction): Promise<ClientRow[]> {
	return tx.query(sql<ClientRow>`select ${columns} from auth.client order by id`);
}

export async function findClient(tx: Transaction, id: string): Promise<ClientRow | undefined> {
	const rows = await tx.query(sql<ClientRow>`select ${columns} from auth.client where id = ${id}`);
	return rows[0];
}

/** Adds a client. Undefined when the id is taken. */
export async function insertClient(tx: Transaction, client: NewClient): Promise<ClientRow | undefined> {
	const rows = await tx.query(sql<ClientRow>`
		insert into auth.client (id, name, auth_method, secret_hash, jwks, jwks_uri, redirect_uris, launch_url, grant_types, scopes,
			registered_itself, registration_hash)
		values (${client.id}, ${client.name}, ${client.auth_method}, ${client.secret_hash}, ${client.jwks}::json, ${client.jwks_uri},
			${sql.val(client.redirect_uris)}::text[], ${client.launch_url}, ${sql.val(client.grant_types)}::text[], ${client.scopes},
			${client.registered_itself}, ${client.registration_hash})
		on conflict (id) do nothing returning ${columns}`);
	return rows[0];
}

/** Changes a client, but not how it came to be registered. Undefined when there is none. */
export async function updateClient(
	tx: Transaction,
	client: Omit<NewClient, "registered_itself" | "registration_hash">,
): Promise<ClientRow | undefined> {
	tx.heard(authChanged);
	const rows = await tx.query(sql<ClientRow>`
		update auth.client set name = ${client.name}, auth_method = ${client.auth_method}, secret_hash = ${client.secret_hash},
			jwks = ${client.jwks}::json, jwks_uri = ${client.jwks_uri}, redirect_uris = ${sql.val(client.redirect_uris)}::text[],
			launch_url = ${client.launch_url}, grant_types = ${sql.val(client.grant_types)}::text[], scopes = ${client.scopes},
			updated_at = now()
		where id = ${client.id} returning ${columns}`);
	return rows[0];
}

/**
 * Removes some apps that registered themselves a month ago and that nobody has given access. The lock waits for who is giving it.
 *
 * @returns how many
 */
export async function deleteUnusedClients(tx: Transaction, most: number): Promise<number> {
	const rows = await tx.query(sql`
		delete from auth.client where id in (
			select c.id from auth.client c where c.registered_itself and c.created_at < now() - interval '30 days'
				and not exists (select from auth.app_grant g where g.client_id = c.id)
			limit ${most} for update skip locked)
		returning 1`);
	return rows.length;
}

/** Removes a client; its grants go, its tokens are no good from then on. @returns whether there was one */
export async function deleteClient(tx: Transaction, id: string): Promise<boolean> {
	tx.heard(authChanged);
	const rows = await tx.query(sql`delete from auth.client where id = ${id} returning 1`);
	return rows.length > 0;
}
