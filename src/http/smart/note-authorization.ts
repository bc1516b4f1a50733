import { callerOf, serverCaller } from "../../access/caller.ts";
import type { AccessLog } from "../../audit/access-log.ts";
import type { HospitalSignInParts } from "../../auth/hospital/hospital-sign-in.ts";
import type { AuthorizationEvent } from "../../auth/server/around-provider.ts";

/** Writes what happens at the authorization server into the access log: who the client was, which person it was about. */
export function noteAuthorization(accessLog: AccessLog): (event: AuthorizationEvent) => Promise<void> {
	return ({ action, clientId, userId, outcome }) => {
		const app = clientId === undefined ? "app" : `app:${clientId}`;
		return accessLog.record({
			caller: { ...serverCaller, userId: userId ?? 0, actor: userId === undefined ? app : `user:${userId} ${app}` },
			action,
			target: clientId === undefined ? "app" : `app/${clientId}`,
			patients: userId === undefined ? [] : [userId],
			outcome,
		});
	};
}

/** Writes into the access log that an account was found by an e-mail address the identity provider has verified, within the transaction. */
export function noteLinkByEmail(accessLog: AccessLog): HospitalSignInParts["note"] {
	return (tx, linkId, account) =>
		accessLog.include(tx, {
			caller: callerOf(account),
			action: "create",
			target: `identity-links/${linkId}`,
			patients: [account.id],
			outcome: "success",
		});
}
