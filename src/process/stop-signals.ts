/** A terminal's Ctrl-C comes twice, once directly and once through npm: what follows at once is the same wish. */
const sameWishMilliseconds = 1000;

/**
 * Runs `stop` at the first SIGTERM or SIGINT and ends the process with 0 (1 when stopping fails); a later second signal ends it at once.
 */
export function onStopSignal(stop: (signal: string) => Promise<void>, failed: (error: unknown) => void): void {
	let since: number | null = null;
	const receive = (signal: NodeJS.Signals) => {
		if (since !== null) {
			// Leaving this way still tells the embedded PostgreSQL to shut down (its exit hook).
			if (performance.now() - since > sameWishMilliseconds) process.exit(130);
			return;
		}
		since = performance.now();
		stop(signal).then(
			() => process.exit(0),
			(error: unknown) => {
				failed(error);
				process.exit(1);
			},
		);
	};
	process.on("SIGTERM", receive);
	process.on("SIGINT", receive);
}
