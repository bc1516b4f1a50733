import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { demoPassword } from "../../../src/seed/demo.ts";
import { type Random, randomOf } from "../../../src/seed/random.ts";
import { sharedFolder } from "../../../src/store/embedded/binaries.ts";
import { identityIn } from "../../../src/store/embedded/identity.ts";
import { type Session, sessionAt } from "../../support/server.ts";
import { freePort } from "../../support/server-process.ts";
import { checkChains, checkHistory, countOf } from "./inspect.ts";
import { startIntake } from "./intake.ts";
import { current, type Ledger, openLedger } from "./ledger.ts";
import { type CrashReport, emptyReport } from "./report.ts";
import { settle } from "./settle.ts";
import { type Home, type Kill, killStarting, logOf, startVictim, type Victim } from "./victim.ts";
import type { Subject, Writer } from "./writes.ts";

/** What a proof is run with. */
export interface CrashOptions {
	readonly rounds: number;
	readonly seed: number;
	/** Clients that write at once. */
	readonly clients: number;
	/** Told of each round. */
	readonly say: (line: string) => void;
}

/** As often as they are here. */
const kills: readonly Kill[] = "server server server both both both postgres postgres postmaster session"
	.split(" ")
	.map((kill) => kill as Kill);

/**
 * Kills a server and its PostgreSQL in the middle of intake, round after round on the same data, and holds what is there after each next
 * start against what clients were told: see README.md.
 */
export async function proveCrashes(options: CrashOptions): Promise<CrashReport> {
	const folder = mkdtempSync(join(tmpdir(), "heart-proof-"));
	const home = { folder, port: await freePort() };
	const report = emptyReport(options);
	try {
		await rounds(home, options, report);
	} catch (error) {
		report.wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
	}
	report.endedAt = performance.now();
	report.wrong.push(...faultsIn(logOf(home)));
	if (report.wrong.length > 0) options.say(`kept for a look: ${folder}`);
	else removeHome(folder);
	return report;
}

async function rounds(home: Home, options: CrashOptions, report: CrashReport): Promise<void> {
	const random = randomOf(`crash/${options.seed}`);
	// A first start that is killed half-way must not spoil the next.
	for (const most of [400, 1500, 3000]) await killStarting(home, random.int(50, most));
	const victims: Victim[] = [await startVictim(home)];
	const latest = () => victims.at(-1) as Victim;
	try {
		const session = await signIn(latest());
		const ledger = openLedger();
		const subjects = await subjectsOf(session);
		for (let round = 1; round <= options.rounds; round++) {
			const kill = random.pick(kills);
			await oneRound({ home, options, report, random, session, ledger, subjects, victims }, round, kill);
		}
		await checkEverything(session, ledger, report);
	} finally {
		await latest().stop();
	}
}

interface Proof {
	readonly home: Home;
	readonly options: CrashOptions;
	readonly report: CrashReport;
	readonly random: Random;
	readonly session: Session;
	readonly ledger: Ledger;
	readonly subjects: readonly Subject[];
	/** The last one lives. */
	readonly victims: Victim[];
}

/** Intake, a kill, the next start, and a look at everything of this round. */
async function oneRound(proof: Proof, round: number, kill: Kill): Promise<void> {
	const victim = proof.victims.at(-1) as Victim;
	const { report, random, session, ledger, options } = proof;
	const wrong = (problem: string) => void report.wrong.push(`round ${round} (${kill}): ${problem}`);
	ledger.operations = [];
	ledger.reads = [];
	let count = 0;
	const writer: Writer = { ...proof, newToken: () => `r${round}-${++count}` };
	const moment = momentOf(random);
	const intake = startIntake(session, writer, options.clients, { onAnswer: moment.answered, onWrong: wrong });
	await moment.come;
	victim.kill(kill);
	const stopped = intake.stop();
	const next = await nextStart(proof, victim, kill);
	proof.victims.push(next);
	await within(60_000, stopped, "requests do not end");
	if (kill !== "session") report.startMs.push(next.startMs);
	const told = await settle(proof, next, kill, wrong);
	report.rounds.push({ kill, ...told });
	options.say(
		`round ${round}/${options.rounds}: ${kill}, ${told.line}${kill === "session" ? "" : `, up again in ${Math.round(next.startMs)} ms`}`,
	);
	if (report.wrong.length > 20) throw new Error("enough is wrong");
}

/** The server that answers after a kill: the same one where only a session was killed. */
async function nextStart({ home, random, session, report }: Proof, victim: Victim, kill: Kill): Promise<Victim> {
	if (kill === "session") {
		const same = await within(60_000, victim.again(), "PostgreSQL does not recover");
		const began = performance.now();
		while ((await session.get("/health/ready").catch(() => undefined))?.status !== 200) {
			if (performance.now() - began > 30_000) throw new Error("the server does not find its database again");
			await sleep(50);
		}
		return same;
	}
	await victim.owner.end().catch(() => undefined);
	// Without its PostgreSQL the server ends by itself.
	await within(30_000, victim.ended, "the server lives on without its PostgreSQL");
	if (random.chance(0.15)) {
		report.killedStarting++;
		await killStarting(home, random.int(20, 1500));
	}
	return startVictim(home);
}

/** When to kill: after some time, or right after some answer has come, which is when what it says must hold. */
function momentOf(random: Random): { come: Promise<void>; answered(count: number): void } {
	const after = random.int(1, 150);
	const byAnswer = random.chance(0.5);
	const { promise, resolve } = Promise.withResolvers<void>();
	setTimeout(resolve, byAnswer ? 5000 : random.int(20, 1200));
	return { come: promise, answered: (count) => void (byAnswer && count >= after && resolve()) };
}

/** At the end: everything that was ever written, its history, and nothing besides. */
async function checkEverything(session: Session, { chains }: Ledger, report: CrashReport): Promise<void> {
	const wrong = (problem: string) => void report.wrong.push(`at the end: ${problem}`);
	const known = chains.filter(({ id }) => id !== undefined);
	await checkChains(session, known, wrong);
	for (const chain of known) if (chain.versions.length > 1 || chain.deleted) await checkHistory(session, chain, wrong);
	const live = Map.groupBy(
		known.filter((chain) => chain.face === "fhir" && current(chain) !== undefined),
		({ type }) => type,
	);
	for (const [type, all] of live) {
		const total = await countOf(session, type);
		if (total !== all.length) wrong(`${total} of ${type}, written ${all.length}`);
	}
	report.resources = known.length;
	report.versions = known.reduce((sum, { versions, deleted }) => sum + versions.length + (deleted ? 1 : 0), 0);
}

async function signIn({ base }: Victim): Promise<Session> {
	const body = { email: "therapist@demo.example", password: demoPassword };
	const { body: signedIn } = await sessionAt(base, "").post("/api/auth/login", body);
	return sessionAt(base, signedIn.token);
}

async function subjectsOf(session: Session): Promise<Subject[]> {
	const { body } = await session.get("/api/patients");
	return body.data.map(({ id, userId }: { id: number; userId: number }) => ({ patient: id, user: userId }));
}

async function within<T>(milliseconds: number, work: Promise<T>, otherwise: string): Promise<T> {
	const late = sleep(milliseconds, undefined, { ref: false }).then(() => Promise.reject(new Error(otherwise)));
	return Promise.race([work, late]);
}

/** Lines of the server's log that tell of something nobody expected. */
function faultsIn(log: string): string[] {
	return log.split("\n").filter((line) => /"level":[56]0/.test(line) || /^\s+at /.test(line));
}

function removeHome(folder: string): void {
	// As root the database lies there (store/embedded.ts).
	rmSync(join(sharedFolder, identityIn(join(folder, "data")).id), { recursive: true, force: true });
	rmSync(folder, { recursive: true, force: true });
}
