import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Transaction } from "../store/database.ts";
import { connectionsAtVendor } from "../store/devices/connections.ts";
import { isNewEvent, saveSubscription, subscriptionOf } from "../store/devices/handshakes.ts";
import type { DeviceParts } from "./parts.ts";
import { asObject, idAt, UnreadablePayload } from "./payload.ts";
import type { Errand, VendorName } from "./vendor.ts";
import { vendors } from "./vendors/all.ts";

/** Adds work for a connection, within the transaction that remembers the event. */
export type AddErrand = (tx: Transaction, connectionId: number, errand: Errand) => Promise<void>;

/**
 * Takes a vendor's event in: checks its signature, and hands what it tells to do to the queue, once however often it comes. Nothing is fetched
 * here, as vendors wait two seconds at most. Whom it does not concern here, hears nothing of that.
 *
 * @param signature the vendor's signature header; undefined when there is none
 * @param body as it came
 * @throws Failure unauthenticated for a signature that is missing or wrong; invalid for what is no event
 */
export async function receiveEvent(
	parts: DeviceParts,
	name: VendorName,
	{ signature, body }: { signature: string | undefined; body: string },
	add: AddErrand,
): Promise<void> {
	const hooks = vendors[name].webhooks;
	if (hooks === undefined) throw new Failure("not-found", "This vendor sends no events");
	const event = eventOf(body);
	if (hooks.isPing?.(event) === true) return;
	const subscription = await parts.database.read(serverCaller, (tx) => subscriptionOf(tx, name));
	const sealed = subscription?.secret ?? null;
	const secrets = [
		...(sealed === null ? [] : [parts.sealer.open(sealed, placeOfKey(name))]),
		...[
			parts.vendors[name].webhookSecret,
			hooks.signsWithClientSecret ? parts.vendors[name].clientSecret : null,
		].filter((secret) => secret !== null),
	];
	const fits = signature !== undefined && secrets.some((secret) => hooks.verify(signature, body, secret, parts.now()));
	if (!fits && (signature !== undefined || hooks.signatureRequired)) {
		throw new Failure("unauthenticated", "The event's signature does not fit");
	}
	const ofOther = subscription?.vendorId != null && idAt(event, "subscription_id") !== subscription.vendorId;
	if (!fits && ofOther) throw new Failure("unauthenticated", "The event is of another subscription");
	const told = hooks.events(event);
	await parts.database.write(serverCaller, async (tx) => {
		if (!(await isNewEvent(tx, name, hash("sha256", body, "buffer")))) return;
		for (const { vendorUserId, errand } of told) {
			for (const { id } of await connectionsAtVendor(tx, name, vendorUserId)) await add(tx, id, errand);
		}
	});
}

/** What a vendor that wants to know whether this is us must present (Strava's hub.verify_token). */
function verifyToken({ clientSecret }: { readonly clientSecret: string | null }): string {
	return createHmac("sha256", clientSecret ?? "")
		.update("heart webhook verify token")
		.digest("hex")
		.slice(0, 40);
}

/** Whether a verify token is ours. */
export function isVerifyToken(
	settings: { readonly clientSecret: string | null; readonly verifyToken: string | null },
	given: string,
): boolean {
	const digest = (text: string) => hash("sha256", text, "buffer");
	return timingSafeEqual(digest(given), digest(settings.verifyToken ?? verifyToken(settings)));
}

/**
 * Makes a vendor send its events here, unless it does so already. The key it signs with, where it gives one, is kept sealed.
 *
 * @returns what was done, for people
 * @throws CallFailure; Failure unavailable with the vendor's status
 */
export async function subscribe(parts: DeviceParts, name: VendorName): Promise<string> {
	const vendor = vendors[name];
	const settings = parts.vendors[name];
	const facts = vendor.webhooks?.subscribe;
	if (facts === undefined || settings.clientId === null || settings.clientSecret === null) {
		throw new Failure("not-supported", `${vendor.title} sends no events, or is not set up on this server`);
	}
	const known = await parts.database.read(serverCaller, (tx) => subscriptionOf(tx, name));
	if (known !== undefined) return `${vendor.title} is subscribed already`;
	const client = { id: settings.clientId, secret: settings.clientSecret };
	const callback = `${parts.baseUrl}/api/webhooks/${name}`;
	const { path, headers, body } = facts.request(client, callback, settings.verifyToken ?? verifyToken(settings));
	const url = new URL(`${settings.baseUrl ?? vendor.apiBase}${path}`);
	const answer = await parts.ask({ method: "POST", url, headers, body, mostBytes: 1024 * 1024 });
	if (answer.status !== 201 && answer.status !== 200) {
		throw new Failure(
			"unavailable",
			`${vendor.title} answered with status ${answer.status}; is ${callback} reachable for it?`,
		);
	}
	const { id, secret } = facts.read(JSON.parse(answer.body.toString("utf8")));
	const sealed = secret === undefined ? null : parts.sealer.seal(secret, placeOfKey(name));
	await parts.database.write(serverCaller, (tx) =>
		saveSubscription(tx, name, { vendorId: id ?? null, secret: sealed }),
	);
	return `${vendor.title} sends its events to ${callback}`;
}

function eventOf(body: string) {
	try {
		return asObject(JSON.parse(body), "the event");
	} catch (error) {
		if (error instanceof UnreadablePayload || error instanceof SyntaxError)
			throw new Failure("invalid", "The body is no event");
		throw error;
	}
}

/** What a vendor's signing key is bound to. */
export function placeOfKey(name: VendorName): string {
	return `devices.subscription/${name}/secret`;
}
