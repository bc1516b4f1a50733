import { sql } from "kysely";
import type { Transaction } from "./database.ts";
import type { Account } from "./sign-in.ts";

/** An account by its id, for comparing a password. Only the system caller may read it. */
export async function accountById(tx: Transaction, id: number): Promise<Account | undefined> {
	const rows = await tx.query(sql<Account>`
		select u.id, u.email, u.name, u.role, u.password from public.users u where u.id = ${id}::int`);
	return rows[0];
}

/**
 * Gives an account a new password where it has a certain one now (undefined: any); false where it has not. Trigger `auth.password_changed`
 * ends every session and reset of the account with it, but not the token to keep.
 */
export async function setPassword(
	tx: Transaction,
	id: number,
	given: { hash: string; now?: string | null; keepToken?: Buffer },
): Promise<boolean> {
	const kept = given.keepToken === undefined ? "" : given.keepToken.toString("hex");
	await tx.query(sql`select set_config('auth.keep_token', ${kept}, true)`);
	const unchanged = given.now === undefined ? sql`true` : sql`u.password is not distinct from ${given.now}`;
	const rows = await tx.query(sql`
		update public.users u set password = ${given.hash} where u.id = ${id}::int and ${unchanged} returning u.id`);
	return rows.length > 0;
}

/** Keeps the hash of a reset token for the account with this address, for some minutes, in place of those before; undefined without one. */
export async function insertReset(
	tx: Transaction,
	email: string,
	hash: Buffer,
	minutes: number,
): Promise<{ id: number; email: string } | undefined> {
	const rows = await tx.query(sql<{ id: number; email: string }>`
		select u.id, u.email from public.users u where lower(u.email) = lower(${email}) order by u.id limit 1 for share`);
	const [account] = rows;
	if (account === undefined) return undefined;
	await tx.query(sql`delete from auth.password_reset where user_id = ${account.id} or expires_at < now()`);
	await tx.query(sql`
		insert into auth.password_reset (hash, user_id, expires_at)
		values (${hash}, ${account.id}, now() + make_interval(mins => ${minutes}))`);
	return account;
}

/** Takes a reset token, once: whose it is; undefined where it is none, or no longer. Who has it reads the account's mails. */
export async function takeReset(tx: Transaction, hash: Buffer): Promise<number | undefined> {
	const rows = await tx.query(sql<{ user_id: number }>`
		with taken as (delete from auth.password_reset where hash = ${hash} and expires_at > now() returning user_id),
			proven as (delete from auth.unproven_address where user_id in (select user_id from taken))
		select user_id from taken`);
	return rows[0]?.user_id;
}
