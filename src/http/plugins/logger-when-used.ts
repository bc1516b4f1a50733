import type { FastifyBaseLogger } from "fastify";

/** A logger that is made when somebody first logs with it: each request has one of its own, and few say anything. */
export function loggerWhenUsed(make: () => FastifyBaseLogger): FastifyBaseLogger {
	return new LoggerWhenUsed(make) as unknown as FastifyBaseLogger;
}

const methods = ["fatal", "error", "warn", "info", "debug", "trace", "silent", "child"] as const;

class LoggerWhenUsed {
	#made: FastifyBaseLogger | undefined;
	readonly #make: () => FastifyBaseLogger;

	constructor(make: () => FastifyBaseLogger) {
		this.#make = make;
	}

	get made(): FastifyBaseLogger {
		this.#made ??= this.#make();
		return this.#made;
	}

	get level(): string {
		return this.made.level;
	}
}

for (const method of methods) {
	Object.defineProperty(LoggerWhenUsed.prototype, method, {
		value(this: LoggerWhenUsed, ...said: unknown[]) {
			return (this.made[method] as (...all: unknown[]) => unknown)(...said);
		},
	});
}
