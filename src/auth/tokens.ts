import { hash, randomBytes } from "node:crypto";
import { type Caller, callerOf, serverCaller } from "../access/caller.ts";
import { appByToken } from "../store/authorization/grants.ts";
import type { Database, Transaction } from "../store/database.ts";
import { accountByToken, deleteToken, insertToken } from "../store/sign-in.ts";
import { type Remembered, remembered } from "./remembered.ts";
import { callerOfToken } from "./server/grants.ts";

/** How long a token from `/api/auth/login` is good for, in hours. */
const tokenHours = 12;

/** Bearer tokens of signed-in people. The database has their SHA-256 only. */
export interface Tokens {
	issue(userId: number): Promise<{ token: string; expiresAt: string }>;
	/** Who acts by a token: of a sign-in here, or one that an app got by SMART. */
	callerOf(token: string): Promise<Caller | undefined>;
	/** Ends a token at once, on every server. */
	revoke(token: string): Promise<void>;
}

/**
 * Tokens kept in the database. Whose they are is remembered for seconds; the database tells every server at once when a token ends early
 * or an account changes (trigger `auth.tell`), so that a sign-out holds everywhere.
 */
export function tokens(database: Database): Tokens {
	const notices = database.listen("auth_changed", () => callers.forget());
	const callers: Remembered<Caller> = remembered(
		(hash) => database.read(serverCaller, (tx) => callerByToken(tx, Buffer.from(hash, "base64"))),
		notices,
	);
	return {
		async issue(userId) {
			const token = randomBytes(32).toString("base64url");
			const expiresAt = await database.write(serverCaller, (tx) => insertToken(tx, digest(token), userId, tokenHours));
			return { token, expiresAt };
		},
		callerOf: (token) => callers.get(digest(token).toString("base64")),
		async revoke(token) {
			await database.write(serverCaller, (tx) => deleteToken(tx, digest(token)));
			callers.forget();
		},
	};
}

async function callerByToken(tx: Transaction, hash: Buffer): Promise<Caller | undefined> {
	const account = await accountByToken(tx, hash);
	if (account !== undefined) return callerOf(account);
	const app = await appByToken(tx, hash);
	return app === undefined ? undefined : callerOfToken(app);
}

function digest(token: string): Buffer {
	return hash("sha256", token, "buffer");
}
