import { sql } from "kysely";
import { authChanged } from "../auth-channel.ts";
import type { Transaction } from "../database.ts";
import type { Account } from "../sign-in.ts";

/** Somebody at an identity provider, and the account they are here. */
export interface IdentityLinkRow {
	readonly id: number;
	readonly issuer: string;
	readonly subject: string;
	readonly user_id: number;
	readonly made_by: "email" | "administrator";
	readonly created_at: string;
	/** When somebody last signed in by it. */
	readonly used_at: string | null;
}

/** What is written of a link. */
export type NewIdentityLink = Pick<IdentityLinkRow, "issuer" | "subject" | "user_id" | "made_by">;

/** An account as linking sees it. */
export interface LinkableAccount extends Account {
	/** Whether somebody at the issuer is this account already. */
	readonly is_linked: boolean;
	/** Whether the person made it themselves and nobody has proven that the address is theirs. */
	readonly is_unproven: boolean;
}

const columns = sql<IdentityLinkRow>`l.id, l.issuer, l.subject, l.user_id, l.made_by, l.created_at, l.used_at`;

/** Accounts whose person deleted them stay, anonymised (`native/anonymise-account.ts`): nobody signs in to them again. */
const isThere = sql`u.email <> 'deleted-' || u.id || '@deleted.invalid'`;

/** Links by id, those of one account or all, from after an id on. */
export function listIdentityLinks(
	tx: Transaction,
	userId: number | undefined,
	after: number,
	limit: number,
): Promise<IdentityLinkRow[]> {
	const whose = userId === undefined ? sql`true` : sql`l.user_id = ${userId}::int`;
	return tx.query(sql<IdentityLinkRow>`
		select ${columns} from auth.identity_link l where ${whose} and l.id > ${after}::int order by l.id limit ${limit}::int`);
}

export async function findIdentityLink(tx: Transaction, id: number): Promise<IdentityLinkRow | undefined> {
	const rows = await tx.query(
		sql<IdentityLinkRow>`select ${columns} from auth.identity_link l where l.id = ${id}::int`,
	);
	return rows[0];
}

/** The account somebody at an issuer is here, noting that they sign in; undefined where they are none. */
export async function accountOfIdentity(
	tx: Transaction,
	issuer: string,
	subject: string,
): Promise<Account | undefined> {
	const rows = await tx.query(sql<Account>`
		update auth.identity_link l set used_at = now() from public.users u
		where l.issuer = ${issuer} and l.subject = ${subject} and u.id = l.user_id and ${isThere}
		returning u.id, u.email, u.name, u.role, u.password`);
	return rows[0];
}

/** The accounts with this e-mail address, in whatever case it was written, for this transaction alone to link; two where it does not say which. */
export async function linkableAccounts(tx: Transaction, email: string, issuer: string): Promise<LinkableAccount[]> {
	const found = sql`from public.users u where lower(u.email) = lower(${email}) and ${isThere} order by u.id limit 2`;
	// A statement of its own: what the next one sees is as it is once nobody else is at it.
	await tx.query(sql`select 1 ${found} for update`);
	return tx.query(sql<LinkableAccount>`
		select u.id, u.email, u.name, u.role, u.password,
			exists (select from auth.identity_link l where l.user_id = u.id and l.issuer = ${issuer}) as is_linked,
			exists (select from auth.unproven_address a where a.user_id = u.id) as is_unproven
		${found}`);
}

/** Whether there is an account to link. */
export async function isLinkable(tx: Transaction, userId: number): Promise<boolean> {
	const rows = await tx.query(sql`select 1 from public.users u where u.id = ${userId}::int and ${isThere} for share`);
	return rows.length > 0;
}

/** Adds a link; one by an e-mail address is used by that. Undefined where the issuer's subject is an account already. */
export async function insertIdentityLink(tx: Transaction, link: NewIdentityLink): Promise<IdentityLinkRow | undefined> {
	const rows = await tx.query(sql<IdentityLinkRow>`
		insert into auth.identity_link as l (issuer, subject, user_id, made_by, used_at)
		values (${link.issuer}, ${link.subject}, ${link.user_id}, ${link.made_by},
			case when ${link.made_by} = 'email' then now() end)
		on conflict (issuer, subject) do nothing returning ${columns}`);
	return rows[0];
}

/** Removes a link, and signs out in browsers who may have signed in by it. @returns whose it was; undefined where there was none */
export async function deleteIdentityLink(tx: Transaction, id: number): Promise<number | undefined> {
	tx.heard(authChanged);
	const rows = await tx.query(sql<{ user_id: number }>`
		delete from auth.identity_link where id = ${id}::int returning user_id`);
	const userId = rows[0]?.user_id;
	if (userId !== undefined) {
		await tx.query(
			sql`delete from auth.record where model = 'Session' and payload ->> 'accountId' = ${String(userId)}`,
		);
	}
	return userId;
}

/**
 * Notes that an address is its account's person's. The password goes with which somebody made the account without being asked for a
 * proof, and with it (trigger `end_access`) all sessions: they may be somebody else.
 */
export async function proveAddress(tx: Transaction, userId: number): Promise<void> {
	tx.heard(authChanged);
	await tx.query(sql`delete from auth.unproven_address where user_id = ${userId}::int`);
	await tx.query(sql`update public.users set password = null where id = ${userId}::int`);
}
