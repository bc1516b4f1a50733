import { hash, randomBytes } from "node:crypto";
import { type Caller, callerOf, serverCaller } from "../access/caller.ts";
import type { Database } from "../store/database.ts";
import { type Account, accountByToken, deleteToken, insertToken } from "../store/sign-in.ts";
import { type Remembered, remembered } from "./remembered.ts";

/** How long a token from `/api/auth/login` is good for, in hours. */
const tokenHours = 12;

/** Bearer tokens of signed-in people. The database has their SHA-256 only. */
export interface Tokens {
	issue(userId: number): Promise<{ token: string; expiresAt: string }>;
	accountOf(token: string): Promise<Account | undefined>;
	callerOf(token: string): Promise<Caller | undefined>;
	/** Ends a token at once, on every server. */
	revoke(token: string): Promise<void>;
}

/**
 * Tokens kept in the database. Whose they are is remembered for seconds; the database tells every server at once when a token ends early
 * or an account changes (trigger `auth.tell`), so that a sign-out holds everywhere.
 */
export function tokens(database: Database): Tokens {
	const notices = database.listen("auth_changed", () => accounts.forget());
	const accounts: Remembered<Account> = remembered(
		(hash) => database.read(serverCaller, (tx) => accountByToken(tx, Buffer.from(hash, "base64"))),
		notices,
	);
	const accountOf = (token: string) => accounts.get(digest(token).toString("base64"));
	return {
		async issue(userId) {
			const token = randomBytes(32).toString("base64url");
			const expiresAt = await database.write(serverCaller, (tx) => insertToken(tx, digest(token), userId, tokenHours));
			return { token, expiresAt };
		},
		accountOf,
		async callerOf(token) {
			const account = await accountOf(token);
			return account === undefined ? undefined : callerOf(account);
		},
		async revoke(token) {
			await database.write(serverCaller, (tx) => deleteToken(tx, digest(token)));
			accounts.forget();
		},
	};
}

function digest(token: string): Buffer {
	return hash("sha256", token, "buffer");
}
