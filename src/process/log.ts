import { type Logger, pino } from "pino";

/** Lines are written together: a line for each request, written by itself, costs as much as the request's answer. */
const bufferBytes = 8192;

/** How long a line waits at most. */
const flushMilliseconds = 500;

/** JSON lines on stdout. What waits is written before the process ends by itself; `kill -9` may lose the last half second. */
export function openLog(level: string): Logger {
	const destination = pino.destination({ dest: 1, sync: false, minLength: bufferBytes });
	setInterval(() => destination.flush(), flushMilliseconds).unref();
	process.once("exit", () => {
		try {
			destination.flushSync();
		} catch {
			// Nobody reads any more.
		}
	});
	return pino({ level }, destination);
}
