import type { Notices } from "../store/notices.ts";

/** Remembers what was looked up for some seconds, as long as changes are heard of. */
export interface Remembered<T> {
	get(key: string): Promise<T | undefined>;
	/** Everything is looked up anew from now on. */
	forget(): void;
}

/** How long something is remembered at most; a change that is not notified (a token's end) shows after that. */
const lifeMilliseconds = 5000;

/** Hostile variety must not fill the memory. */
const most = 10_000;

/** @param notices - tells whether changes are heard of; while they are not, everything is looked up */
export function remembered<T>(
	lookUp: (key: string) => Promise<T | undefined>,
	notices: Pick<Notices, "isLive">,
): Remembered<T> {
	const known = new Map<string, { readonly value: T; readonly until: number }>();
	let generation = 0;
	return {
		async get(key) {
			const found = known.get(key);
			if (found !== undefined && found.until > Date.now() && notices.isLive()) return found.value;
			const asked = generation;
			const value = await lookUp(key);
			// What changed while it was looked up may be in the answer or not.
			if (value !== undefined && asked === generation && notices.isLive()) {
				if (known.size >= most) known.clear();
				known.set(key, { value, until: Date.now() + lifeMilliseconds });
			}
			return value;
		},
		forget() {
			generation++;
			known.clear();
		},
	};
}
