/** What was found. */
export interface PullsReport {
	readonly seed: number;
	/** Rounds by moment. */
	readonly moments: Record<string, number>;
	/** Servers killed. */
	killed: number;
	/** What dead runs left: leases that were taken over, logs that were ended for them. */
	leases: number;
	logs: number;
	/** Jobs a dead server had, done again by the queue itself. */
	jobs: number;
	/** Workouts there were at the vendor in the end, and changes of them on the way. */
	upstream: number;
	changes: number;
	/** Refreshes whose answer was lost, to a vendor that forgives it and to one that does not: then the person is asked, once. */
	lostForgiven: number;
	lostForGood: number;
	wrong: string[];
	seconds: number;
}

/** Nothing yet. */
export function emptyReport(seed: number): PullsReport {
	return {
		...{ seed, moments: {}, killed: 0, leases: 0, logs: 0, jobs: 0, upstream: 0, changes: 0 },
		...{ lostForgiven: 0, lostForGood: 0, wrong: [], seconds: 0 },
	};
}

/** The report for people. */
export function pullsText(report: PullsReport): string {
	const rounds = Object.values(report.moments).reduce((sum, count) => sum + count, 0);
	const kinds = Object.entries(report.moments).map(([moment, count]) => `${moment} ${count}`);
	return [
		`${rounds} rounds in ${Math.round(report.seconds)} s, seed ${report.seed} (${kinds.join(", ")}), ${report.killed} servers killed`,
		`left behind and taken over: ${report.leases} leases, ${report.logs} logs, ${report.jobs} jobs of the queue`,
		`${report.upstream} workouts at the vendor in the end, ${report.changes} changes on the way`,
		`rounds that lost the answer to a refresh at a vendor that forgives: ${report.lostForgiven}, none asked to connect again; at one that does not: ${report.lostForGood} people asked, once each`,
		...(report.wrong.length === 0 ? ["nothing wrong"] : ["WRONG:", ...report.wrong.slice(0, 30)]),
	].join("\n");
}
