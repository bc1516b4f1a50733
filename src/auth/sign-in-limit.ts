import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Database } from "../store/database.ts";
import { insertFailure, recentFailures } from "../store/sign-in.ts";

/** Failed sign-ins allowed within 15 minutes. */
const allowed = { account: 10, address: 50 };

/**
 * Refuses a sign-in when too many failed before it on the account or from the address, be the password right or not.
 *
 * @throws Failure too-many-requests with the seconds to wait
 */
export async function checkFailures(database: Database, email: string, address: string): Promise<void> {
	const failures = await database.read(serverCaller, (tx) => recentFailures(tx, email, address));
	if (failures === undefined) return;
	const overAccount = failures.account >= allowed.account;
	const overAddress = failures.address >= allowed.address;
	if (!overAccount && !overAddress) return;
	const seconds = Math.max(
		overAccount ? (failures.account_seconds ?? 1) : 1,
		overAddress ? (failures.address_seconds ?? 1) : 1,
	);
	throw new Failure("too-many-requests", "Too many failed sign-ins; try again later", { retryAfterSeconds: seconds });
}

/** Counts a failed sign-in. */
export async function countFailure(database: Database, email: string, address: string): Promise<void> {
	await database.write(serverCaller, (tx) => insertFailure(tx, email, address));
}
