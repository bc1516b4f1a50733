import type { Budget } from "./budget.ts";
import type { Ask, CallAnswer } from "./http-client.ts";
import { unreadable } from "./payload.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { VendorReply, VendorRequest } from "./vendor.ts";

/** A vendor's API with somebody's access. */
export interface VendorApi {
	/**
	 * Asks; a reply whose status is not among the good ones is trouble.
	 *
	 * @param good statuses besides 2xx that mean something
	 * @throws VendorTrouble
	 */
	send(request: VendorRequest, good?: readonly number[]): Promise<VendorReply>;
}

/** What {@link vendorApi} needs. */
export interface VendorApiParts {
	readonly ask: Ask;
	/** As people call it. */
	readonly title: string;
	/** Without a trailing slash. */
	readonly base: string;
	/** Given by a person: not to be followed inside. */
	readonly guarded: boolean;
	readonly budget: Budget;
	/** Statuses that mean the token is no good. */
	readonly refusals: readonly number[];
	/** A token that is good now; `refused` is one the vendor would not take. @throws VendorTrouble reconnect */
	readonly accessToken: (refused?: string) => Promise<string>;
	readonly sleep: (milliseconds: number) => Promise<void>;
	readonly signal?: AbortSignal | undefined;
}

/** Waits before the second and third try of a read that was cut or met trouble at the vendor. */
const pauses = [250, 1000];

/** Asks a vendor within its limits, again where that may help, with a new token where the old one is refused. */
export function vendorApi(parts: VendorApiParts): VendorApi {
	const { ask, title, budget } = parts;

	async function once(request: VendorRequest, token: string): Promise<CallAnswer> {
		parts.signal?.throwIfAborted();
		await budget.spend();
		const url = new URL(`${parts.base}${request.path}`);
		for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
		const headers = {
			authorization: `Bearer ${token}`,
			...(request.json === undefined ? {} : { "content-type": "application/json" }),
		};
		const body = request.json === undefined ? {} : { body: JSON.stringify(request.json) };
		const answer = await ask({
			method: request.method,
			url,
			headers,
			...body,
			guarded: parts.guarded,
			signal: parts.signal,
		});
		await budget.settle(answer);
		return answer;
	}

	async function patiently(request: VendorRequest, token: string): Promise<CallAnswer> {
		for (let attempt = 0; ; attempt++) {
			const pause = pauses[attempt];
			try {
				const answer = await once(request, token);
				if (answer.status < 500 || pause === undefined) return answer;
			} catch (error) {
				const trouble = asTrouble(error, title);
				if (error === trouble || pause === undefined) throw trouble;
				// A hanging one would hang again.
				if ((error as { trouble?: string }).trouble !== "cut") throw trouble;
			}
			await parts.sleep(pause);
		}
	}

	return {
		async send(request, good = []) {
			const token = await parts.accessToken();
			let answer = await patiently(request, token);
			if (answer.status === 401 && !good.includes(401))
				answer = await patiently(request, await parts.accessToken(token));
			const { status } = answer;
			if ((status >= 200 && status < 300) || good.includes(status)) return { status, body: bodyOf(answer, good) };
			if (parts.refusals.includes(status)) throw new VendorTrouble("reconnect", `${title} refuses the access`);
			if (status === 403) throw new VendorTrouble("reconnect", `${title} wants your consent before it gives data`);
			throw new VendorTrouble("later", `${title} answered with status ${status}`);
		},
	};
}

/** JSON where there is any; a status that means something by itself may come with whatever body. */
function bodyOf({ status, body }: CallAnswer, good: readonly number[]): unknown {
	const text = body.toString("utf8").trim();
	if (text === "") return undefined;
	try {
		return JSON.parse(text);
	} catch {
		if (good.includes(status)) return undefined;
		throw unreadable("it is not JSON");
	}
}
