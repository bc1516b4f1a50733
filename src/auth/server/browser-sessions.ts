import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { serverCaller } from "../../access/caller.ts";
import { Failure } from "../../fhir/failure.ts";
import { deleteGrant } from "../../store/authorization/grants.ts";
import type { Database } from "../../store/database.ts";
import type { Account } from "../../store/sign-in.ts";
import { accountStamp } from "../account-stamp.ts";
import { errors } from "./library.ts";
import { lives } from "./provider.ts";

/** Who is signed in in a browser: the session of the authorization server, one for its forms and all other pages. */
export interface BrowserSessions {
	/** users.id; undefined where nobody is. */
	userOf(request: IncomingMessage, response: ServerResponse): Promise<number | undefined>;
	/**
	 * Starts a session under a new id, whatever the browser had, for an account whose password was just compared.
	 *
	 * @throws Failure unauthenticated - it has another one meanwhile
	 */
	signIn(request: IncomingMessage, response: ServerResponse, account: Pick<Account, "id" | "password">): Promise<void>;
	/** Ends it, with the access that apps were granted in it for as long as it lasts. */
	signOut(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** @param current - the authorization server as it is now; @param secure - whether browsers come by https */
export function browserSessions(
	current: () => Promise<Provider>,
	database: Database,
	secure: boolean,
): BrowserSessions {
	async function open(request: IncomingMessage, response: ServerResponse) {
		const provider = await current();
		const context = provider.createContext(request, response);
		if (secure) context.cookies.secure = true;
		const session = await provider.Session.get(context as never);
		return { provider, context, session };
	}
	const cookie = { httpOnly: true, sameSite: "lax", secure, path: "/", signed: true, overwrite: true } as const;
	return {
		async userOf(request, response) {
			if (request.headers.cookie === undefined) return undefined;
			const { session } = await open(request, response);
			return session.accountId === undefined ? undefined : Number(session.accountId);
		},
		async signIn(request, response, account) {
			const { provider, context, session } = await open(request, response);
			// What the browser had is dropped with it: nobody goes on in a session somebody else prepared.
			await session.destroy();
			const fresh = new provider.Session();
			fresh.loginAccount({ accountId: String(account.id), stamp: accountStamp(account) } as never);
			await fresh.save(lives.session).catch((error: unknown) => {
				if (!(error instanceof errors.SessionNotFound)) throw error;
				throw new Failure("unauthenticated", "E-mail address or password is wrong");
			});
			const expires = new Date(Date.now() + lives.session * 1000);
			context.cookies.set(provider.cookieName("session"), fresh.jti, { ...cookie, expires });
		},
		async signOut(request, response) {
			const { provider, context, session } = await open(request, response);
			for (const { grantId, persistsLogout } of Object.values(session.authorizations ?? {})) {
				if (grantId === undefined || persistsLogout) continue;
				await database.write(serverCaller, (tx) => deleteGrant(tx, grantId));
			}
			await session.destroy();
			context.cookies.set(provider.cookieName("session"), null, cookie);
		},
	};
}
