import { hash } from "node:crypto";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { serverCaller } from "../../access/caller.ts";
import { findClient } from "../../store/authorization/clients.ts";
import { deleteGrant } from "../../store/authorization/grants.ts";
import {
	addRecord,
	consumeRecord,
	dropRecord,
	dropRecordsOfGrant,
	findRecord,
	findRecordByUid,
	type NewRecord,
	putRecord,
	putSession,
	type StoredRecord,
} from "../../store/authorization/records.ts";
import type { Database, Transaction } from "../../store/database.ts";
import type { ClientKeys } from "./client-keys.ts";
import { clientMetadata } from "./client-metadata.ts";
import { errors } from "./library.ts";

/** Life of a record oidc-provider names none for, in seconds. */
const usualLifeSeconds = 86_400;

/**
 * Where oidc-provider keeps its things: Postgres. Ids are kept as SHA-256 only. What must happen once happens once however many servers
 * try: the library looks and then writes, so the write itself says here whether it was the first.
 */
export function storageAdapter(database: Database, keys: ClientKeys): (model: string) => Adapter {
	const write = <T>(work: (tx: Transaction) => Promise<T>) => database.write(serverCaller, work);
	const read = <T>(work: (tx: Transaction) => Promise<T>) => database.read(serverCaller, work);
	return (model) => ({
		async upsert(id, payload, lifeSeconds) {
			const record = recordOf(model, id, payload, lifeSeconds ?? usualLifeSeconds);
			if (model === "Session" && payload.accountId !== undefined) {
				const { accountId, stamp } = payload as { accountId: string; stamp?: string };
				if (await write((tx) => putSession(tx, record, Number(accountId), stamp ?? ""))) return;
				throw new errors.SessionNotFound("the account has changed since somebody signed in");
			}
			if (model !== "ReplayDetection") return write((tx) => putRecord(tx, record));
			if (!(await write((tx) => addRecord(tx, record)))) {
				throw new errors.InvalidClientAuth("client assertion tokens must only be used once");
			}
		},
		async find(id) {
			if (model === "Client") {
				const client = isClientId(id) ? await read((tx) => findClient(tx, id)) : undefined;
				return client === undefined ? undefined : clientMetadata(client, keys);
			}
			return payloadOf(await read((tx) => findRecord(tx, model, digest(id))), id);
		},
		findByUid: async (uid) => payloadOf(await read((tx) => findRecordByUid(tx, model, uid)), undefined),
		findByUserCode: async () => undefined,
		async consume(id) {
			if (!(await write((tx) => consumeRecord(tx, model, digest(id))))) {
				throw new errors.InvalidGrant("used already, at the same moment");
			}
		},
		async destroy(id) {
			await write(async (tx) => {
				await dropRecord(tx, model, digest(id));
				if (model === "Grant") await deleteGrant(tx, id);
			});
		},
		revokeByGrantId: (grantId) => write((tx) => dropRecordsOfGrant(tx, model, grantId)),
	});
}

/** Whatever else a stranger writes there names no client. */
function isClientId(id: string): boolean {
	return /^[A-Za-z0-9._~-]{1,100}$/.test(id);
}

/** What an id is kept as. */
export function digest(id: string): Buffer {
	return hash("sha256", id, "buffer");
}

function recordOf(model: string, id: string, payload: AdapterPayload, lifeSeconds: number): NewRecord {
	// jti is the id itself, and what a session's cookie holds must not be in its interactions either.
	const { jti: _id, ...kept } = payload;
	if (model === "Interaction" && kept.session !== undefined) {
		const { cookie: _cookie, ...session } = kept.session as { cookie?: string };
		kept.session = session as NonNullable<typeof kept.session>;
	}
	return {
		model,
		id: digest(id),
		payload: JSON.stringify(kept),
		grantId: typeof payload.grantId === "string" ? payload.grantId : null,
		uid: typeof payload.uid === "string" ? payload.uid : null,
		lifeSeconds,
	};
}

function payloadOf(record: StoredRecord | undefined, id: string | undefined): AdapterPayload | undefined {
	if (record === undefined) return undefined;
	return {
		...(JSON.parse(record.payload) as AdapterPayload),
		...(id === undefined ? {} : { jti: id }),
		...(record.consumed === null ? {} : { consumed: record.consumed }),
	};
}
