import { createHmac, hash, randomBytes } from "node:crypto";
import { Failure } from "../../fhir/failure.ts";
import type { Sealer } from "../../secrets/sealer.ts";
import type { Ties } from "./relying-party.ts";

/** How long somebody may take to sign in at the provider, in seconds. */
export const requestSeconds = 600;

/** A sign-in that was sent to the provider, as it is found again when the browser comes back. */
export interface SignInRequest extends Ties {
	/** Path of this server the person goes on to. */
	readonly returnTo: string;
}

/**
 * Sign-ins under way, kept nowhere: `state` is sealed and opens only with the secret the browser has in a cookie; nonce and code verifier
 * follow from both. An answer brought by another browser thus fits nothing.
 */
export interface SignInRequests {
	/** @param secret - the browser's @param again - the person signs in even if they have at the provider */
	make(secret: string, returnTo: string, again: boolean): SignInRequest;
	/** @throws Failure invalid - it is not of this browser, or too old */
	open(secret: string | undefined, state: string | null): SignInRequest;
}

/** @param now - milliseconds since 1970 */
export function signInRequests(sealer: Sealer, now: () => number = Date.now): SignInRequests {
	return {
		make(secret, returnTo, again) {
			const began = now();
			const content = {
				returnTo,
				until: began + requestSeconds * 1000,
				since: again ? Math.floor(began / 1000) : null,
			};
			const state = sealer.seal(JSON.stringify(content), placeOf(secret));
			return { returnTo, state, since: content.since, ...derived(secret, state) };
		},
		open(secret, state) {
			if (secret === undefined || state === null) throw notOurs();
			const { returnTo, until, since } = opened(sealer, state, placeOf(secret));
			if (until <= now()) throw notOurs();
			return { returnTo, state, since, ...derived(secret, state) };
		},
	};
}

/** What a browser keeps in a cookie to be known again: 256 bits. */
export function newBrowserSecret(): string {
	return randomBytes(32).toString("base64url");
}

/** Whether a cookie holds one. */
export function isBrowserSecret(text: string | undefined): text is string {
	return text !== undefined && /^[\w-]{43}$/.test(text);
}

function opened(
	sealer: Sealer,
	state: string,
	place: string,
): { returnTo: string; until: number; since: number | null } {
	try {
		return JSON.parse(sealer.open(state, place));
	} catch (error) {
		if (error instanceof Failure) throw notOurs();
		throw error;
	}
}

function placeOf(secret: string): string {
	return `hospital sign-in/${hash("sha256", secret)}`;
}

function derived(secret: string, state: string): Pick<Ties, "nonce" | "verifier"> {
	const of = (purpose: string) => createHmac("sha256", secret).update(`${purpose} ${state}`).digest("base64url");
	return { nonce: of("nonce"), verifier: of("verifier") };
}

/** The failure of a sign-in that cannot be told from a forged one. */
export function notOurs(): Failure {
	return new Failure(
		"invalid",
		"This sign-in was begun in another browser, was used already or took too long. Start again",
	);
}
