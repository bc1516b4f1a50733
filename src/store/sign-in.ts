import { sql } from "kysely";
import { serverCaller } from "../access/caller.ts";
import { authChanged } from "./auth-channel.ts";
import type { Database, Transaction } from "./database.ts";

/** An account as sign-in sees it. Only the system caller may read these. */
export interface Account {
	readonly id: number;
	readonly email: string;
	readonly name: string;
	readonly role: "patient" | "therapist" | "admin" | null;
	readonly password: string | null;
}

const account = sql<Account>`u.id, u.email, u.name, u.role, u.password`;

/** The account with this e-mail address, in whatever case it was written. */
export async function accountByEmail(tx: Transaction, email: string): Promise<Account | undefined> {
	const rows = await tx.query(sql<Account>`
		select ${account} from public.users u where lower(u.email) = lower(${email}) order by u.id limit 1`);
	return rows[0];
}

/** Creates a patient's account. Undefined when the address is taken, also by another sign-up at the same moment. */
export async function insertAccount(
	tx: Transaction,
	given: { email: string; name: string; passwordHash: string; phoneNumber: string | null; timezone: string | null },
): Promise<Account | undefined> {
	// Without an index over lower(email), the lock is what keeps two spellings of one address apart.
	await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('account:' || lower(${given.email}::text), 0))`);
	if ((await accountByEmail(tx, given.email)) !== undefined) return undefined;
	const rows = await tx.query(sql<Account>`
		insert into public.users as u (email, name, password, phone_number, timezone)
		values (${given.email}, ${given.name}, ${given.passwordHash}, ${given.phoneNumber},
			coalesce(${given.timezone}, 'America/New_York'))
		on conflict (email) do nothing
		returning ${account}`);
	const [made] = rows;
	// Whoever signs up says which address is theirs; nobody has made sure.
	if (made !== undefined) await tx.query(sql`insert into auth.unproven_address (user_id) values (${made.id})`);
	return made;
}

/**
 * Keeps a token's hash for some hours; gives the moment it ends. Undefined where the account has another password than the one that was
 * compared, or is gone: the lock waits for whoever is changing it.
 */
export async function insertToken(
	tx: Transaction,
	hash: Buffer,
	{ id, password }: Pick<Account, "id" | "password">,
	hours: number,
): Promise<string | undefined> {
	const rows = await tx.query(sql<{ expires_at: string }>`
		with account as (
			select u.id from public.users u where u.id = ${id}::int and u.password is not distinct from ${password} for share)
		insert into auth.token (hash, user_id, expires_at)
		select ${hash}, account.id, now() + make_interval(hours => ${hours}) from account
		returning expires_at`);
	return rows[0]?.expires_at;
}

/** Whose token this is; undefined when there is none, or no longer. */
export async function accountByToken(tx: Transaction, hash: Buffer): Promise<Account | undefined> {
	const rows = await tx.query(sql<Account>`
		select ${account} from auth.token t join public.users u on u.id = t.user_id
		where t.hash = ${hash} and t.expires_at > now()`);
	return rows[0];
}

/** Ends a token at once, everywhere. */
export async function deleteToken(tx: Transaction, hash: Buffer): Promise<void> {
	tx.heard(authChanged);
	await tx.query(sql`delete from auth.token where hash = ${hash}`);
}

/** Failed sign-ins within the last 15 minutes, and the seconds until the oldest of each kind no longer counts. */
export interface Failures {
	readonly account: number;
	readonly address: number;
	readonly account_seconds: number | null;
	readonly address_seconds: number | null;
}

/**
 * Attempts are counted per address as typed, existing or not; the address itself is not kept. PostgreSQL makes it lower case, as where
 * accounts are looked up: what counts as one account here must be one there (JavaScript makes two letters of "İ", PostgreSQL one).
 */
const accountKey = (email: string) => sql`encode(sha256(convert_to(lower(${email}::text), 'UTF8')), 'hex')`;

/** Counts the recent failed sign-ins on an account and from an address. */
export async function recentFailures(tx: Transaction, email: string, address: string): Promise<Failures | undefined> {
	const left = sql`ceil(extract(epoch from min(at) + interval '15 minutes' - now()))::int`;
	const rows = await tx.query(sql<Failures>`
		select a.count as account, a.seconds as account_seconds, b.count as address, b.seconds as address_seconds
		from (select count(*)::int as count, ${left} as seconds from auth.attempt
				where account = ${accountKey(email)} and at > now() - interval '15 minutes') a,
			(select count(*)::int as count, ${left} as seconds from auth.attempt
				where address = ${address} and at > now() - interval '15 minutes') b`);
	return rows[0];
}

/** Counts one failed sign-in, and forgets the old ones of the same account or address. */
export async function insertFailure(tx: Transaction, email: string, address: string): Promise<void> {
	const key = accountKey(email);
	await tx.query(sql`
		delete from auth.attempt where (account = ${key} or address = ${address}) and at < now() - interval '15 minutes'`);
	await tx.query(sql`insert into auth.attempt (account, address) values (${key}, ${address})`);
}

/** Deletes tokens that ended a day ago, and attempts that no longer count. */
export async function forgetSignIns(database: Database): Promise<void> {
	await database.write(serverCaller, async (tx) => {
		tx.later(sql`delete from auth.token where expires_at < now() - interval '1 day'`);
		tx.later(sql`delete from auth.attempt where at < now() - interval '15 minutes'`);
	});
}
