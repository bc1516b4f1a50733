import { Failure, type Issue } from "../fhir/failure.ts";
import type { ClientValues } from "./clients.ts";
import { isKnownScope } from "./server/offered-scopes.ts";

/**
 * Values of a client that can be registered, with the grants that follow from them: people grant apps that have an address to come back
 * to; without one it is a backend client, which acts by itself.
 *
 * @throws Failure invalid - everything that is wrong, by property
 */
export function checkedClient(values: ClientValues): ClientValues & { readonly grantTypes: readonly string[] } {
	const issues: Issue[] = [];
	const wrong = (expression: string, diagnostics: string) => issues.push({ code: "invalid", expression, diagnostics });
	const isBackend = values.redirectUris.length === 0;
	if (values.name.trim() === "") wrong("name", "name is empty");
	for (const [at, uri] of values.redirectUris.entries()) {
		const problem = redirectProblem(uri);
		if (problem !== undefined) wrong(`redirectUris[${at}]`, problem);
	}
	if (values.launchUrl !== null && !isWebAddress(values.launchUrl))
		wrong("launchUrl", "launchUrl is an http(s) address");
	if (isBackend && values.authMethod !== "private_key_jwt") {
		wrong("authMethod", "a client without redirectUris is a backend client, which needs private_key_jwt");
	}
	if (isBackend && values.scopes === null)
		wrong("scopes", "scopes: a backend client needs the list of what it may ask for");
	for (const scope of values.scopes?.split(" ") ?? []) {
		if (!isKnownScope(scope)) wrong("scopes", `scopes: "${scope.slice(0, 100)}" cannot be granted here`);
	}
	if ((values.authMethod === "private_key_jwt") !== ((values.jwks === null) !== (values.jwksUri === null))) {
		wrong("jwks", "jwks or jwksUri belongs to private_key_jwt, one of them");
	}
	if (values.jwksUri !== null && !isWebAddress(values.jwksUri)) wrong("jwksUri", "jwksUri is an http(s) address");
	if (values.jwks !== null) for (const problem of keyProblems(values.jwks)) wrong("jwks", problem);
	if (issues.length > 0) throw new Failure("invalid", issues);
	const grantTypes = isBackend ? ["client_credentials"] : ["authorization_code", "refresh_token"];
	return { ...values, grantTypes };
}

/** https, http for a program on the same machine, or a scheme of the app's own (RFC 8252): with a dot in it, so that it is nobody else's. */
function redirectProblem(uri: string): string | undefined {
	const url = URL.parse(uri);
	if (url === null || uri.includes("*")) return "a redirect URI is an absolute address";
	if (url.hash !== "" || uri.includes("#")) return "a redirect URI has no fragment";
	if (url.username !== "" || url.password !== "") return "a redirect URI has no user";
	if (url.protocol === "https:") return undefined;
	if (url.protocol === "http:") {
		const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
		return isLocal ? undefined : "http is for addresses of the same machine only; use https";
	}
	return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
		? undefined
		: "a scheme of an app's own is a reversed domain name";
}

function isWebAddress(text: string): boolean {
	const url = URL.parse(text);
	return (url?.protocol === "https:" || url?.protocol === "http:") && url.hash === "";
}

function keyProblems(jwks: object): string[] {
	const { keys } = jwks as { keys?: unknown };
	if (!Array.isArray(keys) || keys.length === 0) return ["jwks has a list of keys"];
	return keys.flatMap((key: Record<string, unknown> | null) => {
		if (typeof key !== "object" || key === null) return ["jwks: a key is an object"];
		if ("d" in key || "k" in key || "p" in key) return ["jwks: only public keys belong here"];
		if (key.kty !== "RSA" && key.kty !== "EC") return ["jwks: a key is of kty RSA or EC"];
		return typeof key.kid === "string" && key.kid !== "" ? [] : ["jwks: each key has a kid"];
	});
}
