/** Says how far a long seeding has come. */
export interface Progress {
	/** `rows` more have been written; `stage` is what is being done, e.g. `patient 3 of 12`. */
	advance(stage: string, rows: number): void;
	/** Ends the line and says the total. */
	finish(): void;
}

/** Where progress goes: process.stderr, or a stand-in in tests. */
export interface Output {
	readonly isTTY?: boolean | undefined;
	write(text: string): unknown;
}

/**
 * Progress on an output: one line that is rewritten on a terminal, a line per stage otherwise.
 *
 * @param elapsedMs the clock: milliseconds since some fixed moment
 */
export function progressOn(output: Output, elapsedMs: () => number): Progress {
	const startedMs = elapsedMs();
	let total = 0;
	const line = (stage: string): string =>
		`${stage}: ${total.toLocaleString("en-US")} rows, ${((elapsedMs() - startedMs) / 1000).toFixed(1)} s`;
	return {
		advance: (stage, rows) => {
			total += rows;
			output.write(output.isTTY === true ? `\r\u001b[K${line(stage)}` : `${line(stage)}\n`);
		},
		finish: () => {
			output.write(output.isTTY === true ? `\r\u001b[K${line("seeded")}\n` : `${line("seeded")}\n`);
		},
	};
}

/** Tells nobody. */
export const silent: Progress = { advance: () => {}, finish: () => {} };
