import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { defaultCalendars } from "../store/change/people.ts";
import type { Database } from "../store/database.ts";
import { type Account, accountByEmail, insertAccount } from "../store/sign-in.ts";
import type { Passwords } from "./passwords.ts";
import { checkFailures, countFailure } from "./sign-in-limit.ts";

/** Signing in and signing up. */
export interface Accounts {
	/** @throws Failure unauthenticated | too-many-requests */
	signIn(email: string, password: string, address: string): Promise<Account>;
	/** Creates a patient's account. @throws Failure invalid | conflict */
	signUp(given: NewAccount): Promise<Account>;
}

/** What signing up asks for; a role cannot be chosen. */
export interface NewAccount {
	readonly email: string;
	readonly password: string;
	readonly name: string;
	readonly phoneNumber?: string | null;
	/** IANA name. */
	readonly timezone?: string | null;
}

/** Accounts in the database, with sign-ins limited. */
export function accounts(database: Database, passwords: Passwords): Accounts {
	return {
		async signIn(email, password, address) {
			await checkFailures(database, email, address);
			const account = await database.read(serverCaller, (tx) => accountByEmail(tx, email));
			if (!(await passwords.verify(password, account?.password)) || account === undefined) {
				await countFailure(database, email, address);
				throw new Failure("unauthenticated", "E-mail address or password is wrong");
			}
			// Again, for those that were tried at the same moment and have failed meanwhile.
			await checkFailures(database, email, address);
			return account;
		},
		async signUp({ email, password, name, phoneNumber, timezone }) {
			const passwordHash = await passwords.hash(password);
			const given = { email, name, passwordHash, phoneNumber: phoneNumber ?? null, timezone: timezone ?? null };
			const account = await database.write(serverCaller, async (tx) => {
				const made = await insertAccount(tx, given);
				if (made !== undefined) await defaultCalendars(tx, [made.id]);
				return made;
			});
			if (account === undefined) {
				throw new Failure("conflict", "There is an account with this e-mail address already", { expression: "email" });
			}
			return account;
		},
	};
}
