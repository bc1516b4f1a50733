import type Provider from "oidc-provider";
import type { AccessToken, ClientCredentials, RefreshToken } from "oidc-provider";
import type { Caller } from "../../access/caller.ts";

/** What a token is (RFC 7662), to somebody who asks with a bearer token of their own; `{active: false}` where it is none or not theirs to know. */
export async function introspect(provider: Provider, caller: Caller, value: string): Promise<object> {
	const token =
		(await provider.AccessToken.find(value)) ??
		(await provider.ClientCredentials.find(value)) ??
		(await provider.RefreshToken.find(value));
	if (token === undefined || !token.isValid || !mayKnow(caller, token)) return { active: false };
	if (token.kind === "RefreshToken" && token.consumed !== undefined) return { active: false };
	const { accountId, grantId } = token as AccessToken;
	if (grantId !== undefined && (await provider.Grant.find(grantId)) === undefined) return { active: false };
	return {
		...("extra" in token ? token.extra : {}),
		active: true,
		...(accountId === undefined ? {} : { sub: accountId }),
		client_id: token.clientId,
		exp: token.exp,
		iat: token.iat,
		iss: provider.issuer,
		...("aud" in token && token.aud !== undefined ? { aud: token.aud } : {}),
		scope: token.scope,
		token_type: "Bearer",
	};
}

/** An app its own tokens; backend clients and administrators all. */
function mayKnow({ app, role }: Caller, token: AccessToken | ClientCredentials | RefreshToken): boolean {
	return role === "system" || app?.clientId === token.clientId;
}
