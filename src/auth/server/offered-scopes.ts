import { narrow, parseScope, parseScopes } from "../../access/scopes.ts";

/** Scopes that are not about data (SMART App Launch 2.2, OpenID Connect Core). */
export const plainScopes = [
	"openid",
	"fhirUser",
	"profile",
	"launch",
	"launch/patient",
	"launch/encounter",
	"offline_access",
	"online_access",
] as const;

/** Whether a scope is one this server can grant at all. */
export function isKnownScope(scope: string): boolean {
	return (plainScopes as readonly string[]).includes(scope) || parseScope(scope) !== undefined;
}

/**
 * What of the scopes a client asks for can be granted to it, in its order: known ones of the right level, narrowed to what it was
 * registered for.
 *
 * @param allowed - what it was registered for; undefined: anything
 * @param levels - levels of the scopes for data that the way it asks allows
 */
export function offeredScopes(
	asked: string,
	allowed: string | undefined,
	levels: readonly ("patient" | "user" | "system")[],
): readonly string[] {
	const offered = asked.split(" ").flatMap((text) => {
		if ((plainScopes as readonly string[]).includes(text)) {
			// Only data is limited; who somebody is was never part of it.
			return levels.includes("system") ? [] : [text];
		}
		const scope = parseScope(text);
		if (scope === undefined || !levels.includes(scope.level)) return [];
		return allowed === undefined ? [text] : narrow(scope, parseScopes(allowed)).map((one) => one.text);
	});
	return [...new Set(offered)];
}
