import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Remembers a connect under way. */
export async function insertHandshake(
	tx: Transaction,
	given: { state: Buffer; userId: number; vendor: string; expiresAt: string },
): Promise<void> {
	await tx.query(sql`
		insert into devices.handshake (state, user_id, vendor, expires_at)
		values (${given.state}, ${given.userId}::int, ${given.vendor}, ${given.expiresAt}::timestamptz)`);
}

/** Whose connect this is; undefined when there is none, it is used up or too old. It is used up by this. */
export async function takeHandshake(
	tx: Transaction,
	given: { state: Buffer; vendor: string; now: string },
): Promise<number | undefined> {
	const rows = await tx.query(sql<{ user_id: number; fresh: boolean }>`
		delete from devices.handshake where (state = ${given.state} and vendor = ${given.vendor})
			or expires_at < ${given.now}::timestamptz - interval '1 day'
		returning user_id, state = ${given.state} and expires_at >= ${given.now}::timestamptz as fresh`);
	return rows.find(({ fresh }) => fresh)?.user_id;
}

/** Whether an event comes for the first time. */
export async function isNewEvent(tx: Transaction, vendor: string, digest: Buffer): Promise<boolean> {
	const rows = await tx.query(sql`
		insert into devices.event (vendor, digest) values (${vendor}, ${digest}) on conflict do nothing returning vendor`);
	return rows.length === 1;
}

/** Forgets events that nobody sends again. */
export async function forgetEvents(tx: Transaction): Promise<void> {
	await tx.query(sql`delete from devices.event where received_at < now() - interval '7 days'`);
}

/** A vendor's webhook for this app; `secret` is sealed. */
export interface SubscriptionRow {
	readonly vendorId: string | null;
	readonly secret: string | null;
}

export async function subscriptionOf(tx: Transaction, vendor: string): Promise<SubscriptionRow | undefined> {
	const rows = await tx.query(sql<SubscriptionRow>`
		select vendor_id as "vendorId", secret from devices.subscription where vendor = ${vendor}`);
	return rows[0];
}

export async function saveSubscription(
	tx: Transaction,
	vendor: string,
	{ vendorId, secret }: SubscriptionRow,
): Promise<void> {
	await tx.query(sql`
		insert into devices.subscription (vendor, vendor_id, secret) values (${vendor}, ${vendorId}, ${secret})
		on conflict (vendor) do update set vendor_id = excluded.vendor_id, secret = excluded.secret`);
}

/** Says who may see a vendor's data, for what is here and what comes; one statement each way. */
export async function saveAudience(tx: Transaction, vendor: string, audience: "owner" | "care-team"): Promise<void> {
	const changed = await tx.query(sql`
		insert into devices.audience as a (vendor, audience) values (${vendor}, ${audience})
		on conflict (vendor) do update set audience = excluded.audience where a.audience <> excluded.audience returning vendor`);
	if (changed.length === 0) return;
	const rows = sql`
		select r.table_name, r.row_id from devices.record r join public.device_connections d on d.id = r.connection_id
		where d.device_type = ${vendor} and r.row_id is not null`;
	if (audience === "owner") {
		await tx.query(sql`insert into devices.hidden (table_name, row_id) ${rows} on conflict do nothing`);
	} else {
		await tx.query(
			sql`delete from devices.hidden h using (${rows}) r where h.table_name = r.table_name and h.row_id = r.row_id`,
		);
	}
}
