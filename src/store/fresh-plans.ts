/**
 * Postgres keeps the plan of a prepared statement, made for the size the tables had then, until somebody analyzes them: a plan made on an
 * empty table scans it whole when it has grown. So connections have their plans made anew, soon at first, then ever more seldom.
 */
export const freshPlans = "discard plans";

/** Milliseconds between two times at most. */
const longest = 60_000;

/** For one connection: whether its plans are to be made anew now. Each yes counts from then on. */
export function plansOf(now: () => number = () => performance.now()): { areOld(): boolean } {
	let interval = 1000;
	let next = now() + interval;
	return {
		areOld() {
			if (now() < next) return false;
			interval = Math.min(interval * 2, longest);
			next = now() + interval;
			return true;
		},
	};
}
