import { type DevicesGround, openDevicesGround, type Reading } from "./ground.ts";

/** One measurement of pulls; figures that do not belong to it are left out. */
export interface DevicesMeasured {
	readonly phase: string;
	readonly connections: number;
	readonly pulls: number;
	readonly seconds: number;
	readonly pullsPerMinute: number;
	/** Requests to the vendor. */
	readonly requests: number;
	/** Of a pull, or of a workout in a backfill: statements and transactions of all that the server does meanwhile, the queue included. */
	readonly statementsEach: number;
	readonly transactionsEach: number;
	/** Milliseconds of processor each. */
	readonly serverMsEach: number;
	readonly postgresMsEach: number;
	readonly rssMb: number;
	/** Jain's index of what each connection got when half was done: 1 is even, 1/n is all for one. */
	readonly fairness?: number;
	/** Minutes of the vendors' time until the first, the middle and the last connection was complete. */
	readonly waitMinutes?: readonly [number, number, number];
	/** Workouts, days of the vendors' time, and the fewest days the limit allows, as half of it is left to pulls. */
	readonly workouts?: number;
	readonly days?: number;
	readonly leastDays?: number;
	/** Requests over the limit. */
	readonly refused: number;
}

/** How much there is to do. */
export interface DevicesSize {
	readonly strava: number;
	readonly polar: number;
	readonly each: number;
	readonly steady: number;
	readonly fair: number;
	readonly backfill: number;
}

export const wholeSize: DevicesSize = { strava: 600, polar: 400, each: 20, steady: 4, fair: 100, backfill: 10_000 };
export const quickSize: DevicesSize = { strava: 30, polar: 20, each: 8, steady: 2, fair: 10, backfill: 200 };

const hour = 3_600_000;

/** Pulls of many connections, pulls that find nothing new, fairness under a small limit, and a long backfill under a small limit. */
export async function measureDevices(size: DevicesSize, say: (line: string) => void): Promise<DevicesMeasured[]> {
	await using ground = await openDevicesGround(say);
	const measured: DevicesMeasured[] = [];
	const tell = (one: DevicesMeasured) => {
		measured.push(one);
		say(
			`${one.phase}: ${one.pulls} pulls in ${one.seconds.toFixed(1)} s, ${Math.round(one.pullsPerMinute)}/min, ${Math.round(one.rssMb)} MB`,
		);
	};
	const count = size.strava + size.polar;
	await ground.vendor({ athletes: { from: 1, count: size.strava, each: size.each, days: 25 } });
	await ground.connect("strava", { from: 1, count: size.strava });
	await ground.connect("polar", { from: 1, count: size.polar });
	tell(await phase(ground, "first pulls", count, () => pullAll(ground)));
	for (let n = 1; n <= size.steady; n++) {
		await ground.advance(7 * hour);
		tell(await phase(ground, `nothing much new ${n}`, count, () => pullAll(ground)));
	}
	tell(await fairness(ground, size));
	tell(await backfill(ground, size));
	return measured;
}

async function pullAll(ground: DevicesGround): Promise<void> {
	await ground.tick();
	await ground.quiet("sync-device");
}

async function phase(
	ground: DevicesGround,
	name: string,
	connections: number,
	work: () => Promise<unknown>,
	each = (before: Reading, after: Reading) => after.pulls - before.pulls,
): Promise<DevicesMeasured> {
	const before = await ground.read();
	await work();
	const after = await ground.read();
	const pulls = after.pulls - before.pulls;
	const seconds = after.at - before.at;
	const units = Math.max(1, each(before, after));
	return {
		phase: name,
		connections,
		pulls,
		seconds,
		pullsPerMinute: (pulls / seconds) * 60,
		requests: after.requests - before.requests,
		statementsEach: (after.statements - before.statements) / units,
		transactionsEach: (after.transactions - before.transactions) / units,
		serverMsEach: ((after.server - before.server) * 1000) / units,
		postgresMsEach: ((after.postgres - before.postgres) * 1000) / units,
		rssMb: after.rssMb,
		refused: after.refused - before.refused,
	};
}

/** New connections that all want more than a quarter hour's limit gives, until each is complete. */
async function fairness(ground: DevicesGround, { fair }: DevicesSize): Promise<DevicesMeasured> {
	const { owner } = ground.place;
	await owner.query("update devices.connection set next_sync_at = null");
	const each = 20;
	await ground.vendor({ limits: [200, 1_000_000], athletes: { from: 10_001, count: fair, each, days: 25 } });
	const ids = await ground.connect("strava", { from: 10_001, count: fair });
	await owner.query("delete from devices.budget");
	const began = await ground.now();
	const completeAt = new Map<number, number>();
	let index: number | undefined;
	const work = async () => {
		for (let steps = 0; completeAt.size < fair && steps < 2000; steps++) {
			await pullAll(ground);
			const now = await ground.now();
			const { rows } = await owner.query<{ id: number; got: number; complete: boolean; next: Date | null }>(
				`select d.id, d.last_sync_at is not null as complete, c.next_sync_at as next,
					(select count(*) from devices.record r where r.connection_id = d.id and r.detailed)::int as got
				from device_connections d join devices.connection c on c.connection_id = d.id where d.id = any($1)`,
				[ids],
			);
			for (const { id, complete } of rows) if (complete && !completeAt.has(id)) completeAt.set(id, now);
			const got = rows.map((row) => row.got);
			if (index === undefined && got.reduce((sum, one) => sum + one, 0) * 2 >= fair * each) index = jain(got);
			const next = Math.min(...rows.filter(({ complete }) => !complete).map((row) => row.next?.getTime() ?? now));
			// Turns are handed out every minute.
			if (Number.isFinite(next)) await ground.advance(Math.max(60_000, next - now + 30_000));
		}
	};
	const one = await phase(ground, "fair under 200 a quarter hour", fair, work);
	const waits = [...completeAt.values()].map((at) => (at - began) / 60_000).sort((a, b) => a - b);
	const at = (share: number) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] ?? Number.NaN;
	return { ...one, fairness: index ?? Number.NaN, waitMinutes: [at(0), at(0.5), at(1)] };
}

/** Jain's fairness index (R. Jain, D. Chiu, W. Hawe, 1984). */
function jain(shares: readonly number[]): number {
	const sum = shares.reduce((total, share) => total + share, 0);
	const squares = shares.reduce((total, share) => total + share * share, 0);
	return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

/** How long so many requests must take. */
function leastDays(requests: number, aQuarter: number, aDay: number): number {
	return Math.floor(requests / aDay) + Math.ceil((requests % aDay) / aQuarter - 1) / 96;
}

/** Ten thousand workouts of years ago under Strava's own limits for reads. */
async function backfill(ground: DevicesGround, { backfill: workouts }: DevicesSize): Promise<DevicesMeasured> {
	const { owner } = ground.place;
	await owner.query("update devices.connection set next_sync_at = null");
	await owner.query("delete from devices.budget");
	const day = 1000;
	await ground.vendor({ limits: [100, day], athletes: { from: 20_001, count: 1, each: workouts, days: 5 * 365 } });
	const [id = 0] = await ground.connect("strava", { from: 20_001, count: 1 });
	await pullAll(ground);
	const began = await ground.now();
	const work = async () => {
		await owner.query("update devices.connection set next_sync_at = null");
		await ground.addBackfill(id);
		for (;;) {
			await ground.quiet("backfill-device");
			const { rows } = await owner.query<{ wait: number }>(
				"select extract(epoch from start_after - now())::float8 * 1000 as wait from jobs.job where name = 'backfill-device' and state in ('created', 'retry')",
			);
			const [job] = rows;
			if (job === undefined) return;
			await ground.advance(Math.max(0, Math.ceil(job.wait)));
			await owner.query(
				"update jobs.job set start_after = now() where name = 'backfill-device' and state in ('created', 'retry')",
			);
		}
	};
	const one = await phase(ground, "backfill under 100 and 1,000", 1, work, () => workouts);
	const { rows } = await owner.query<{ n: number }>(
		"select count(*)::int as n from devices.record where connection_id = $1 and detailed and state = 'shown'",
		[id],
	);
	const days = ((await ground.now()) - began) / (24 * hour);
	return { ...one, workouts: rows[0]?.n ?? 0, days, leastDays: leastDays(one.requests, 100 / 2, day / 2) };
}
