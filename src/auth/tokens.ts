import { hash, randomBytes } from "node:crypto";
import { type Caller, callerOf, serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { authChanged } from "../store/auth-channel.ts";
import { appByToken } from "../store/authorization/grants.ts";
import type { Database, Transaction } from "../store/database.ts";
import { type Account, accountByToken, deleteToken, insertToken } from "../store/sign-in.ts";
import { type Remembered, remembered } from "./remembered.ts";
import { callerOfToken } from "./server/grants.ts";

/** How long a token from `/api/auth/login` is good for, in hours. */
const tokenHours = 12;

/** Bearer tokens of signed-in people. The database has their SHA-256 only. */
export interface Tokens {
	/**
	 * For an account whose password was just compared. @throws Failure unauthenticated - it has another one meanwhile
	 */
	issue(account: Pick<Account, "id" | "password">): Promise<{ token: string; expiresAt: string }>;
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
	const notices = database.listen(authChanged, () => callers.forget());
	const callers: Remembered<Caller> = remembered(
		(token) => database.read(serverCaller, (tx) => callerByToken(tx, tokenDigest(token))),
		notices,
	);
	return {
		async issue(account) {
			const token = randomBytes(32).toString("base64url");
			const kept = await database.write(serverCaller, (tx) => insertToken(tx, tokenDigest(token), account, tokenHours));
			if (kept === undefined) throw new Failure("unauthenticated", "E-mail address or password is wrong");
			return { token, expiresAt: kept };
		},
		callerOf: (token) => callers.get(token),
		async revoke(token) {
			await database.write(serverCaller, (tx) => deleteToken(tx, tokenDigest(token)));
			callers.forget();
		},
	};
}

/** Who acts by a token of which the digest is given, looked up anew. */
export async function callerByToken(tx: Transaction, hash: Buffer): Promise<Caller | undefined> {
	const account = await accountByToken(tx, hash);
	if (account !== undefined) return callerOf(account);
	const app = await appByToken(tx, hash);
	return app === undefined ? undefined : callerOfToken(app);
}

/** What the database has of a token. */
export function tokenDigest(token: string): Buffer {
	return hash("sha256", token, "buffer");
}
