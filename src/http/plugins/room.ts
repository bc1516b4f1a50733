import { Failure } from "../../fhir/failure.ts";

/** Room that all of a server's requests share: bytes of memory for large bodies, places for what is worked on at the same time. */
export interface Room {
	/**
	 * Waits until there is so much room, in the order of asking. What is larger than all there is gets it to itself.
	 *
	 * @returns gives them back; once counts
	 * @throws Failure unavailable - there was none in time
	 */
	take(units: number): Promise<() => void>;
	/** Units taken, and how many requests wait. */
	load(): { readonly taken: number; readonly waiting: number };
}

interface Waiting {
	readonly units: number;
	enter(): void;
}

/**
 * @param most units
 * @param patienceMilliseconds how long a request waits. Default: 30 s, as long as a statement may take
 */
export function openRoom(most: number, patienceMilliseconds = 30_000): Room {
	let taken = 0;
	const queue = new Set<Waiting>();
	const fits = (units: number) => taken === 0 || taken + units <= most;
	const enter = (units: number) => {
		taken += units;
		let given = false;
		return () => {
			if (given) return;
			given = true;
			taken -= units;
			for (const next of queue) {
				if (!fits(next.units)) break;
				queue.delete(next);
				next.enter();
			}
		};
	};
	return {
		take(units) {
			if (queue.size === 0 && fits(units)) return Promise.resolve(enter(units));
			return new Promise((resolve, reject) => {
				const timer = setTimeout(() => {
					queue.delete(waiting);
					reject(new Failure("unavailable", tooMuch, { retryAfterSeconds: 5 }));
				}, patienceMilliseconds);
				const waiting: Waiting = {
					units,
					enter() {
						clearTimeout(timer);
						resolve(enter(units));
					},
				};
				queue.add(waiting);
			});
		},
		load: () => ({ taken, waiting: queue.size }),
	};
}

const tooMuch = "The server is busy with other large requests; send this one again";
