import { type Caller, callerOf, serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import { accountById, appByGrant, tokenByHash } from "../store/authorization/standing.ts";
import type { Database } from "../store/database.ts";
import type { Standing } from "../store/exports/exports.ts";
import { callerOfToken } from "./server/grants.ts";
import { callerByToken, tokenDigest } from "./tokens.ts";

/** Who asks by a token, kept for work that is done later. @throws Failure unauthenticated - the token has just ended */
export async function standingOf(database: Database, token: string): Promise<Standing> {
	const tokenHash = tokenDigest(token);
	const row = await database.read(serverCaller, (tx) => tokenByHash(tx, tokenHash));
	if (row === undefined) throw new Failure("unauthenticated", "The token is not valid, or no longer");
	return {
		tokenHash,
		tokenExpiresAt: row.expires_at,
		scope: row.scope,
		clientId: row.client_id,
		grantId: row.grant_id,
		userId: row.user_id ?? 0,
	};
}

/**
 * Who asked, if they still may: until the token would end by itself it must be good; after that the app, what was granted to it and the person
 * must be there. (A backend's token is good for five minutes, an export may take longer.)
 *
 * @param now - milliseconds since 1970
 */
export function callerStanding(database: Database, standing: Standing, now: number): Promise<Caller | undefined> {
	const { tokenHash, tokenExpiresAt, scope, clientId, grantId, userId } = standing;
	return database.read(serverCaller, async (tx) => {
		const byToken = await callerByToken(tx, tokenHash);
		if (byToken !== undefined || Date.parse(tokenExpiresAt) > now) return byToken;
		if (clientId === null) {
			const account = await accountById(tx, userId);
			return account === undefined ? undefined : callerOf(account);
		}
		const app = await appByGrant(tx, clientId, grantId, scope ?? "");
		return app === undefined ? undefined : callerOfToken(app);
	});
}
