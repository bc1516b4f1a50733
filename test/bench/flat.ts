import type { Bench } from "./bench.ts";
import { load } from "./load.ts";
import { residentMb } from "./processes.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

/** Memory of the server after each half minute of a mixed load. */
export interface Flat {
	readonly samples: readonly {
		readonly seconds: number;
		readonly requests: number;
		readonly rssMb: number | undefined;
	}[];
	/** What the median of the last quarter has more than that of the second, MiB: the first is warming up. */
	readonly growthMb: number | undefined;
}

const stepSeconds = 30;

/** Who does what at the same time, by number of connections. */
const readers = 10;
const writers: readonly (readonly [name: string, connections: number])[] = [
	["create", 2],
	["bundle", 1],
];

/** Loads the server with reads of every kind beside creates and transactions, and looks at its memory every half minute. */
export async function measureFlat({ ground }: Bench, minutes: number, say: (line: string) => void): Promise<Flat> {
	const { server, token, world, next } = ground;
	const common = { base: server.base, token, next, seconds: stepSeconds };
	const reads = scenarios.filter((one) => one.request(world, 0).method === "GET");
	const samples: { seconds: number; requests: number; rssMb: number | undefined }[] = [];
	for (let step = 1; step <= minutes * (60 / stepSeconds); step++) {
		const loads = await Promise.all([
			// Each connection its kind, and another one in every half minute.
			load({
				...common,
				connections: readers,
				request: (n) => nthOf(reads, (n % readers) + step).request(world, Math.floor(n / readers) + step),
			}),
			...writers.map(([name, connections]) => {
				const { request } = scenarios.find((one) => one.name === name) as Scenario;
				return load({ ...common, connections, request: (n) => request(world, n) });
			}),
		]);
		const requests = loads.reduce((sum, one) => sum + one.requests, 0);
		const rssMb = residentMb(server.pid);
		samples.push({ seconds: step * stepSeconds, requests, rssMb });
		say(
			`${(step * stepSeconds) / 60} min: ${rssMb?.toFixed(0) ?? "-"} MB, ${Math.round(requests / stepSeconds)} requests/s`,
		);
	}
	return { samples, growthMb: growth(samples.map(({ rssMb }) => rssMb)) };
}

function nthOf<T>(list: readonly T[], n: number): T {
	return list[n % list.length] as T;
}

/** Undefined where there are too few samples, or no /proc. */
function growth(samples: readonly (number | undefined)[]): number | undefined {
	const known = samples.filter((one) => one !== undefined);
	const quarter = Math.floor(known.length / 4);
	if (quarter === 0) return undefined;
	return middle(known.slice(-quarter)) - middle(known.slice(quarter, 2 * quarter));
}

function middle(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] as number;
}
