import { serverCaller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Sealer } from "../../secrets/sealer.ts";
import { accountById } from "../../store/account-password.ts";
import {
	accountOfIdentity,
	insertIdentityLink,
	linkableAccounts,
	proveAddress,
} from "../../store/authorization/identity-links.ts";
import { addRecord } from "../../store/authorization/records.ts";
import type { Database, Transaction } from "../../store/database.ts";
import type { Account } from "../../store/sign-in.ts";
import { accountStamp } from "../account-stamp.ts";
import { tokenDigest } from "../tokens.ts";
import { type Identity, type IdentityProvider, type RelyingPartyParts, relyingParty } from "./relying-party.ts";
import { isBrowserSecret, newBrowserSecret, notOurs, requestSeconds, signInRequests } from "./sign-in-request.ts";

/** Roles whose accounts may be linked by an e-mail address. */
export type LinkableRole = "patient" | "therapist" | "admin";

/**
 * What became of a sign-in at the provider; `returnTo` is where it was begun for. `passwordEnded`: the account had a password that may be
 * somebody else's ({@link proveAddress}). `subject`: who somebody is there who is nobody here.
 */
export type SignInOutcome = { readonly returnTo: string } & (
	| { readonly kind: "signed-in"; readonly account: Account; readonly passwordEnded: boolean }
	| { readonly kind: "unknown"; readonly subject: string; readonly why: string }
	| { readonly kind: "failed"; readonly failure: Failure }
);

/** Whoever somebody is here. */
type Found = Pick<Extract<SignInOutcome, { kind: "signed-in" }>, "account" | "passwordEnded">;

/** Signing in at a hospital's identity provider in place of a password here. */
export interface HospitalSignIn {
	/** What people know the provider by. */
	readonly name: string;
	/**
	 * Sends a browser to the provider.
	 *
	 * @param secret - what its cookie holds
	 * @param again - the person signs in even if they have at the provider
	 * @returns where it goes, and what its cookie holds from now on
	 * @throws Failure unavailable
	 */
	begin(
		secret: string | undefined,
		returnTo: string,
		again: boolean,
	): Promise<{ readonly url: string; readonly secret: string }>;
	/**
	 * A browser that comes back, once.
	 *
	 * @param query - of the address it came to, with its question mark
	 * @throws Failure invalid - no sign-in of this browser
	 */
	complete(secret: string | undefined, query: string): Promise<SignInOutcome>;
	/** Lets an account in to an interaction with an app, for some minutes. */
	pass(interaction: string, account: Account): string;
	/** Who a pass lets in; undefined where it is none, of another interaction, too old, or the account has changed. */
	passed(interaction: string, pass: string | undefined): Promise<Account | undefined>;
}

/** What {@link hospitalSignIn} is made of. */
export interface HospitalSignInParts extends Omit<RelyingPartyParts, "redirectUri"> {
	readonly database: Database;
	readonly sealer: Sealer;
	/** Public address, without a trailing slash. */
	readonly baseUrl: string;
	readonly provider: IdentityProvider;
	/** Accounts of other roles are linked by administrators only. */
	readonly linkByEmail: readonly LinkableRole[];
	/** Told in the transaction that links an account by its e-mail address. */
	readonly note: (tx: Transaction, linkId: number, account: Account) => void;
}

/** Path the provider sends browsers back to; registered there as `$BASE_URL/sign-in/hospital/callback`. */
export const callbackPath = "/sign-in/hospital/callback";

/** How long a pass is good for, in seconds: as long as it takes to read a page. */
export const passSeconds = 300;

export function hospitalSignIn(parts: HospitalSignInParts): HospitalSignIn {
	const { database, sealer, provider, baseUrl, now = Date.now } = parts;
	const party = relyingParty(provider, { ...parts, redirectUri: baseUrl + callbackPath });
	const requests = signInRequests(sealer, now);

	/** Whoever they are here, linked by their address where that may be. */
	async function found(identity: Identity): Promise<Found | string> {
		const { issuer } = provider;
		const known = await database.write(serverCaller, (tx) => accountOfIdentity(tx, issuer, identity.subject));
		if (known !== undefined) return { account: known, passwordEnded: false };
		if (parts.linkByEmail.length === 0) return words.notLinked;
		const email = await identity.verifiedEmail();
		if (email === undefined) return words.notVerified;
		return database.write(serverCaller, (tx) => linkByEmail(tx, identity.subject, email));
	}

	async function linkByEmail(tx: Transaction, subject: string, email: string): Promise<Found | string> {
		const [account, another] = await linkableAccounts(tx, email, provider.issuer);
		// Roles without a word are patients (users.role).
		if (account === undefined || another !== undefined) return words.noAccount;
		if (!parts.linkByEmail.includes(account.role ?? "patient")) return words.notLinked;
		// An address that went to somebody else must not bring the account with it.
		if (account.is_linked) return words.linkedOtherwise;
		const link = { issuer: provider.issuer, subject, user_id: account.id, made_by: "email" } as const;
		const made = await insertIdentityLink(tx, link);
		if (made === undefined) return words.linkedOtherwise;
		parts.note(tx, made.id, account);
		if (!account.is_unproven) return { account, passwordEnded: false };
		await proveAddress(tx, account.id);
		return { account: { ...account, password: null }, passwordEnded: true };
	}

	return {
		name: provider.name,
		async begin(given, returnTo, again) {
			const secret = isBrowserSecret(given) ? given : newBrowserSecret();
			return { url: await party.authorizeUrl(requests.make(secret, returnTo, again)), secret };
		},
		async complete(given, query) {
			const states = new URLSearchParams(query).getAll("state");
			const secret = isBrowserSecret(given) ? given : undefined;
			const request = requests.open(secret, states.length === 1 ? (states[0] ?? null) : null);
			if (!(await database.write(serverCaller, (tx) => takeRequest(tx, request.state)))) throw notOurs();
			const { returnTo } = request;
			try {
				const identity = await party.identity(query, request);
				const somebody = await found(identity);
				return typeof somebody === "string"
					? { returnTo, kind: "unknown", subject: identity.subject, why: somebody }
					: { returnTo, kind: "signed-in", ...somebody };
			} catch (error) {
				if (!(error instanceof Failure) || !["forbidden", "unavailable"].includes(error.kind)) throw error;
				return { returnTo, kind: "failed", failure: error };
			}
		},
		pass(interaction, account) {
			const content = { id: account.id, stamp: accountStamp(account), until: now() + passSeconds * 1000 };
			return sealer.seal(JSON.stringify(content), passPlace(interaction));
		},
		async passed(interaction, pass) {
			if (pass === undefined) return undefined;
			const { id, stamp, until } = openedPass(sealer, interaction, pass) ?? { id: 0, stamp: "", until: 0 };
			if (until <= now()) return undefined;
			const account = await database.read(serverCaller, (tx) => accountById(tx, id));
			return account !== undefined && accountStamp(account) === stamp ? account : undefined;
		},
	};
}

const words = {
	noAccount: "There is no account here with the e-mail address you have there",
	notLinked: "Your account there is not connected to an account here",
	notVerified:
		"Your account there is not connected to an account here, and it has no verified e-mail address to find one by",
	linkedOtherwise: "The account here with your e-mail address belongs to another account there",
} as const;

/** Uses a state up; kept until it would be too old anyway. @returns whether this was the first time */
function takeRequest(tx: Transaction, state: string): Promise<boolean> {
	const id = tokenDigest(state);
	const record = {
		model: "HospitalSignIn",
		id,
		payload: "{}",
		grantId: null,
		uid: null,
		lifeSeconds: requestSeconds * 2,
	};
	return addRecord(tx, record);
}

function passPlace(interaction: string): string {
	return `hospital sign-in for ${interaction}`;
}

function openedPass(sealer: Sealer, interaction: string, pass: string) {
	try {
		return JSON.parse(sealer.open(pass, passPlace(interaction))) as { id: number; stamp: string; until: number };
	} catch (error) {
		if (error instanceof Failure) return undefined;
		throw error;
	}
}
