/** A source of repeatable randomness: the same name always gives the same numbers, on every machine. */
export interface Random {
	/** At least 0, below 1. */
	next(): number;
	/** A whole number from `low` to `high`, both included. */
	int(low: number, high: number): number;
	/** A number from `low` (included) to `high` (not included). */
	between(low: number, high: number): number;
	/** True with this probability (0-1). */
	chance(probability: number): boolean;
	/** One of the items; throws a RangeError where there is none. */
	pick<T>(items: readonly T[]): T;
	/** Normally distributed around 0 with this standard deviation, cut off at three of them. */
	noise(deviation: number): number;
	/**
	 * An independent source named below this one. What one part draws never moves what another part gets, so adding a draw
	 * to the meals leaves the vitals as they were.
	 */
	fork(name: string): Random;
}

/** The source of this name. Mulberry32 started from the FNV-1a hash of the name: small, quick and well spread, no cryptography. */
export function randomOf(name: string): Random {
	let state = hash(name);
	const next = (): number => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
	};
	const random: Random = {
		next,
		int: (low, high) => low + Math.floor(next() * (high - low + 1)),
		between: (low, high) => low + next() * (high - low),
		chance: (probability) => next() < probability,
		pick: (items) => {
			const item = items[Math.floor(next() * items.length)];
			if (item === undefined) throw new RangeError("nothing to pick from");
			return item;
		},
		noise: (deviation) => {
			const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
			return deviation * Math.max(-3, Math.min(3, normal));
		},
		fork: (part) => randomOf(`${name}/${part}`),
	};
	return random;
}

function hash(text: string): number {
	let value = 0x811c9dc5;
	for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
	return value;
}
