import type { IncomingMessage, ServerResponse } from "node:http";
import type { JWK } from "jose";
import type Provider from "oidc-provider";
import type { Sealer } from "../../secrets/sealer.ts";
import type { Database } from "../../store/database.ts";
import type { Account } from "../../store/sign-in.ts";
import { accountStamp } from "../account-stamp.ts";
import { type Surroundings, surround } from "./around-provider.ts";
import { type BrowserSessions, browserSessions } from "./browser-sessions.ts";
import { type AskedAccess, type Consent, consent } from "./consent.ts";
import { type Launches, launches } from "./launches.ts";
import { errors } from "./library.ts";
import { type AuthorizationPages, makeProvider } from "./provider.ts";
import { signingKeys } from "./signing-keys.ts";

/** What the authorization server asks of a person at the moment. */
export interface Interaction {
	readonly uid: string;
	readonly prompt: "login" | "consent";
	/** Undefined until somebody has signed in. */
	readonly asked: AskedAccess | undefined;
	readonly clientId: string;
	/** Where the browser goes in the end. */
	readonly redirectUri: string;
	/** Who the app thinks it is: what to fill in. */
	readonly loginHint: string | undefined;
	/** Whether the app wants people to sign in even if they have. */
	readonly again: boolean;
}

/** How an interaction ends: somebody signed in, access was granted, or not. */
export type InteractionResult =
	| { readonly signedIn: Pick<Account, "id" | "password"> }
	| { readonly grantId: string; readonly scopes: string }
	| { readonly error: string; readonly description: string };

/** The authorization server (OAuth 2.0, OpenID Connect, SMART App Launch) as the rest of the program sees it. */
export interface AuthorizationServer {
	/** Answers a request below `/oauth`. */
	handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
	/** The interaction this browser is in; undefined where it is in none, or in another one. */
	interaction(request: IncomingMessage, response: ServerResponse, uid: string): Promise<Interaction | undefined>;
	/** Ends an interaction. @returns the address the browser goes on to */
	finish(request: IncomingMessage, response: ServerResponse, result: InteractionResult): Promise<string>;
	/** The library's own, for what only it can make. */
	provider(): Promise<Provider>;
	readonly consent: Consent;
	readonly launches: Launches;
	readonly sessions: BrowserSessions;
	/** Makes ready what the first request needs. */
	prepare(): Promise<void>;
}

/** What it is made of. */
export interface AuthorizationServerParts extends Surroundings {
	readonly database: Database;
	readonly baseUrl: string;
	readonly secretKeys: readonly Buffer[];
	readonly sealer: Sealer;
	readonly pages: AuthorizationPages;
	readonly onFault: (error: unknown) => void;
}

/** The library with the keys it was made with. */
interface Made {
	readonly provider: Provider;
	readonly answer: ReturnType<Provider["callback"]>;
	readonly kids: string;
}

/** Ready without the database: it is asked with the first request, and for new keys when they are rotated anywhere. */
export function authorizationServer(parts: AuthorizationServerParts): AuthorizationServer {
	const { database, baseUrl, sealer, onFault } = parts;
	const fhirBase = `${baseUrl}/fhir`;
	const launching = launches(database, fhirBase);
	let current: Promise<Made> | undefined;

	function make(keys: readonly JWK[]): Made {
		const made = makeProvider({ ...parts, launches: launching }, keys);
		surround(made, parts);
		return { provider: made, answer: made.callback(), kids: kidsOf(keys) };
	}

	function provider(): Promise<Provider> {
		current ??= signingKeys(database, sealer)
			.then(make)
			.catch((error: unknown) => {
				current = undefined;
				throw error;
			});
		return current.then((made) => made.provider);
	}

	async function renew(): Promise<void> {
		const before = await current?.catch(() => undefined);
		if (before === undefined) return;
		const keys = await signingKeys(database, sealer);
		if (kidsOf(keys) !== before.kids) current = Promise.resolve(make(keys));
	}

	database.listen("auth_keys_changed", () => void renew().catch(onFault));
	return {
		async handle(request, response) {
			await provider();
			await (await current)?.answer(request, response);
		},
		async interaction(request, response, uid) {
			const details = await (await provider()).interactionDetails(request, response).catch((error: unknown) => {
				if (error instanceof errors.SessionNotFound) return undefined;
				throw error;
			});
			return details === undefined || details.uid !== uid ? undefined : interactionOf(details);
		},
		async finish(request, response, result) {
			const library = await provider();
			if ("signedIn" in result) {
				const { signedIn } = result;
				const login = { accountId: String(signedIn.id), stamp: accountStamp(signedIn), remember: true };
				return library.interactionResult(request, response, { login });
			}
			if ("error" in result) {
				const { error, description: error_description } = result;
				return library.interactionResult(request, response, { error, error_description });
			}
			// What is asked for becomes what was granted: the library grants no other scopes than were asked for.
			const details = await library.interactionDetails(request, response);
			details.params.scope = result.scopes;
			await details.persist();
			return library.interactionResult(request, response, { consent: { grantId: result.grantId } });
		},
		provider,
		consent: consent(database, launching, fhirBase),
		launches: launching,
		sessions: browserSessions(provider, database, baseUrl.startsWith("https:")),
		async prepare() {
			await provider();
		},
	};
}

function kidsOf(keys: readonly JWK[]): string {
	return keys.map(({ kid }) => kid).join();
}

function interactionOf(details: Awaited<ReturnType<Provider["interactionDetails"]>>): Interaction {
	const { uid, prompt, params, session } = details;
	const text = (name: string): string | undefined => (typeof params[name] === "string" ? params[name] : undefined);
	const clientId = text("client_id") ?? "";
	const userId = Number(session?.accountId);
	return {
		uid,
		prompt: prompt.name === "login" ? "login" : "consent",
		asked: Number.isSafeInteger(userId)
			? { userId, clientId, scope: text("scope") ?? "", launch: text("launch") }
			: undefined,
		clientId,
		redirectUri: text("redirect_uri") ?? "",
		loginHint: text("login_hint"),
		again: (text("prompt") ?? "").split(" ").includes("login") || params.max_age !== undefined,
	};
}
