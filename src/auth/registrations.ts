import { hash, randomBytes } from "node:crypto";
import { Failure, type Issue } from "../fhir/failure.ts";
import type { Database } from "../store/database.ts";
import type { Client, Clients, ClientValues } from "./clients.ts";
import { isKnownScope } from "./server/offered-scopes.ts";
import { checkFailures, countFailure } from "./sign-in-limit.ts";
import { tokenDigest } from "./tokens.ts";

/** What an app is told of its registration (RFC 7591, section 3.2.1; RFC 7592, section 3). */
export type ClientInformation = Readonly<Record<string, unknown>>;

/** Apps that register themselves (RFC 7591) and manage that (RFC 7592). */
export interface Registrations {
	/**
	 * Registers an app that people can grant access: public, or confidential with a secret or keys of its own.
	 *
	 * @param metadata - the request's JSON @param address - whose it is, for the limit
	 * @throws Failure invalid naming client metadata | too-many-requests
	 */
	register(metadata: unknown, address: string): Promise<ClientInformation>;
	/** @throws Failure unauthenticated */
	read(clientId: string, token: string): Promise<ClientInformation>;
	/** Its tokens end at once. @throws Failure unauthenticated */
	remove(clientId: string, token: string): Promise<void>;
}

/** @param endpoint - where apps register, without a trailing slash */
export function registrations(database: Database, clients: Clients, endpoint: string): Registrations {
	return {
		async register(metadata, address) {
			// As sign-ins that failed, but for themselves: ten within 15 minutes from one address.
			const counted = `client registration from ${hash("sha256", address)}`;
			await checkFailures(database, counted, address);
			const values = valuesOf(metadata);
			const token = randomBytes(32).toString("base64url");
			const client = await named(clients.register(values, tokenDigest(token)));
			await countFailure(database, counted, address);
			return information(client, token, endpoint);
		},
		read: async (clientId, token) =>
			information(await clients.registration(clientId, tokenDigest(token)), token, endpoint),
		async remove(clientId, token) {
			await clients.registration(clientId, tokenDigest(token));
			await clients.remove(clientId);
		},
	};
}

const methods: Readonly<Record<string, ClientValues["authMethod"]>> = {
	none: "none",
	client_secret_basic: "client_secret_basic",
	// The token endpoint takes a secret either way.
	client_secret_post: "client_secret_basic",
	private_key_jwt: "private_key_jwt",
};

/** Client metadata as values of a client; members that are not known are left out (RFC 7591, section 2). @throws Failure invalid */
function valuesOf(metadata: unknown): ClientValues {
	if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
		throw new Failure("invalid", "client metadata is a JSON object", { expression: "" });
	}
	const given = metadata as Readonly<Record<string, unknown>>;
	const issues: Issue[] = [];
	const wrong = (expression: string, diagnostics: string) =>
		void issues.push({ code: "invalid", expression, diagnostics });

	const redirectUris = strings(given.redirect_uris);
	if (redirectUris === undefined || redirectUris.length === 0 || redirectUris.length > 20) {
		wrong("redirect_uris", "redirect_uris is a list of 1 to 20 addresses");
	} else if (redirectUris.some((uri) => uri.length > 2000 || /[\0\s]/.test(uri))) {
		wrong("redirect_uris", "a redirect URI has at most 2000 characters and no spaces");
	}
	const method = given.token_endpoint_auth_method ?? "client_secret_basic";
	const authMethod = typeof method === "string" && Object.hasOwn(methods, method) ? methods[method] : undefined;
	if (authMethod === undefined) {
		wrong("token_endpoint_auth_method", `token_endpoint_auth_method is one of ${Object.keys(methods).join(", ")}`);
	}
	const grants = strings(given.grant_types ?? ["authorization_code"]);
	if (
		!grants?.includes("authorization_code") ||
		!grants.every((one) => one === "authorization_code" || one === "refresh_token")
	) {
		wrong(
			"grant_types",
			"grant_types are authorization_code and refresh_token; backend clients are registered by an administrator",
		);
	}
	const responses = strings(given.response_types ?? ["code"]);
	if (responses?.length !== 1 || responses[0] !== "code") wrong("response_types", "response_types is [code]");
	const name = given.client_name ?? hostOf(redirectUris?.[0]);
	if (typeof name !== "string" || name.trim() === "" || name.length > 200 || /\p{C}/u.test(name)) {
		wrong("client_name", "client_name has 1 to 200 characters");
	}
	const scopes = given.scope ?? null;
	for (const problem of scopeProblems(scopes)) wrong("scope", problem);
	if (given.jwks_uri != null) {
		wrong("jwks_uri", "send the keys themselves (jwks); an administrator can register an address for them");
	}
	if (given.jwks != null && (typeof given.jwks !== "object" || Array.isArray(given.jwks)))
		wrong("jwks", "jwks is a JSON object");
	if (issues.length > 0) throw new Failure("invalid", issues);
	return {
		name: String(name).trim(),
		authMethod: authMethod ?? "none",
		redirectUris: redirectUris ?? [],
		// Therapists are offered to open what an administrator has looked at.
		launchUrl: null,
		jwks: (given.jwks ?? null) as object | null,
		jwksUri: null,
		scopes: scopes as string | null,
	};
}

function strings(value: unknown): readonly string[] | undefined {
	return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
}

function hostOf(uri: string | undefined): string | undefined {
	const url = URL.parse(uri ?? "");
	return url === null ? undefined : url.host || url.protocol;
}

function scopeProblems(scopes: unknown): string[] {
	if (scopes === null) return [];
	if (typeof scopes !== "string" || !/^\S+( \S+)*$/.test(scopes) || scopes.length > 4000) {
		return ["scope is a list of scopes with single spaces between, at most 4000 characters"];
	}
	return scopes.split(" ").flatMap((scope) => {
		if (scope.startsWith("system/")) return ["system/ scopes are given by an administrator only"];
		return isKnownScope(scope) ? [] : [`"${scope.slice(0, 100)}" cannot be granted here`];
	});
}

/** What is wrong, by the names it came under. */
async function named(work: Promise<Client>): Promise<Client> {
	return work.catch((error: unknown) => {
		if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
		throw new Failure(
			"invalid",
			error.issues.map((issue) => ({
				...issue,
				expression: (issue.expression ?? "").replace("redirectUris", "redirect_uris"),
			})),
		);
	});
}

function information(client: Client, token: string, endpoint: string): ClientInformation {
	return {
		client_id: client.clientId,
		client_id_issued_at: Math.floor(Date.parse(client.createdAt) / 1000),
		// Kept as a hash: only the answer that made it shows it. It does not expire.
		...(client.clientSecret === undefined ? {} : { client_secret: client.clientSecret, client_secret_expires_at: 0 }),
		client_name: client.name,
		redirect_uris: client.redirectUris,
		token_endpoint_auth_method: client.authMethod,
		grant_types: client.grantTypes,
		response_types: ["code"],
		...(client.scopes === null ? {} : { scope: client.scopes }),
		...(client.jwks === null ? {} : { jwks: client.jwks }),
		registration_access_token: token,
		registration_client_uri: `${endpoint}/${client.clientId}`,
	};
}
