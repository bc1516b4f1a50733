import type { Sealer } from "../secrets/sealer.ts";
import type { Database, Transaction } from "../store/database.ts";
import type { Ask } from "./http-client.ts";
import type { VendorName } from "./vendor.ts";

/** What the configuration says about a vendor. */
export interface VendorSettings {
	readonly clientId: string | null;
	readonly clientSecret: string | null;
	/** Replaces all of the vendor's addresses. */
	readonly baseUrl: string | null;
	readonly audience: "owner" | "care-team";
	/** Signs events, where it was not the server that subscribed. */
	readonly webhookSecret: string | null;
	/** What the vendor presents when it makes sure of the address; null: derived from the client secret. */
	readonly verifyToken: string | null;
}

/** What pulling needs from outside; made once, in app.ts. */
export interface DeviceParts {
	readonly database: Database;
	readonly sealer: Sealer;
	readonly ask: Ask;
	readonly vendors: Readonly<Record<VendorName, VendorSettings>>;
	/** This server's public address, without a trailing slash. */
	readonly baseUrl: string;
	/** Epoch milliseconds; what vendors' times are compared with. */
	readonly now: () => number;
	/** From 0 to below 1; spreads what would otherwise happen at once. */
	readonly random: () => number;
	readonly sleep: (milliseconds: number) => Promise<void>;
	/** How long payloads are kept for replay; 0: not at all. */
	readonly keepPayloadsDays: number;
	/** Folder below which export folders are; null: none. */
	readonly exportFolder: string | null;
	/** Makes what was written part of the access log, within its transaction. */
	readonly note: (
		tx: Transaction,
		entry: { target: string; returned: readonly string[]; patients: readonly number[] },
	) => void;
	readonly log: { warn(fields: object, message: string): void };
}

/** Where a secret of a connection stands: what it is bound to when it is sealed. */
export function placeOf(connectionId: number, what: "access_token" | "refresh_token" | "secrets"): string {
	return `device_connections/${connectionId}/${what}`;
}

/** Where a kept payload stands. */
export function placeOfPayload(connectionId: number, feed: string): string {
	return `devices.payload/${connectionId}/${feed}`;
}
