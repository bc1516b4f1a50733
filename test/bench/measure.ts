import { type Load, load } from "./load.ts";
import { processorSeconds, type Running, residentMb } from "./processes.ts";
import type { Scenario, World } from "./scenarios.ts";

/** What is loaded, and what the requests are about. */
export interface Ground {
	readonly server: Running;
	readonly limit: Running;
	readonly postgresPid: number;
	readonly token: string;
	readonly world: World;
	/** Gives numbers never given before: requests that write must differ in all rounds. */
	next(): number;
}

/** How long to measure. */
export interface Pace {
	readonly rounds: number;
	readonly seconds: number;
	readonly warmUpSeconds: number;
}

/** One scenario with so many connections: medians over the rounds. Processor shares: 1 is one processor; undefined without /proc. */
export interface Measured {
	readonly scenario: string;
	readonly connections: number;
	readonly reqPerSec: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly limitReqPerSec: number;
	readonly limitP50Ms: number;
	readonly limitP99Ms: number;
	readonly ratio: number;
	readonly goal: number;
	readonly serverProcessors: number | undefined;
	readonly postgresProcessors: number | undefined;
	readonly limitProcessors: number | undefined;
	readonly limitPostgresProcessors: number | undefined;
	/** The most the server had, MiB. */
	readonly rssMb: number | undefined;
	/** The least and the most of the rounds' own ratios: how much this machine wavers. */
	readonly ratioRange: readonly [number, number];
}

interface Round extends Load {
	readonly program: number | undefined;
	readonly postgres: number | undefined;
}

/** Loads server and limit in turn, so that what else happens on the machine hits both. */
export async function measure(ground: Ground, scenario: Scenario, connections: number, pace: Pace): Promise<Measured> {
	const round = (running: Running, seconds: number) => oneRound(ground, running, scenario, connections, seconds);
	await round(ground.server, pace.warmUpSeconds);
	await round(ground.limit, pace.warmUpSeconds);
	const servers: Round[] = [];
	const limits: Round[] = [];
	let rssMb: number | undefined;
	for (let at = 0; at < pace.rounds; at++) {
		servers.push(await round(ground.server, pace.seconds));
		const resident = residentMb(ground.server.pid);
		if (resident !== undefined) rssMb = Math.max(rssMb ?? 0, resident);
		limits.push(await round(ground.limit, pace.seconds));
	}
	const ratios = servers.map((one, at) => one.reqPerSec / (limits[at]?.reqPerSec ?? Number.NaN));
	const of = (rounds: readonly Round[], pick: (one: Round) => number) => median(rounds.map(pick));
	const shareOf = (rounds: readonly Round[], pick: (one: Round) => number | undefined) => {
		const known = rounds.map(pick).filter((one) => one !== undefined);
		return known.length === 0 ? undefined : median(known);
	};
	const reqPerSec = of(servers, (one) => one.reqPerSec);
	const limitReqPerSec = of(limits, (one) => one.reqPerSec);
	return {
		scenario: scenario.name,
		connections,
		reqPerSec,
		p50Ms: of(servers, (one) => one.p50Ms),
		p99Ms: of(servers, (one) => one.p99Ms),
		limitReqPerSec,
		limitP50Ms: of(limits, (one) => one.p50Ms),
		limitP99Ms: of(limits, (one) => one.p99Ms),
		ratio: reqPerSec / limitReqPerSec,
		goal: scenario.goal,
		serverProcessors: shareOf(servers, (one) => one.program),
		postgresProcessors: shareOf(servers, (one) => one.postgres),
		limitProcessors: shareOf(limits, (one) => one.program),
		limitPostgresProcessors: shareOf(limits, (one) => one.postgres),
		rssMb,
		ratioRange: [Math.min(...ratios), Math.max(...ratios)],
	};
}

/** Loads one program once. */
export async function oneRound(
	{ postgresPid, token, world, next }: Omit<Ground, "server" | "limit">,
	running: Running,
	scenario: Pick<Scenario, "request">,
	connections: number,
	seconds: number,
): Promise<Round> {
	const used = () => [processorSeconds(running.pid), processorSeconds(postgresPid)] as const;
	const before = used();
	const began = performance.now();
	const one = await load({
		base: running.base,
		token,
		connections,
		seconds,
		request: (n) => scenario.request(world, n),
		next,
	});
	const elapsed = (performance.now() - began) / 1000;
	const after = used();
	const share = (at: 0 | 1) => {
		const [from, to] = [before[at], after[at]];
		return from === undefined || to === undefined ? undefined : (to - from) / elapsed;
	};
	return { ...one, program: share(0), postgres: share(1) };
}

/** The middle one; of two, the mean. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
