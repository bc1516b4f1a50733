import { Failure } from "../fhir/failure.ts";

/** Where the queue tells what happens; nothing it tells holds personal data. */
export interface JobLog {
	debug(fields: object, message: string): void;
	warn(fields: object, message: string): void;
	error(fields: object, message: string): void;
}

/** How a try of a job ended. "dead": given up for good. */
export interface JobOutcome {
	readonly kind: string;
	readonly outcome: "done" | "failed" | "dead";
	/** How long the try took; 0 for "dead". */
	readonly seconds: number;
}

/** Hears how each try ended. */
export type ObserveJob = (outcome: JobOutcome) => void;

/** The queue's own troubles are told once in so many milliseconds: while Postgres is away, each worker has one every other second. */
const quietMilliseconds = 10_000;

/** What failed, without its message: that may quote what somebody sent. */
export function nameOf(error: unknown): string {
	if (error instanceof Failure) return `Failure ${error.kind}`;
	if (!(error instanceof Error)) return typeof error;
	const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
	return `${error.name}${code}`;
}

/** Listeners for pg-boss' own errors and warnings. */
export function toldErrors(log: JobLog): { error(error: unknown): void; warning(warning: unknown): void } {
	let quietUntil = 0;
	return {
		error(error) {
			if (Date.now() < quietUntil) return;
			quietUntil = Date.now() + quietMilliseconds;
			log.warn({ error: nameOf(error) }, "the queue of background work has trouble");
		},
		warning(warning) {
			const type = (warning as { data?: { type?: unknown } }).data?.type;
			log.warn({ warning: typeof type === "string" ? type : "unknown" }, "the queue of background work warns");
		},
	};
}
