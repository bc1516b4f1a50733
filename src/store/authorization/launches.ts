import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** A launch that was not used yet: for one person, one app and one patient. */
export interface LaunchRow {
	readonly client_id: string;
	readonly user_id: number;
	readonly patient_id: number;
	/** Id of an Encounter. */
	readonly encounter: string | null;
}

/** What is written of a launch. */
export interface NewLaunch {
	/** SHA-256 of the launch token. */
	readonly hash: Buffer;
	readonly clientId: string;
	readonly userId: number;
	readonly patientId: number;
	readonly encounter: string | undefined;
	readonly minutes: number;
}

const columns = sql<LaunchRow>`client_id, user_id, patient_id, encounter`;

/** Keeps a launch; gives the moment it ends. */
export async function insertLaunch(tx: Transaction, launch: NewLaunch): Promise<string> {
	const rows = await tx.query(sql<{ expires_at: string }>`
		insert into auth.launch (hash, client_id, user_id, patient_id, encounter, expires_at)
		values (${launch.hash}, ${launch.clientId}, ${launch.userId}, ${launch.patientId}, ${launch.encounter ?? null},
			now() + make_interval(mins => ${launch.minutes}))
		returning expires_at`);
	return rows[0]?.expires_at ?? "";
}

/** A launch that can be used still. */
export async function findLaunch(tx: Transaction, hash: Buffer): Promise<LaunchRow | undefined> {
	const rows = await tx.query(sql<LaunchRow>`
		select ${columns} from auth.launch where hash = ${hash} and used_at is null and expires_at > now()`);
	return rows[0];
}

/** Uses a launch up. @returns whether it could be used: once, and by the person and the app it is for */
export async function takeLaunch(
	tx: Transaction,
	hash: Buffer,
	userId: number,
	clientId: string,
): Promise<LaunchRow | undefined> {
	const rows = await tx.query(sql<LaunchRow>`
		update auth.launch set used_at = now()
		where hash = ${hash} and user_id = ${userId} and client_id = ${clientId} and used_at is null and expires_at > now()
		returning ${columns}`);
	return rows[0];
}
