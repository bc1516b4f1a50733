import { parseArgs } from "node:util";
import type { ClientValues } from "../auth/clients.ts";
import type { AuthMethod } from "../store/authorization/clients.ts";

/** What `npm run clients` is asked to do. */
export type ClientCommand =
	| { readonly kind: "list" }
	| { readonly kind: "add"; readonly clientId: string | undefined; readonly values: ClientValues }
	| { readonly kind: "rotate" | "remove"; readonly clientId: string };

export const clientUsage = `usage: npm run clients -- list
       npm run clients -- add --name NAME [--id ID] [--auth none|client_secret_basic|private_key_jwt] [--redirect URL]... [--launch URL]
                              [--jwks FILE | --jwks-uri URL] [--scopes "SCOPE SCOPE"]
       npm run clients -- rotate ID
       npm run clients -- remove ID`;

const methods: readonly string[] = ["none", "client_secret_basic", "private_key_jwt"] satisfies AuthMethod[];

/**
 * Reads the arguments; undefined where they are not understood.
 *
 * @param readJson - gives what a file holds
 */
export function readClientArguments(
	given: readonly string[],
	readJson: (path: string) => object,
): ClientCommand | undefined {
	const parsed = parsedOf(given);
	if (parsed === undefined) return undefined;
	const { values: options, positionals } = parsed;
	const [kind, clientId, ...more] = positionals;
	if (more.length > 0) return undefined;
	if (kind === "list" && clientId === undefined) return { kind };
	if ((kind === "rotate" || kind === "remove") && clientId !== undefined) return { kind, clientId };
	const authMethod = options.auth ?? "none";
	if (kind !== "add" || clientId !== undefined || options.name === undefined || !methods.includes(authMethod))
		return undefined;
	const values: ClientValues = {
		name: options.name,
		authMethod: authMethod as AuthMethod,
		redirectUris: options.redirect ?? [],
		launchUrl: options.launch ?? null,
		jwks: options.jwks === undefined ? null : readJson(options.jwks),
		jwksUri: options["jwks-uri"] ?? null,
		scopes: options.scopes ?? null,
	};
	return { kind, clientId: options.id, values };
}

function parsedOf(given: readonly string[]) {
	const text = { type: "string" } as const;
	const options = {
		id: text,
		name: text,
		auth: text,
		redirect: { ...text, multiple: true },
		launch: text,
		jwks: text,
		"jwks-uri": text,
		scopes: text,
	} as const;
	try {
		return parseArgs({ args: [...given], options, allowPositionals: true });
	} catch {
		return undefined;
	}
}
