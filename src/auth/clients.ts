import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import {
	type AuthMethod,
	type ClientRow,
	deleteClient,
	findClient,
	insertClient,
	listClients,
	type NewClient,
	updateClient,
} from "../store/authorization/clients.ts";
import type { Database } from "../store/database.ts";
import { checkedClient } from "./checked-client.ts";

/** An app as administrators register it. */
export interface ClientValues {
	readonly name: string;
	readonly authMethod: AuthMethod;
	readonly redirectUris: readonly string[];
	readonly launchUrl: string | null;
	/** Public keys (RFC 7517) of an app with `private_key_jwt`, or where they are. */
	readonly jwks: object | null;
	readonly jwksUri: string | null;
	/** Space separated; null: whatever the person agrees to. */
	readonly scopes: string | null;
}

/** An app as it is shown. */
export interface Client extends ClientValues {
	readonly clientId: string;
	readonly grantTypes: readonly string[];
	/** By dynamic registration: nobody here has looked at it. */
	readonly registeredItself: boolean;
	readonly createdAt: string;
	readonly updatedAt: string;
	/** Only in the answer that made it: it is kept as a hash. */
	readonly clientSecret?: string;
}

/** The apps that may ask for access. */
export interface Clients {
	list(): Promise<readonly Client[]>;
	/** @throws Failure not-found */
	get(clientId: string): Promise<Client>;
	/**
	 * @param secret - to be used in place of a random one
	 * @throws Failure invalid, naming the property; conflict - the id is taken
	 */
	add(clientId: string | undefined, values: ClientValues, secret?: string): Promise<Client>;
	/** An app that registers itself, and manages that with the token this is the SHA-256 of. @throws Failure invalid, naming the property */
	register(values: ClientValues, registration: Buffer): Promise<Client>;
	/** What registered itself by this token. @throws Failure unauthenticated - nothing did, or it is gone */
	registration(clientId: string, registration: Buffer): Promise<Client>;
	/** @param rotate - a new secret @throws Failure not-found | invalid */
	change(clientId: string, values: Partial<ClientValues>, rotate?: boolean): Promise<Client>;
	/** All tokens end at once. @throws Failure not-found */
	remove(clientId: string): Promise<void>;
}

/** Clients in the database. */
export function clients(database: Database): Clients {
	async function row(clientId: string): Promise<ClientRow> {
		const found = await database.read(serverCaller, (tx) => findClient(tx, clientId));
		if (found === undefined) throw new Failure("not-found", "There is no such client");
		return found;
	}
	async function insert(given: string | undefined, values: ClientValues, chosen?: string, registration?: Buffer) {
		const clientId = given ?? `client-${randomBytes(8).toString("hex")}`;
		if (!/^[A-Za-z0-9._~-]{1,100}$/.test(clientId)) {
			throw new Failure("invalid", "clientId has letters, digits and ._~- only", { expression: "clientId" });
		}
		const secret = values.authMethod === "client_secret_basic" ? (chosen ?? newSecret()) : undefined;
		const client = {
			...rowOf(clientId, checkedClient(values), secret === undefined ? null : secretHash(secret)),
			registered_itself: registration !== undefined,
			registration_hash: registration ?? null,
		};
		const made = await database.write(serverCaller, (tx) => insertClient(tx, client));
		if (made === undefined) throw new Failure("conflict", "This clientId is taken", { expression: "clientId" });
		return shown(made, secret);
	}
	return {
		list: async () => (await database.read(serverCaller, listClients)).map((one) => shown(one)),
		get: async (clientId) => shown(await row(clientId)),
		add: (clientId, values, secret) => insert(clientId, values, secret),
		register: (values, registration) => insert(undefined, values, undefined, registration),
		async registration(clientId, registration) {
			const found = await database.read(serverCaller, (tx) => findClient(tx, clientId));
			const kept = found?.registration_hash ?? Buffer.alloc(registration.length);
			if (!timingSafeEqual(kept, registration) || found === undefined) {
				throw new Failure("unauthenticated", "This is not the registration access token of this client");
			}
			return shown(found);
		},
		async change(clientId, values, rotate = false) {
			const before = await row(clientId);
			const wanted = checkedClient({ ...shown(before), ...values });
			const needsSecret = wanted.authMethod === "client_secret_basic";
			const secret = needsSecret && (rotate || before.secret_hash === null) ? newSecret() : undefined;
			const secretNow = secret === undefined ? (needsSecret ? before.secret_hash : null) : secretHash(secret);
			const made = await database.write(serverCaller, (tx) => updateClient(tx, rowOf(clientId, wanted, secretNow)));
			if (made === undefined) throw new Failure("not-found", "There is no such client");
			return shown(made, secret);
		},
		async remove(clientId) {
			const gone = await database.write(serverCaller, (tx) => deleteClient(tx, clientId));
			if (!gone) throw new Failure("not-found", "There is no such client");
		},
	};
}

/** 256 bits, without the characters that HTTP Basic clients forget to escape. */
function newSecret(): string {
	return randomBytes(32).toString("base64url");
}

function secretHash(secret: string): Buffer {
	return hash("sha256", secret, "buffer");
}

function rowOf(
	id: string,
	values: ClientValues & { readonly grantTypes: readonly string[] },
	secret: Buffer | null,
): Omit<NewClient, "registered_itself" | "registration_hash"> {
	return {
		id,
		name: values.name,
		auth_method: values.authMethod,
		secret_hash: secret,
		jwks: values.jwks === null ? null : JSON.stringify(values.jwks),
		jwks_uri: values.jwksUri,
		redirect_uris: values.redirectUris,
		launch_url: values.launchUrl,
		grant_types: values.grantTypes,
		scopes: values.scopes,
	};
}

function shown(row: ClientRow, secret?: string): Client {
	return {
		clientId: row.id,
		name: row.name,
		authMethod: row.auth_method,
		grantTypes: row.grant_types,
		registeredItself: row.registered_itself,
		redirectUris: row.redirect_uris,
		launchUrl: row.launch_url,
		jwks: row.jwks === null ? null : (JSON.parse(row.jwks) as object),
		jwksUri: row.jwks_uri,
		scopes: row.scopes,
		createdAt: row.created_at,
		updatedAt: row.updated_at,
		...(secret === undefined ? {} : { clientSecret: secret }),
	};
}
