import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import { serverCaller } from "../../access/caller.ts";
import { deleteGrant } from "../../store/authorization/grants.ts";
import type { Database } from "../../store/database.ts";
import { lives } from "./provider.ts";

/** Who is signed in in a browser: the session of the authorization server, one for its forms and all other pages. */
export interface BrowserSessions {
	/** users.id; undefined where nobody is. */
	userOf(request: IncomingMessage, response: ServerResponse): Promise<number | undefined>;
	/** Starts a session under a new id, whatever the browser had. */
	signIn(request: IncomingMessage, response: ServerResponse, userId: number): Promise<void>;
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
		async signIn(request, response, userId) {
			const { provider, context, session } = await open(request, response);
			// What the browser had is dropped with it: nobody goes on in a session somebody else prepared.
			await session.destroy();
			const fresh = new provider.Session();
			fresh.loginAccount({ accountId: String(userId) });
			await fresh.save(lives.session);
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
