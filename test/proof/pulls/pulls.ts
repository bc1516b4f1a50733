import { setTimeout as sleep } from "node:timers/promises";
import type { StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";
import { type Random, randomOf } from "../../../src/seed/random.ts";
import { type Ground, openGround, type Person, type Server } from "./ground.ts";
import { belongings, notIn, wrongAbout, wrongInLogs } from "./held-against.ts";
import { emptyReport, type PullsReport } from "./report.ts";
import { changeUpstream } from "./upstream.ts";
import type { Trap } from "./vendor.ts";

/** What a proof is run with. */
export interface PullsOptions {
	readonly rounds: number;
	readonly seed: number;
	/** When servers are killed, picked from. Default: all there are, as often as they are here. */
	readonly moments?: readonly Moment[];
	/** How often the queue is waited for to do a dead server's jobs by itself; 0 to 1. Default: 0.25 */
	readonly byItself?: number;
	/** Told of each round. */
	readonly say: (line: string) => void;
}

/** A trap at the vendor; right after a log says success; any. */
export type Moment = Trap["at"] | "log" | "any";

const everyMoment: readonly Moment[] = ["list", "list", "detail", "detail", "token", "token", "polar", "log", "any"];

/**
 * Kills servers that pull, at the moments that matter, round after round on the same data, while another server lives (or none does), and holds
 * what is here in the end against what the vendors have: see README.md.
 */
export async function provePulls(options: PullsOptions): Promise<PullsReport> {
	const { rounds, seed, say } = options;
	const began = performance.now();
	const report = emptyReport(seed);
	const ground = await openGround();
	const proof: Proof = { options, ground, report, random: randomOf(`pulls/${seed}`), upstream: new Map(), next: 1 };
	const listener = await listen(ground);
	listener.on("notification", () => proof.onLog?.());
	try {
		for (let round = 1; round <= rounds && report.wrong.length === 0; round++) {
			const line = await oneRound(proof, round);
			say(`round ${round}/${rounds}: ${line}`);
		}
		await theEnd(proof);
	} catch (error) {
		report.wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
	} finally {
		report.wrong.push(...ground.faults().slice(0, 5));
		listener.release();
		await ground.close();
	}
	report.upstream = [...proof.upstream.values()].reduce((sum, all) => sum + all.size, 0);
	report.seconds = (performance.now() - began) / 1000;
	return report;
}

interface Proof {
	readonly options: PullsOptions;
	readonly ground: Ground;
	readonly report: PullsReport;
	readonly random: Random;
	/** By person. */
	readonly upstream: Map<Person, Map<number, StravaActivity>>;
	/** Id of the next new workout. */
	next: number;
	/** Told when a log says success. */
	onLog?: () => void;
}

/** Changes at the vendor, pulls, a kill, what follows from it, and a look at everything. */
async function oneRound(proof: Proof, round: number): Promise<string> {
	const { options, ground, random, report } = proof;
	const { vendor, servers, people, wearer } = ground;
	for (const person of people) {
		const mine = proof.upstream.get(person) ?? new Map<number, StravaActivity>();
		proof.upstream.set(person, mine);
		const most = round === 1 && person === people[0] ? 420 : 12;
		report.changes += changeUpstream(mine, random, most, () => proof.next++);
		await vendor.tell({ athlete: { id: person.athlete, activities: [...mine.values()] } });
	}
	const moment = random.pick(options.moments ?? everyMoment);
	report.moments[moment] = (report.moments[moment] ?? 0) + 1;
	const forgives = random.chance(0.5);
	await vendor.tell({ forgives });
	if (moment === "token") await endTokens(proof);
	const trap = trapFor(moment, random);
	if (trap !== undefined) await vendor.tell({ trap });
	const sprung = momentCome(proof, moment);
	for (const person of [...people, wearer]) await syncSoon(ground, person, random.pick(servers));
	const killed = await sprung;
	await vendor.tell({ trap: null });
	await Promise.all(killed.map((name) => servers.find((one) => one.name === name)?.process.kill()));
	report.killed += killed.length;
	const left = await leftBehind(ground);
	report.leases += left.leases;
	report.logs += left.logs;
	report.jobs += left.jobs;
	await timePasses(ground);
	const alive = servers.filter(({ name }) => !killed.includes(name));
	const restarted = Promise.all(
		servers.filter(({ name }) => killed.includes(name)).map((server) => ground.restart(server)),
	);
	if (alive.length === 0) await restarted;
	const byItself = random.chance(options.byItself ?? 0.25);
	// A person presses the button again on the server that lives, or the queue gives the jobs of the dead to others.
	if (byItself) {
		await restarted;
		await quiet(ground);
	}
	const asked = await settled(proof, alive[0] ?? servers[0], forgives && moment === "token");
	await restarted;
	for (const person of people) {
		const found = await wrongAbout(ground.owner, person, [...(proof.upstream.get(person)?.values() ?? [])]);
		report.wrong.push(...found.slice(0, 5).map((one) => `round ${round} (${moment}), ${person.email}: ${one}`));
	}
	const leases = await ground.owner.query("select from devices.connection where lease_until > now()");
	if (leases.rowCount !== 0 && !byItself) await quiet(ground);
	return `${moment}${trap === undefined ? "" : ` ${JSON.stringify(trap)}`}, killed ${killed.join(" and ")}, left ${JSON.stringify(left)}${byItself ? ", taken over by itself" : ""}${asked > 0 ? `, ${asked} connected again` : ""}`;
}

/** What is to be hit, and when. */
function trapFor(moment: Moment, random: Random): Trap | undefined {
	if (moment === "log" || moment === "any") return undefined;
	return {
		at: moment,
		nth: random.int(1, moment === "token" ? 2 : moment === "list" ? 6 : 10),
		before: moment !== "token" && random.chance(0.25),
		afterMilliseconds: random.chance(0.3) ? 0 : random.int(0, moment === "token" ? 12 : 40),
		both: random.chance(0.2),
	};
}

/** Access tokens end: some known here, some only found out when they are refused. */
async function endTokens({ ground, random }: Proof): Promise<void> {
	await ground.vendor.tell({ advanceMilliseconds: 6 * 3_600_000 });
	if (random.chance(0.5))
		await ground.owner.query("update device_connections set token_expiry = now() where device_type = 'strava'");
}

/** Resolves with who was killed: by the trap; when a log says success, before the queue knows; or after some time. */
async function momentCome(proof: Proof, moment: Moment): Promise<readonly string[]> {
	const { ground, random } = proof;
	const names = ground.servers.map(({ name }) => name);
	const killBoth = async () => {
		await Promise.all(ground.servers.map(({ process }) => process.kill()));
		return names;
	};
	if (moment === "any") return sleep(random.int(5, 600)).then(killBoth);
	if (moment === "log") {
		const told = new Promise<void>((resolve) => {
			proof.onLog = resolve;
		});
		return Promise.race([told, sleep(10_000)]).then(killBoth);
	}
	const sprung = await Promise.race([ground.vendor.killed(), sleep(6000)]);
	// There may have been fewer requests than it waited for.
	return sprung ?? killBoth();
}

/** A connection that is told when a log says success. */
async function listen({ owner }: Ground) {
	const client = await owner.connect();
	await client.query("listen proof");
	return client;
}

async function syncSoon(ground: Ground, person: Person, server: Server): Promise<void> {
	// The server may be dead by now: nobody was promised anything then.
	await ground
		.as(person, server)
		.post(`/api/devices/${person.connectionId}/sync`)
		.catch(() => undefined);
}

/** What the dead have left. */
async function leftBehind({ owner }: Ground): Promise<{ leases: number; logs: number; jobs: number }> {
	const { rows } = await owner.query<{ leases: number; logs: number; jobs: number }>(`
		select (select count(*) from devices.connection where lease_until > now())::int as leases,
			(select count(*) from devices.connection c join device_sync_logs l on l.id = c.lease_log_id where l.status = 'pending')::int as logs,
			(select count(*) from jobs.job where name in ('sync-device', 'backfill-device') and state = 'active'
				and heartbeat_on > now() - interval '30 minutes')::int as jobs`);
	return rows[0] ?? { leases: 0, logs: 0, jobs: 0 };
}

/** So long that leases end, and the queue notices who is not heard of any more. */
async function timePasses({ owner }: Ground): Promise<void> {
	await owner.query(
		"update devices.connection set lease_until = now() - interval '1 second' where lease_until > now()",
	);
	await owner.query("update jobs.job set heartbeat_on = heartbeat_on - interval '1 hour' where state = 'active'");
}

/** Until the queue has done everything by itself; time passes faster meanwhile. */
async function quiet(ground: Ground, jobs = "'sync-device'"): Promise<void> {
	for (const until = Date.now() + 120_000; ; await sleep(200)) {
		await ground.owner.query(
			`update jobs.job set start_after = now() where state in ('created', 'retry') and name in (${jobs})`,
		);
		const { rowCount } = await ground.owner.query(
			`select from jobs.job where name in (${jobs}) and state in ('created', 'retry', 'active') limit 1`,
		);
		if (rowCount === 0) return;
		if (Date.now() > until) throw new Error("the queue does not come to rest");
	}
}

/** Syncs everybody until each has one that ended well; connects again whom the vendor no longer knows. Gives how many those were. */
async function settled(proof: Proof, server: Server, noneMayBeLost: boolean): Promise<number> {
	const { ground, report } = proof;
	let asked = 0;
	await Promise.all(
		[...ground.people, ground.wearer].map(async (person) => {
			for (let tries = 0; ; tries++) {
				const answer = await ground.as(person, server).post(`/api/devices/${person.connectionId}/sync?wait=true`);
				if (answer.body.status === "success") return;
				if (tries > 5) throw new Error(`${person.email}: ${answer.text}`);
				if (!/refuses the access/.test(answer.body.errorMessage)) continue;
				asked++;
				if (noneMayBeLost) report.wrong.push(`${person.email}: a token was lost to a vendor that forgives`);
				await askedOnce(proof, person);
				await ground.connect(server, person.email, "strava", person.athlete);
			}
		}),
	);
	if (noneMayBeLost) report.lostForgiven++;
	report.lostForGood += asked;
	return asked;
}

/** A person whose access is lost is told so once. */
async function askedOnce({ ground, report }: Proof, { userId, email }: Person): Promise<void> {
	const { rowCount } = await ground.owner.query(
		"delete from alerts where user_id = $1 and title = 'Connect Strava again' returning id",
		[userId],
	);
	if (rowCount !== 1) report.wrong.push(`${email} was told ${rowCount} times to connect again`);
}

/** After the last round: the queue at rest, every log true, nothing held, and Polar's data as those of somebody whose server never died. */
async function theEnd({ ground, report }: Proof): Promise<void> {
	const { owner, servers, people, wearer } = ground;
	await timePasses(ground);
	await quiet(ground, "'sync-device', 'backfill-device'");
	for (const person of people)
		report.wrong.push(...(await wrongInLogs(owner, person)).map((one) => `at the end, ${person.email}: ${one}`));
	const { rowCount } = await owner.query("select from devices.connection where lease_holder is not null");
	if (rowCount !== 0) report.wrong.push(`${rowCount} leases are still held`);
	const other = await ground.connect(servers[0], "wearer6@test.example", "polar", wearer.athlete);
	for (const person of [wearer, other]) {
		const { body } = await ground.as(person, servers[0]).post(`/api/devices/${person.connectionId}/sync?wait=true`);
		if (body.status !== "success") report.wrong.push(`Polar: ${body.errorMessage}`);
	}
	const [here, there] = await Promise.all([belongings(owner, wearer), belongings(owner, other)]);
	if (here.length < 20) report.wrong.push(`only ${here.length} rows of Polar`);
	report.wrong.push(...notIn(there, here).map((one) => `of Polar missing: ${one}`));
	report.wrong.push(...notIn(here, there).map((one) => `of Polar too many: ${one}`));
}
