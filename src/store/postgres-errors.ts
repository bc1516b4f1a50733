import { Failure } from "../fhir/failure.ts";

/** What `pg` says about a failed statement. Names only are passed on: `detail` and `message` can quote a person's data. */
interface PostgresError extends Error {
	readonly code: string;
	readonly constraint?: string;
	readonly column?: string;
	readonly table?: string;
}

/**
 * Turns what PostgreSQL or the connection to it says into the failure a client is told, with the original as `detail` for the
 * log; anything else (a Failure too) comes back as it is. Codes: PostgreSQL manual, appendix A.
 */
export function translatePostgresError(error: unknown): unknown {
	if (error instanceof Failure || !(error instanceof Error)) return error;
	const code = (error as Partial<PostgresError>).code;
	if (isLostConnection(error)) return unavailable(error);
	return code === undefined ? error : (translations[code]?.(error as PostgresError) ?? error);
}

/** Whether the connection broke, or could not be made: nothing is known of what was under way on it. */
export function isLostConnection(error: Error): boolean {
	const { code } = error as Partial<PostgresError>;
	if (typeof code !== "string") return lostConnection.test(error.message);
	return code.startsWith("08") || code.startsWith("57P0") || networkCodes.has(code);
}

/**
 * Whether a statement was not run because of its name: one that fails while it is prepared (by a timeout, say) leaves those that travel
 * behind it under the same name without a statement, or has them prepare it twice.
 */
export function isLostStatement(error: Error): boolean {
	const { code } = error as Partial<PostgresError>;
	return code === "26000" || code === "42P05";
}

/** For a statement that waited too long for others. */
export function tooBusy(): Failure {
	return new Failure("unavailable", "the server is busy; try again", { retryAfterSeconds: 1 });
}

/**
 * How often a transaction that fails like this is tried in all. Serialisation failures and deadlocks: 5 times. A duplicate: twice, as
 * somebody may have been faster with the same (a PUT of the same new id, say); the second look finds theirs, or it is a conflict for good.
 */
export function attemptsFor(error: unknown): number {
	const code = error instanceof Error ? (error as Partial<PostgresError>).code : undefined;
	if (code === "40001" || code === "40P01") return 5;
	return code === "23505" ? 2 : 1;
}

const lostConnection =
	/connection terminated|timeout exceeded when trying to connect|client has encountered a connection/i;
const networkCodes: ReadonlySet<string> = new Set([
	"ECONNREFUSED",
	"ECONNRESET",
	"ETIMEDOUT",
	"EPIPE",
	"ENOTFOUND",
	"EAI_AGAIN",
]);

const unavailable = (detail: Error) =>
	new Failure("unavailable", "the database cannot be reached right now", { detail, retryAfterSeconds: 1 });

const invalid = (message: string) => (detail: PostgresError) => new Failure("invalid", message, { detail });

const named = (error: PostgresError) => (error.constraint === undefined ? "" : ` (${error.constraint})`);

const serialisation = (detail: PostgresError) =>
	new Failure("conflict", "others changed the same data at the same time; try again", { detail, retryAfterSeconds: 1 });

const translations: Readonly<Record<string, (error: PostgresError) => Failure>> = {
	"23505": (detail) => new Failure("conflict", `another one with the same value exists${named(detail)}`, { detail }),
	"23503": (detail) =>
		new Failure("conflict", `it refers to something that does not exist, or is itself referenced${named(detail)}`, {
			detail,
		}),
	"23001": (detail) => new Failure("conflict", `it is referenced by something else${named(detail)}`, { detail }),
	"23514": (detail) => new Failure("invalid", `a value is not allowed${named(detail)}`, { detail }),
	"23502": (detail) => new Failure("invalid", `${detail.column ?? "a value"} must not be empty`, { detail }),
	"22001": invalid("a text is too long"),
	"22003": invalid("a number is too large or too small"),
	"22P02": invalid("a value is not of the column's type"),
	"22007": invalid("a date or time is not valid"),
	"22008": invalid("a date or time is out of range"),
	"22P05": invalid("a text contains a character that cannot be stored"),
	"22021": invalid("a text contains a character that cannot be stored"),
	"57014": (detail) => new Failure("too-costly", "this took too long; ask for less", { detail }),
	"53300": unavailable,
	"26000": unavailable,
	"42P05": unavailable,
	"42501": (detail) => new Failure("forbidden", "not allowed", { detail }),
	"40001": serialisation,
	"40P01": serialisation,
	"55P03": serialisation,
};
