import { createHash, randomBytes } from "node:crypto";
import { type Caller, callerOf, serverCaller } from "../access/caller.ts";
import type { Database } from "../store/database.ts";
import { type Account, accountByToken, deleteToken, insertToken } from "../store/sign-in.ts";

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

/** Tokens kept in the database; nothing is cached, so that a sign-out holds everywhere at once. */
export function tokens(database: Database): Tokens {
	const accountOf = (token: string) => database.read(serverCaller, (tx) => accountByToken(tx, digest(token)));
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
		revoke: (token) => database.write(serverCaller, (tx) => deleteToken(tx, digest(token))),
	};
}

function digest(token: string): Buffer {
	return createHash("sha256").update(token).digest();
}
