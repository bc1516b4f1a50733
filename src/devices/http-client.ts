import { lookup as resolve } from "node:dns";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isInside } from "./inside.ts";

/** How a call to the outside went wrong before there was an answer. */
export type CallTrouble = "timeout" | "cut" | "too-large" | "inside" | "address" | "redirects";

/** No answer: nothing is known of what the other side did. The message holds no address and no data. */
export class CallFailure extends Error {
	readonly trouble: CallTrouble;

	constructor(trouble: CallTrouble) {
		super(words[trouble]);
		this.trouble = trouble;
	}
}

const words: Readonly<Record<CallTrouble, string>> = {
	timeout: "it did not answer in time",
	cut: "the connection was cut or refused",
	"too-large": "its answer is too large",
	inside: "its address is inside this network, which DEVICE_PRIVATE_NETWORKS would have to allow",
	address: "its address is not an http or https address",
	redirects: "it redirects, which is not followed",
};

/** A call to the outside. */
export interface Call {
	readonly method: string;
	readonly url: URL;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
	/** Addresses that a person gave: those inside this network are refused. Default: false, for addresses of the configuration. */
	readonly guarded?: boolean;
	/** How many redirects to follow: never to another host inside, and the authorization is not taken to another host. Default: 0 */
	readonly redirects?: number;
	/** Bytes. Default: 20 MiB */
	readonly mostBytes?: number;
	/**
	 * Takes the parts of an answer of status 200 as they come, so that it is not held in memory; its body is empty then. What it throws is thrown
	 * as it is.
	 */
	readonly into?: (part: Buffer) => Promise<void>;
	/** For the whole answer. Default: 20000 */
	readonly timeoutMilliseconds?: number;
	readonly signal?: AbortSignal | undefined;
}

/** An answer, whole. */
export interface CallAnswer {
	readonly status: number;
	/** A header by name in any casing; several of one name joined by commas. */
	readonly header: (name: string) => string | null;
	readonly body: Buffer;
}

/** Asks somebody outside, until the answer is whole and its last part taken. @throws CallFailure */
export type Ask = (call: Call) => Promise<CallAnswer>;

/**
 * The way outside. Guarded calls check the very address that is connected to, so that a name which means another one a moment later helps
 * nobody in.
 *
 * @param privateNetworks where guarded calls may go all the same: bridges in one's own network
 */
export function httpClient({ privateNetworks }: { readonly privateNetworks: readonly string[] }): Ask {
	const ask = async (call: Call, left: number, guard: Guard | undefined): Promise<CallAnswer> => {
		const answer = await once(call, guard);
		if (answer.status < 300 || answer.status >= 400 || answer.status === 304) return answer;
		if (left === 0) throw new CallFailure("redirects");
		const url = URL.parse(answer.header("location") ?? "", call.url);
		if (url === null) throw new CallFailure("address");
		if (url.origin === call.url.origin) return ask({ ...call, url }, left - 1, guard);
		const { authorization: _, ...headers } = call.headers ?? {};
		return ask({ ...call, url, headers }, left - 1, { allowed: [] });
	};
	return (call) => ask(call, call.redirects ?? 0, call.guarded === true ? { allowed: privateNetworks } : undefined);
}

/** Refuses addresses inside, but for these networks. */
interface Guard {
	readonly allowed: readonly string[];
}

function once(call: Call, guard: Guard | undefined): Promise<CallAnswer> {
	const { url, mostBytes = 20 * 1024 * 1024, timeoutMilliseconds = 20_000, into } = call;
	if (!/^https?:$/.test(url.protocol) || url.username !== "") return Promise.reject(new CallFailure("address"));
	const host = url.hostname.replace(/^\[|\]$/g, "");
	if (guard !== undefined && isIP(host) !== 0 && isInside(host, guard.allowed))
		return Promise.reject(new CallFailure("inside"));
	return new Promise((done, failed) => {
		const limit = AbortSignal.timeout(timeoutMilliseconds);
		const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, {
			method: call.method,
			headers: { accept: "application/json", "user-agent": "heart-recovery", ...call.headers },
			signal: call.signal === undefined ? limit : AbortSignal.any([limit, call.signal]),
			agent: false,
			...(guard === undefined ? {} : { lookup: guardedLookup(guard) }),
		});
		const fail = (error: unknown) =>
			failed(
				error instanceof CallFailure
					? error
					: new CallFailure(limit.aborted ? "timeout" : isGuard(error) ? "inside" : "cut"),
			);
		request.on("error", fail);
		request.on("response", (response) => {
			const header = (name: string) => {
				const value = response.headers[name.toLowerCase()];
				return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
			};
			const status = response.statusCode ?? 0;
			gathered(response, mostBytes, status === 200 ? into : undefined).then(
				(body) => done({ status, header, body }),
				(error: unknown) => (error instanceof NotTaken ? failed(error.cause) : fail(error)),
			);
		});
		request.end(call.body);
	});
}

/** Whoever takes the parts of an answer had trouble of their own, its cause. */
class NotTaken extends Error {}

/**
 * Reads an answer to its end: until the last part has been taken, too. (Events would not do: a paused answer says "end" all the same where its last
 * part and its end came at once.)
 */
async function gathered(response: IncomingMessage, mostBytes: number, into: Call["into"]): Promise<Buffer> {
	const parts: Buffer[] = [];
	let size = 0;
	// Leaving the loop early ends the connection.
	for await (const part of response as AsyncIterable<Buffer>) {
		size += part.length;
		if (size > mostBytes) throw new CallFailure("too-large");
		if (into === undefined) parts.push(part);
		else
			await into(part).catch((cause: unknown) => {
				throw new NotTaken("", { cause });
			});
	}
	if (!response.complete) throw new CallFailure("cut");
	return Buffer.concat(parts);
}

const guardCode = "HEART_INSIDE";

function isGuard(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === guardCode;
}

/** Gives only names whose every address is on the internet, or allowed. */
function guardedLookup({ allowed }: Guard): LookupFunction {
	return (hostname, options, callback) => {
		resolve(hostname, { ...options, all: true }, (error, addresses) => {
			if (error !== null) return callback(error, "", 0);
			const [first] = addresses;
			if (first === undefined || addresses.some(({ address }) => isInside(address, allowed))) {
				return callback(Object.assign(new Error("inside"), { code: guardCode }), "", 0);
			}
			if (options.all === true) return (callback as (error: null, all: typeof addresses) => void)(null, addresses);
			callback(null, first.address, first.family);
		});
	};
}
