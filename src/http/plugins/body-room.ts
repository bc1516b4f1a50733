import { Failure } from "../../fhir/failure.ts";

/** Memory for the bodies of requests, all of a server's together. */
export interface BodyRoom {
	/**
	 * Waits until there is room for so many bytes, in the order of asking. What is larger than all there is gets it to itself.
	 *
	 * @returns gives them back; once counts
	 * @throws Failure unavailable - there was none in time
	 */
	take(bytes: number): Promise<() => void>;
	/** Bytes taken, and how many requests wait. */
	load(): { readonly taken: number; readonly waiting: number };
}

interface Waiting {
	readonly bytes: number;
	enter(): void;
}

/**
 * @param most bytes
 * @param patienceMilliseconds how long a request waits. Default: 30 s, as long as a statement may take
 */
export function bodyRoom(most: number, patienceMilliseconds = 30_000): BodyRoom {
	let taken = 0;
	const queue = new Set<Waiting>();
	const fits = (bytes: number) => taken === 0 || taken + bytes <= most;
	const enter = (bytes: number) => {
		taken += bytes;
		let given = false;
		return () => {
			if (given) return;
			given = true;
			taken -= bytes;
			for (const next of queue) {
				if (!fits(next.bytes)) break;
				queue.delete(next);
				next.enter();
			}
		};
	};
	return {
		take(bytes) {
			if (queue.size === 0 && fits(bytes)) return Promise.resolve(enter(bytes));
			return new Promise((resolve, reject) => {
				const timer = setTimeout(() => {
					queue.delete(waiting);
					reject(new Failure("unavailable", tooMuch, { retryAfterSeconds: 5 }));
				}, patienceMilliseconds);
				const waiting: Waiting = {
					bytes,
					enter() {
						clearTimeout(timer);
						resolve(enter(bytes));
					},
				};
				queue.add(waiting);
			});
		},
		load: () => ({ taken, waiting: queue.size }),
	};
}

const tooMuch = "The server is busy with other large requests; send this one again";
