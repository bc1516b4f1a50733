import autocannon from "autocannon";
import { contentType } from "./same.ts";
import type { Request } from "./scenarios.ts";

/** What one round of load gave. */
export interface Load {
	readonly requests: number;
	readonly seconds: number;
	readonly reqPerSec: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
}

/** How to load a server. */
export interface LoadOptions {
	readonly base: string;
	readonly token: string;
	readonly connections: number;
	readonly seconds: number;
	/** The n-th request. Reads are asked for in turn, again and again; writes with an `n` never used before. */
	request(n: number): Request;
	/** Gives the next unused `n`. */
	next(): number;
}

/** Reads a connection has ready, so that making requests costs little of the processors under measurement. */
const readyReads = 250;

/**
 * Loads a server: each connection sends its next request when the last one is answered.
 *
 * @throws Error when anything but a 2xx comes back
 */
export async function load({ base, token, connections, seconds, request, next }: LoadOptions): Promise<Load> {
	const latencies: number[] = [];
	const bad = new Map<string, number>();
	const note = (what: string) => bad.set(what, (bad.get(what) ?? 0) + 1);
	let connection = 0;
	const started = performance.now();
	const until = started + seconds * 1000;
	await new Promise<void>((resolve, reject) => {
		const instance = autocannon(
			{
				url: base,
				connections,
				// Its own clock only ticks in whole seconds; what comes after `until` is not counted.
				duration: Math.ceil(seconds * 4) / 4,
				skipAggregateResult: true,
				setupClient: (client) => client.setRequests(requestsOf(connection++)),
			},
			(error) => (error ? reject(error) : resolve()),
		);
		instance.on("response", (_client, status, _bytes, ms) => {
			if (status < 200 || status > 299) note(`status ${status}`);
			else if (performance.now() <= until) latencies.push(ms);
		});
		instance.on("reqError", (error: unknown) => note(String(error)));
	});
	if (bad.size > 0) throw new Error(`under load ${base} answered ${[...bad].map((one) => one.join(" × ")).join(", ")}`);
	latencies.sort((one, other) => one - other);
	return {
		requests: latencies.length,
		seconds,
		reqPerSec: latencies.length / seconds,
		p50Ms: percentile(latencies, 0.5),
		p99Ms: percentile(latencies, 0.99),
	};

	/** The requests of one connection; another connection asks for others. */
	function requestsOf(at: number): autocannon.Request[] {
		const first = request(at);
		if (first.method === "POST") return [{ setupRequest: () => prepared(request(next())) }];
		return Array.from({ length: readyReads }, (_, n) => prepared(request(at + n * connections)));
	}

	function prepared(one: Request): autocannon.Request {
		const headers = { authorization: `Bearer ${token}`, ...contentType(one) };
		return { method: one.method, path: one.path, headers, ...(one.body === undefined ? {} : { body: one.body }) };
	}
}

function percentile(sorted: readonly number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
