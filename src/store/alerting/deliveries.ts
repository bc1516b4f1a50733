import { sql } from "kysely";
import { Alerts } from "../../tables/alerts.ts";
import { editRows } from "../change/edit-rows.ts";
import type { Transaction } from "../database.ts";

/** By which way somebody is told. */
export type Channel = "mail" | "sms";

/** Whom alerts about a person may be told to. */
export interface Recipients {
	/** users.id of the person the alerts are about. */
	readonly user_id: number;
	readonly has_phone: boolean;
	readonly prefers_text: boolean;
	readonly therapist_id: number | null;
	readonly therapist_has_phone: boolean;
}

/** Whom alerts about some people may be told to. */
export async function recipientsOf(tx: Transaction, userIds: readonly number[]): Promise<Recipients[]> {
	return tx.query(sql<Recipients>`
		select u.id as user_id, coalesce(u.phone_number, '') <> '' as has_phone,
			coalesce(p.preferred_contact_method = 'text', false) as prefers_text,
			p.therapist_id, coalesce(t.phone_number, '') <> '' as therapist_has_phone
		from public.users u
			left join fhir.person s on s.user_id = u.id and s.subject
			left join public.patients p on p.id = s.patient_id
			left join public.users t on t.id = p.therapist_id
		where u.id = any(${sql.val([...userIds])}::int[])`);
}

/** A message to be sent. */
export interface NewDelivery {
	readonly alert_id: number;
	/** users.id of who is told. */
	readonly user_id: number;
	readonly channel: Channel;
	readonly severity: string;
}

/** Plans messages; one that was planned already is not planned again. Gives the ids of the new ones. */
export async function planDeliveries(tx: Transaction, deliveries: readonly NewDelivery[]): Promise<number[]> {
	if (deliveries.length === 0) return [];
	const rows = await tx.query(sql<{ id: number }>`
		insert into alerting.delivery (alert_id, user_id, channel, severity)
		select alert_id, user_id, channel, severity from json_populate_recordset(null::alerting.delivery, ${JSON.stringify(deliveries)}::json)
		on conflict do nothing returning id::int as id`);
	return rows.map(({ id }) => id);
}

/** A message with all that is needed to send it. */
export interface Delivery extends NewDelivery {
	readonly id: number;
	readonly state: string;
	readonly email: string;
	readonly phone_number: string | null;
	/** Who is told is who the alert is about. */
	readonly to_patient: boolean;
	/** What it was raised for turned out to be none. */
	readonly withdrawn: boolean;
}

/** A message; undefined when its alert is gone. */
export async function deliveryById(tx: Transaction, id: number): Promise<Delivery | undefined> {
	const rows = await tx.query(sql<Delivery>`
		select d.id::int as id, d.alert_id, d.user_id, d.channel, d.severity, d.state, u.email, u.phone_number,
			a.user_id = d.user_id as to_patient, coalesce(r.closed_by = 'withdrawal', false) as withdrawn
		from alerting.delivery d
			join public.alerts a on a.id = d.alert_id
			join public.users u on u.id = d.user_id
			left join alerting.raised r on r.alert_id = d.alert_id
		where d.id = ${id}`);
	return rows[0];
}

/** Records what became of a message; once one was sent, its alert says that somebody was notified. */
export async function recordDelivery(
	tx: Transaction,
	{ id, alert_id }: Pick<Delivery, "id" | "alert_id">,
	state: "waiting" | "sent" | "refused" | "given-up" | "dropped",
	reason: string | null,
): Promise<void> {
	await tx.query(sql`
		update alerting.delivery set (state, reason, attempts, updated_at)
			= (${state}, ${reason}, attempts + 1, date_trunc('milliseconds', clock_timestamp())) where id = ${id}`);
	if (state !== "sent") return;
	const told = await tx.query(sql<{ notified: boolean | null }>`
		select notified from public.alerts where id = ${alert_id} for update`);
	if (told[0] !== undefined && told[0].notified !== true)
		await editRows(tx, Alerts, [{ id: alert_id, changes: { notified: true } }]);
}
