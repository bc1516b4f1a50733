import type { Kill } from "./victim.ts";

/** What became of the writes and reads of a round. */
export interface RoundFigures {
	readonly kill: Kill;
	/** Writes. */
	readonly sent: number;
	/** Of those, acknowledged before the kill. */
	readonly answered: number;
	/** Not answered, and there, whole. */
	readonly whole: number;
	/** Not answered, and not there. */
	readonly absent: number;
	/** Not answered, and asked again under their keys. */
	readonly repeated: number;
	readonly reads: number;
	/** Entries of answered reads that went with PostgreSQL's memory. */
	readonly lostReads: number;
	/** For people. */
	readonly line: string;
}

/** What a proof has shown so far. */
export interface CrashReport {
	readonly seed: number;
	readonly clients: number;
	readonly startedAt: number;
	endedAt: number;
	readonly rounds: RoundFigures[];
	/** Milliseconds the server took to be ready after a kill. */
	readonly startMs: number[];
	/** Starts that were killed, too. */
	killedStarting: number;
	/** Resources and rows written, and their versions. */
	resources: number;
	versions: number;
	/** Everything that is not as it must be. Empty: proven. */
	readonly wrong: string[];
}

/** A report of nothing yet. */
export function emptyReport({ seed, clients }: { readonly seed: number; readonly clients: number }): CrashReport {
	return {
		seed,
		clients,
		startedAt: performance.now(),
		endedAt: 0,
		rounds: [],
		startMs: [],
		killedStarting: 3,
		resources: 0,
		versions: 0,
		wrong: [],
	};
}

/** A report for people. */
export function crashText(report: CrashReport): string {
	const { rounds, startMs, wrong } = report;
	const sum = (of: (round: RoundFigures) => number, kill?: Kill) =>
		rounds.filter((one) => kill === undefined || one.kill === kill).reduce((all, one) => all + of(one), 0);
	const kinds = [...new Set(rounds.map(({ kill }) => kill))].sort();
	const starts = startMs.toSorted((a, b) => a - b);
	const middle = starts[Math.floor(starts.length / 2)] ?? 0;
	return [
		`${rounds.length} rounds (seed ${report.seed}, ${report.clients} clients) in ${Math.round((report.endedAt - report.startedAt) / 1000)} s: ${kinds
			.map((kill) => `${kill} ${sum(() => 1, kill)}`)
			.join(", ")}; ${report.killedStarting} starts killed as well`,
		`writes: ${sum((one) => one.sent)} sent, ${sum((one) => one.answered)} answered and whole; unanswered: ${sum((one) => one.whole)} whole, ${sum((one) => one.absent)} absent, ${sum((one) => one.repeated)} asked again under their keys`,
		`at the end: ${report.resources} resources and rows in ${report.versions} versions`,
		`access log: entries of ${sum((one) => one.reads)} answered reads, lost ${sum((one) => one.lostReads, "server")} when the server was killed, ${sum((one) => one.lostReads)} in all`,
		`ready again after ${Math.round(middle)} ms (median), ${Math.round(starts.at(-1) ?? 0)} ms (longest)`,
		wrong.length === 0 ? "nothing wrong" : `WRONG:\n${wrong.slice(0, 50).join("\n")}`,
	].join("\n");
}
