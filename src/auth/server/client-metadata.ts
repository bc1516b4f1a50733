import type { AllClientMetadata } from "oidc-provider";
import type { ClientRow } from "../../store/authorization/clients.ts";
import type { ClientKeys } from "./client-keys.ts";

/** Properties of a client that oidc-provider does not know. */
export const ownMetadata = ["allowed_scopes", "jwks_location"];

/** A client as oidc-provider reads it. The secret's place holds its SHA-256 in hex ({@link isSecretOf}). */
export async function clientMetadata(client: ClientRow, keys: ClientKeys): Promise<AllClientMetadata> {
	const hasCode = client.grant_types.includes("authorization_code");
	return {
		client_id: client.id,
		client_name: client.name,
		token_endpoint_auth_method: client.auth_method,
		grant_types: [...client.grant_types],
		response_types: hasCode ? ["code"] : [],
		redirect_uris: [...client.redirect_uris],
		application_type: client.redirect_uris.some(isPrivateScheme) ? "native" : "web",
		...(client.secret_hash === null ? {} : { client_secret: client.secret_hash.toString("hex") }),
		...(client.jwks === null ? {} : { jwks: JSON.parse(client.jwks) }),
		// Fetched here, since the library keeps what it fetches longer than its server allows.
		...(client.jwks_uri === null ? {} : { jwks: await keys.at(client.jwks_uri), jwks_location: client.jwks_uri }),
		...(client.scopes === null ? {} : { allowed_scopes: client.scopes }),
	};
}

function isPrivateScheme(uri: string): boolean {
	return !/^https?:/i.test(uri);
}
