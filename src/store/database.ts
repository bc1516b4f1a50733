import { type Caller, serverCaller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Entity } from "../tables/all.ts";
import { type Lanes, openLanes } from "./lanes.ts";
import { type Lookup, type Lookups, openLookups } from "./lookups.ts";
import { type Notices, type OnNotice, openNotices } from "./notices.ts";
import { numberStore } from "./number-store.ts";
import { translatePostgresError } from "./postgres-errors.ts";
import { typeParsers } from "./postgres-types.ts";
import { openQueueConnection, type QueueConnection } from "./queue-connection.ts";
import { type Reaction, type RowsWritten, reactions } from "./reactions.ts";
import { type ConnectionLoad, openSessions } from "./sessions.ts";
import type { Statement } from "./statement.ts";
import { retried, translated, writing } from "./transaction.ts";

/** One transaction as one caller: row-level security already set. Everything the store does takes one. */
export interface Transaction {
	readonly caller: Caller;
	/** Runs a composed SQL fragment; rows with the columns' own (snake_case) names. Values: postgres-types.ts. */
	query<Row>(statement: Statement<Row>): Promise<Row[]>;
	/**
	 * The row for a key, as the caller may see it; undefined where there is none. Reads of several requests share statements, and so does what
	 * a write finds before it asks anything else: that is not of its transaction yet.
	 */
	find<Key, Row>(lookup: Lookup<Key, Row>, key: Key): Promise<Row | undefined>;
	/** Runs a fragment whose rows nobody needs, together with what comes next, at the latest the commit, which fails where it fails. */
	later(statement: Statement<unknown>): void;
	/** Numbers of a sequence that nobody else gets, ascending; taken in advance, so not in the order of use. */
	numbers(sequence: string, count: number): Promise<number[]>;
	/**
	 * Runs a step of the same transaction with the rights of the system: for what a caller may cause but not do themselves (the account
	 * of a patient a therapist adds). Nothing it reads may reach the caller.
	 */
	asSystem<T>(work: () => Promise<T>): Promise<T>;
	/** Calls this once the transaction has committed; never when it has not. */
	committed(tell: () => void): void;
	/**
	 * What this transaction changes is heard of on a channel of this server as soon as it has committed, before the write resolves; on others
	 * when Postgres tells them.
	 */
	heard(channel: string): void;
	/** Tells what a statement wrote, for those who react to it (store/reactions.ts). `store/rows.ts` does; SQL of one's own has to. */
	wrote(rows: RowsWritten): void;
	/**
	 * Runs a part that may fail without the rest (a savepoint): when it fails, nothing of it is left, and the transaction goes on. Retried
	 * like a write of its own, so `work` must be repeatable; it is handed what it must use in place of this transaction.
	 */
	step<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** How a write is isolated from others. Default: "read committed". */
export interface WriteOptions {
	readonly isolation?: "read committed" | "repeatable read" | "serializable";
}

/** The only door to Postgres for the running server. */
export interface Database {
	/** Resolves when the database answers reads, has a connection for a write, and takes writes. @throws Failure unavailable */
	reach(): Promise<void>;
	/** How its connections are used now, and what became of writes so far. */
	load(): DatabaseLoad;
	/** Single statements, each a read-only transaction of its own: a statement that writes fails. */
	read<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T>;
	/** A read-write transaction, all or nothing. Retried when others came in its way (`attemptsFor`), so `work` must be repeatable. */
	write<T>(caller: Caller, work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
	/**
	 * One statement as the system, committed without waiting for the disk: nothing is lost when the server is killed, but what the last
	 * half second added may be when Postgres crashes or the power fails. For what was read, in the access log.
	 */
	append(statement: Statement<unknown>): Promise<void>;
	/** Reacts to rows of some tables within the transactions that write them, whoever does (store/reactions.ts). */
	react(entities: readonly Entity[], reaction: Reaction): void;
	/** Hears what is notified on a channel until the database is closed (`store/notices.ts`). */
	listen(channel: string, onNotice: OnNotice): Pick<Notices, "isLive">;
	/** Where the queue of background work keeps itself (schema jobs), as the system; closed with the database. */
	readonly queue: QueueConnection;
	close(): Promise<void>;
}

/** What a database has to do. */
export interface DatabaseLoad {
	readonly connections: Readonly<Record<"read" | "write" | "append", ConnectionLoad>>;
	/** Transactions tried again since the start, because others came in their way. */
	readonly retries: number;
}

/** What {@link openDatabase} needs. */
export interface DatabaseOptions {
	/** Connection of `heart_server` (or another role that may become the three callers' roles). */
	readonly url: string;
	/** Most connections at once for reading, and as many for writing. Default: 10. */
	readonly poolSize?: number;
	/** A statement that runs longer fails as too-costly. Default: 30000; 0: no limit. */
	readonly statementTimeoutMilliseconds?: number;
	/** How long to wait for a connection before failing as unavailable. Default: 5000. */
	readonly connectTimeoutMilliseconds?: number;
	/** What pg_stat_activity shows. Default: "heart". */
	readonly applicationName?: string;
}

/** Asks nothing but an answer. */
const alive = { text: "select 1", values: [] };

/** A standby answers, but takes no writes. */
const standby = { text: "select pg_is_in_recovery() standby", values: [] };

/**
 * Opens the pool of connections and tries one.
 *
 * @throws Failure "unavailable" when the database cannot be reached
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
	const parameters = {
		timezone: "UTC",
		datestyle: "ISO",
		jit: "off",
		statement_timeout: String(options.statementTimeoutMilliseconds ?? 30_000),
		// Shorter than a statement: who waits for others is told so (409), not that too much was asked.
		lock_timeout: "20000",
		idle_in_transaction_session_timeout: "60000",
		// What is not within a write's own transaction changes nothing.
		default_transaction_read_only: "on",
	};
	const settings = {
		connectionString: options.url,
		types: typeParsers(),
		application_name: options.applicationName ?? "heart",
		connectionTimeoutMillis: options.connectTimeoutMilliseconds ?? 5000,
	};
	const most = options.poolSize ?? 10;
	const waitMilliseconds = settings.connectionTimeoutMillis;
	const numbers = numberStore();
	const sessions = openSessions({ ...settings, max: most, options: asOptions(parameters) }, numbers.forget);
	const reads = openLanes({
		settings: { ...settings, options: asOptions(parameters) },
		most,
		repeatable: true,
		waitMilliseconds,
	});
	const lookups = openLookups(reads);
	const appending = { ...parameters, default_transaction_read_only: "off", synchronous_commit: "off" };
	const appends = openLanes({
		settings: { ...settings, options: asOptions(appending) },
		most: 1,
		repeatable: false,
		waitMilliseconds,
	});
	const notices = openNotices(settings);
	const queue = openQueueConnection(
		{
			...settings,
			types: undefined,
			options: asOptions({ ...parameters, role: "heart_system", default_transaction_read_only: "off" }),
		},
		notices,
	);
	const reacting = reactions();
	const retries = { count: 0 };
	try {
		await reads.query(serverCaller, alive);
	} catch (error) {
		await Promise.all([sessions.close(), reads.close(), appends.close(), queue.close()]);
		throw translatePostgresError(error);
	}
	return {
		reach: () =>
			translated(async () => {
				await reads.query(serverCaller, alive);
				const [answer] = await sessions.use((session) => session.query<{ standby: boolean }>(standby));
				if (answer?.standby !== false) throw new Failure("unavailable", "the database takes no writes now");
			}),
		load: () => ({
			connections: { read: reads.load(), write: sessions.load(), append: appends.load() },
			retries: retries.count,
		}),
		read: (caller, work) => translated(() => work(reading(reads, lookups, caller))),
		write: (caller, work, { isolation = "read committed" } = {}) =>
			translated(() =>
				retried(
					() =>
						sessions.use((session) =>
							writing({ session, lookups, numbers, reacting, notices, isolation }, caller, work),
						),
					() => retries.count++,
				),
			),
		append: (statement) =>
			translated(async () => {
				await appends.query(serverCaller, statement);
			}),
		react: reacting.add,
		listen: notices.listen,
		queue,
		async close() {
			await Promise.all([sessions.close(), reads.close(), appends.close(), queue.close(), notices.close()]);
		},
	};
}

function asOptions(parameters: Readonly<Record<string, string>>): string {
	return Object.entries(parameters)
		.map(([name, value]) => `-c ${name}=${value}`)
		.join(" ");
}

/** Each statement for itself; whose it is travels with it (store/lanes.ts). */
function reading(lanes: Lanes, lookups: Lookups, caller: Caller): Transaction {
	const refuse = () => Promise.reject(new Error("not for reads"));
	const query: Transaction["query"] = (statement) => lanes.query(caller, statement);
	const wrote = () => {
		throw new Error("not for reads");
	};
	const later: Transaction["later"] = (fragment) => void query(fragment);
	return {
		caller,
		query,
		find: (lookup, key) => lookups.find(caller, lookup, key),
		later,
		numbers: refuse,
		asSystem: refuse,
		committed: wrote,
		heard: wrote,
		wrote,
		step: refuse,
	};
}
