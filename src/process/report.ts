import { ConfigError } from "../config.ts";

/** What to tell the operator about a failed start: one line per mistake, without stack traces. */
function linesOf(error: unknown): readonly string[] {
	return error instanceof ConfigError ? error.lines : [lineOf(error)];
}

/** Anything thrown, in one line. */
export function lineOf(error: unknown): string {
	// What Node throws when no address of a host answers: its own message is empty.
	if (error instanceof AggregateError) return [...new Set(error.errors.map(lineOf))].join("; ");
	const detail = error instanceof Error && "detail" in error ? error.detail : undefined;
	const inner = detail instanceof Error ? `: ${lineOf(detail)}` : "";
	const message = error instanceof Error ? error.message || error.name : String(error);
	return `${message.split("\n", 1)[0] ?? ""}${inner}`;
}

/** Writes the lines to standard error and ends the process as failed. */
export function giveUp(error: unknown): never {
	for (const line of linesOf(error)) process.stderr.write(`${line}\n`);
	process.exit(1);
}
