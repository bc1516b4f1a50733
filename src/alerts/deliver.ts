import { serverCaller } from "../access/caller.ts";
import { MailFailure } from "../mail/mail-failure.ts";
import type { Mailer } from "../mail/mailer.ts";
import { type Delivery, deliveryById, recordDelivery } from "../store/alerting/deliveries.ts";
import type { Database } from "../store/database.ts";
import type { TextMessages } from "./text-messages.ts";
import { TextFailure } from "./text-messages.ts";

/** What messages are sent with; null where a way is not set up. */
export interface DeliveryParts {
	readonly database: Database;
	readonly mailer: Mailer | null;
	readonly texts: TextMessages | null;
	/** Where people sign in. */
	readonly baseUrl: string;
}

/** One try to send one message. */
export type Deliver = (deliveryId: number, isLast: boolean, signal: AbortSignal) => Promise<void>;

/**
 * Sends messages about alerts, each until it is taken or refused for good. A message that was taken just before the server died is sent
 * again, under the same Message-ID, so that its receiver can tell. @throws what may pass, to be tried again
 */
export function delivering({ database, mailer, texts, baseUrl }: DeliveryParts): Deliver {
	const record = (
		delivery: Delivery,
		state: "waiting" | "sent" | "refused" | "given-up" | "dropped",
		reason: string | null,
	) => database.write(serverCaller, (tx) => recordDelivery(tx, delivery, state, reason));
	return async (deliveryId, isLast, signal) => {
		const delivery = await database.read(serverCaller, (tx) => deliveryById(tx, deliveryId));
		if (delivery?.state !== "waiting") return;
		if (delivery.withdrawn) return record(delivery, "dropped", "its cause was corrected");
		try {
			if (!(await send(delivery, signal))) return await record(delivery, "refused", "no way to tell");
		} catch (error) {
			const isFinal = (error instanceof MailFailure || error instanceof TextFailure) && !error.isTransient;
			const reason = error instanceof MailFailure || error instanceof TextFailure ? error.message : "unexpected";
			await record(delivery, isFinal ? "refused" : isLast ? "given-up" : "waiting", reason);
			if (isFinal) return;
			throw error;
		}
		await record(delivery, "sent", null);
	};

	/** Whether there was a way to. */
	async function send(delivery: Delivery, signal: AbortSignal): Promise<boolean> {
		const id = `alert-${delivery.alert_id}-${delivery.id}`;
		const words = wordsFor(delivery, baseUrl);
		if (delivery.channel === "mail") {
			if (mailer === null) return false;
			await mailer.send({ to: delivery.email, id, subject: words.subject, text: words.text });
			return true;
		}
		if (texts === null || delivery.phone_number === null) return false;
		await texts.send({ to: delivery.phone_number, id, text: words.short }, signal);
		return true;
	}
}

/** Says that there is something, and where to read it: mails and texts are read by others, too, so neither who nor what. */
function wordsFor({ severity, alert_id, to_patient }: Delivery, baseUrl: string) {
	const whose = to_patient ? "You have" : "A patient in your care has";
	const urgent =
		to_patient && severity === "critical"
			? ["", "If you feel unwell – chest pain, breathlessness, faintness – call the emergency number now."]
			: [];
	return {
		subject: `Heart Recovery: ${severity} alert`,
		text: [
			`${whose} a new ${severity} alert (number ${alert_id}).`,
			...urgent,
			"",
			`Sign in to read it: ${baseUrl}/`,
		].join("\n"),
		short: `Heart Recovery: ${whose.toLowerCase()} a ${severity} alert (${alert_id}). Sign in: ${baseUrl}/`,
	};
}
