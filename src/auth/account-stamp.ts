import { hash } from "node:crypto";
import type { Account } from "../store/sign-in.ts";

/**
 * What a browser session remembers of the account as it was when somebody signed in: SHA-256 (hex) of its password's hash. The database
 * keeps a session only as long as it is the account's still (`putSession`), so that a sign-in with an old password leaves none.
 */
export function accountStamp({ password }: Pick<Account, "password">): string {
	return hash("sha256", password ?? "", "hex");
}
