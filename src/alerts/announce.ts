import {
	type Channel,
	type NewDelivery,
	planDeliveries,
	type Recipients,
	recipientsOf,
} from "../store/alerting/deliveries.ts";
import type { Transaction } from "../store/database.ts";
import type { Announce, Raised } from "./carry-out.ts";

/** Which ways there are to tell somebody. */
export type Channels = ReadonlySet<Channel>;

/** Adds jobs that send messages, within the transaction that caused them. */
export type AddDeliveries = (tx: Transaction, deliveryIds: readonly number[]) => Promise<void>;

/**
 * Plans the messages about alerts that were raised or became graver, within their transaction: they are sent if and only if it commits.
 * Nobody is asked for where there is no way to tell them.
 */
export function announceBy(channels: Channels, add: AddDeliveries): Announce {
	return async (tx, raised) => {
		const worth = channels.size === 0 ? [] : raised.filter(({ severity }) => severity !== "low");
		if (worth.length === 0) return;
		const recipients = new Map(
			(await recipientsOf(tx, [...new Set(worth.map(({ userId }) => userId))])).map((one) => [one.user_id, one]),
		);
		const deliveries = worth.flatMap((one) => {
			const whom = recipients.get(one.userId);
			return whom === undefined ? [] : deliveriesFor(one, whom, channels);
		});
		const ids = await planDeliveries(tx, deliveries);
		if (ids.length > 0) await add(tx, ids);
	};
}

/**
 * Who is told, and how: of what is low nobody (it is in the app), of what is medium the therapist by mail, of what is high both by mail (a
 * patient who prefers texts by text), of what is critical both by mail and text.
 */
function deliveriesFor({ alertId, severity }: Raised, whom: Recipients, channels: Channels): NewDelivery[] {
	if (severity === "low") return [];
	const patient: readonly Channel[] =
		severity === "critical"
			? ["mail", "sms"]
			: severity === "high"
				? whom.prefers_text && whom.has_phone
					? ["sms"]
					: ["mail"]
				: [];
	const therapist: readonly Channel[] = severity === "critical" ? ["mail", "sms"] : ["mail"];
	const to = (userId: number | null, ways: readonly Channel[], hasPhone: boolean): NewDelivery[] =>
		userId === null
			? []
			: ways
					.filter((channel) => channels.has(channel) && (channel === "mail" || hasPhone))
					.map((channel) => ({ alert_id: alertId, user_id: userId, channel, severity }));
	// Where texts cannot be sent, who prefers them gets a mail.
	const ways = patient.length === 1 && patient[0] === "sms" && !channels.has("sms") ? (["mail"] as const) : patient;
	return [...to(whom.user_id, ways, whom.has_phone), ...to(whom.therapist_id, therapist, whom.therapist_has_phone)];
}
