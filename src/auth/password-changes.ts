import { hash as digestOf, randomBytes } from "node:crypto";
import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Mailer } from "../mail/mailer.ts";
import { accountById, insertReset, setPassword, takeReset } from "../store/account-password.ts";
import type { Database, Transaction } from "../store/database.ts";
import type { Account } from "../store/sign-in.ts";
import type { Passwords } from "./passwords.ts";
import { checkFailures, countFailure } from "./sign-in-limit.ts";
import { tokenDigest } from "./tokens.ts";

/** How long a mailed token can be used. */
const resetMinutes = 30;

/** Told in the transaction that changes a password. */
export type Note = (tx: Transaction, userId: number) => void;

/** New passwords, with the old one or by mail. */
export interface PasswordChanges {
	/**
	 * Whether the password is that of an account, for what a session alone may not do; counted like a sign-in.
	 *
	 * @throws Failure forbidden naming `property` | too-many-requests
	 */
	confirm(userId: number, password: string, address: string, property: string): Promise<Account>;
	/** Ends all other sessions. `keepToken`: the session's own. @throws Failure forbidden | invalid | too-many-requests */
	change(
		userId: number,
		given: { currentPassword: string; newPassword: string },
		from: { address: string; keepToken: string },
		note: Note,
	): Promise<void>;
	/**
	 * Mails a token to the account with this address. Resolves before anything is looked up, so that neither the answer nor its time tells
	 * whether there is one.
	 *
	 * @throws Failure unavailable where no mail is sent | too-many-requests
	 */
	requestReset(email: string, address: string): Promise<void>;
	/** Sets a password by a mailed token, and ends all sessions. @throws Failure invalid | too-many-requests */
	reset(token: string, newPassword: string, address: string, note: Note): Promise<void>;
	/** Resolves when the mails under way are sent or have failed. */
	settled(): Promise<void>;
}

/** What {@link passwordChanges} is made of. */
export interface PasswordParts {
	readonly database: Database;
	readonly passwords: Passwords;
	/** null: no mail is sent. */
	readonly mailer: Mailer | null;
	/** The page that takes a mailed token as `?token=`. */
	readonly resetPage: string;
	readonly onFailure: (error: unknown) => void;
}

export function passwordChanges({ database, passwords, mailer, resetPage, onFailure }: PasswordParts): PasswordChanges {
	const underWay = new Set<Promise<void>>();

	async function confirm(userId: number, password: string, address: string, property: string): Promise<Account> {
		const account = await database.read(serverCaller, (tx) => accountById(tx, userId));
		if (account === undefined) throw new Failure("unauthenticated", "The account is no longer there");
		await checkFailures(database, account.email, address);
		if (!(await passwords.verify(password, account.password))) {
			await countFailure(database, account.email, address);
			throw wrong(property);
		}
		await checkFailures(database, account.email, address);
		return account;
	}

	async function mailReset(to: Mailer, email: string): Promise<void> {
		const token = randomBytes(32).toString("base64url");
		const account = await database.write(serverCaller, (tx) =>
			insertReset(tx, email, tokenDigest(token), resetMinutes),
		);
		// To the address the account has, not to what was typed: letters that are one to PostgreSQL may be two to a mail server.
		if (account !== undefined) await to.send({ to: account.email, ...resetMail(`${resetPage}?token=${token}`) });
	}

	return {
		confirm,
		async change(userId, { currentPassword, newPassword }, { address, keepToken }, note) {
			const account = await confirm(userId, currentPassword, address, "currentPassword");
			const hash = await named("newPassword", passwords.hash(newPassword));
			await database.write(serverCaller, async (tx) => {
				const given = { hash, now: account.password, keepToken: tokenDigest(keepToken) };
				// Somebody else was faster: what was given is no longer the password.
				if (!(await setPassword(tx, userId, given))) throw wrong("currentPassword");
				note(tx, userId);
			});
		},
		async requestReset(email, address) {
			if (mailer === null) {
				throw new Failure("not-supported", "This server sends no mail: ask an administrator for a new password");
			}
			// Counted for itself, so that asking for resets keeps nobody from signing in.
			const counted = `password reset for ${email}`;
			await checkFailures(database, counted, address);
			await countFailure(database, counted, address);
			const sending: Promise<void> = mailReset(mailer, email)
				.catch(onFailure)
				.finally(() => underWay.delete(sending));
			underWay.add(sending);
		},
		async reset(token, newPassword, address, note) {
			const counted = `password reset from ${digestOf("sha256", address)}`;
			await checkFailures(database, counted, address);
			const hash = await named("newPassword", passwords.hash(newPassword));
			const done = await database.write(serverCaller, async (tx) => {
				const userId = await takeReset(tx, tokenDigest(token));
				if (userId === undefined) return false;
				await setPassword(tx, userId, { hash });
				note(tx, userId);
				return true;
			});
			if (done) return;
			await countFailure(database, counted, address);
			throw new Failure("invalid", "The token is not valid, or no longer: ask for a new mail", { expression: "token" });
		},
		async settled() {
			await Promise.all(underWay);
		},
	};
}

function wrong(property: string): Failure {
	return new Failure("forbidden", `${property} is not the account's password`, { expression: property });
}

/** What is wrong with a new password is told of the property it came in. */
async function named<T>(expression: string, work: Promise<T>): Promise<T> {
	return work.catch((error: unknown) => {
		if (!(error instanceof Failure) || error.kind !== "invalid") throw error;
		throw new Failure("invalid", error.message.replace(/^password/, expression), { expression });
	});
}

function resetMail(link: string): { subject: string; text: string } {
	return {
		subject: "A new password for Heart Recovery",
		text: [
			"Somebody asked for a new password for your Heart Recovery account.",
			`If it was you, choose one here within ${resetMinutes} minutes:`,
			"",
			link,
			"",
			"If it was not, you need not do anything: your password stays as it is.",
			"",
		].join("\n"),
	};
}
