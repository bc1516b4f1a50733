import { CallFailure } from "./http-client.ts";
import { UnreadablePayload } from "./payload.ts";

/**
 * Why something with a vendor did not work. `message` is for the person and the sync log: it holds no address, token or data.
 *
 * - `reconnect`: the vendor refuses this access for good; only the person can help.
 * - `limit`: too many requests; `until` says when to go on.
 * - `later`: trouble on the way or at the vendor; trying again helps.
 * - `stopped`: this run ends, somebody else goes on.
 */
export class VendorTrouble extends Error {
	readonly what: "reconnect" | "limit" | "later" | "stopped";
	/** Epoch milliseconds. */
	readonly until: number | undefined;

	constructor(what: VendorTrouble["what"], message: string, options: { until?: number; cause?: unknown } = {}) {
		super(message, { cause: options.cause });
		this.what = what;
		this.until = options.until;
	}
}

/** Anything thrown as trouble; what is none of a vendor's (the database, a mistake of ours) stays what it is. */
export function asTrouble(error: unknown, vendor: string): unknown {
	if (error instanceof CallFailure || error instanceof UnreadablePayload)
		return new VendorTrouble("later", `${vendor}: ${error.message}`, { cause: error });
	return error;
}
