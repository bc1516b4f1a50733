import { serverCaller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import {
	deleteIdentityLink,
	findIdentityLink,
	type IdentityLinkRow,
	insertIdentityLink,
	isLinkable,
	listIdentityLinks,
} from "../../store/authorization/identity-links.ts";
import type { Database, Transaction } from "../../store/database.ts";

/** Somebody at an identity provider, and the account they are here. */
export interface IdentityLink {
	readonly id: number;
	readonly issuer: string;
	readonly subject: string;
	readonly userId: number;
	readonly madeBy: "email" | "administrator";
	readonly createdAt: string;
	readonly lastUsedAt: string | null;
}

/** Told in the transaction that makes or ends a link. */
export type NoteLink = (tx: Transaction, linkId: number, userId: number) => void;

/** Who is who at a hospital's identity provider, as administrators see it. */
export interface IdentityLinks {
	/** By id. @param userId - of one account; undefined: all @param after - the id before the first */
	list(userId: number | undefined, after: number, limit: number): Promise<readonly IdentityLink[]>;
	/** @throws Failure not-found */
	get(id: number): Promise<IdentityLink>;
	/** @throws Failure invalid - no such account; conflict - the subject is an account already; not-supported - there is no provider */
	add(subject: string, userId: number, note: NoteLink): Promise<IdentityLink>;
	/** Who signed in by it is signed out. @throws Failure not-found */
	remove(id: number, note: NoteLink): Promise<void>;
}

/** @param issuer - of the provider people sign in at; null: there is none */
export function identityLinks(database: Database, issuer: string | null): IdentityLinks {
	const none = () => new Failure("not-found", "There is no such link");
	return {
		list: async (userId, after, limit) =>
			(await database.read(serverCaller, (tx) => listIdentityLinks(tx, userId, after, limit))).map(shown),
		async get(id) {
			const found = await database.read(serverCaller, (tx) => findIdentityLink(tx, id));
			if (found === undefined) throw none();
			return shown(found);
		},
		async add(subject, userId, note) {
			if (issuer === null) throw new Failure("not-supported", "This server has no identity provider (OIDC_ISSUER)");
			const made = await database.write(serverCaller, async (tx) => {
				if (!(await isLinkable(tx, userId))) {
					throw new Failure("invalid", "userId names no account", { expression: "userId" });
				}
				const link = await insertIdentityLink(tx, { issuer, subject, user_id: userId, made_by: "administrator" });
				if (link !== undefined) note(tx, link.id, userId);
				return link;
			});
			if (made === undefined) {
				throw new Failure("conflict", "This subject is connected to an account already", { expression: "subject" });
			}
			return shown(made);
		},
		async remove(id, note) {
			await database.write(serverCaller, async (tx) => {
				const userId = await deleteIdentityLink(tx, id);
				if (userId === undefined) throw none();
				note(tx, id, userId);
			});
		},
	};
}

function shown(row: IdentityLinkRow): IdentityLink {
	return {
		id: row.id,
		issuer: row.issuer,
		subject: row.subject,
		userId: row.user_id,
		madeBy: row.made_by,
		createdAt: row.created_at,
		lastUsedAt: row.used_at,
	};
}
