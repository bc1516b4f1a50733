import { MikroORM } from "@mikro-orm/postgresql";
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Caller } from "../access/caller.ts";
import { entities } from "../tables/all.ts";
import { isRetryable, translatePostgresError } from "./postgres-errors.ts";
import { typeParsers } from "./postgres-types.ts";

/** One transaction as one caller: row-level security already set. Everything the store does takes one. */
export interface Transaction {
	readonly caller: Caller;
	/** Runs a composed SQL fragment; rows with the columns' own (snake_case) names. Values: postgres-types.ts. */
	query<Row>(fragment: RawBuilder<Row>): Promise<Row[]>;
	/**
	 * Runs a step of the same transaction with the rights of the system: for what a caller may cause but not do themselves (the account
	 * of a patient a therapist adds). Nothing it reads may reach the caller.
	 */
	asSystem<T>(work: () => Promise<T>): Promise<T>;
}

/** How a write is isolated from others. Default: "read committed". */
export interface WriteOptions {
	readonly isolation?: "read committed" | "repeatable read" | "serializable";
}

/** The only door to Postgres for the running server. */
export interface Database {
	/** A read-only transaction: a statement that writes fails. */
	read<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T>;
	/** A read-write transaction, all or nothing. Retried on serialisation failures and deadlocks, so `work` must be repeatable. */
	write<T>(caller: Caller, work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
	close(): Promise<void>;
}

/** What {@link openDatabase} needs. */
export interface DatabaseOptions {
	/** Connection of `heart_server` (or another role that may become the three callers' roles). */
	readonly url: string;
	/** Most connections at once. Default: 10. */
	readonly poolSize?: number;
	/** A statement that runs longer fails as too-costly. Default: 30000; 0: no limit. */
	readonly statementTimeoutMilliseconds?: number;
	/** How long to wait for a connection before failing as unavailable. Default: 5000. */
	readonly connectTimeoutMilliseconds?: number;
	/** What pg_stat_activity shows. Default: "heart". */
	readonly applicationName?: string;
}

const mostAttempts = 5;

/**
 * Opens the pool of connections and tries one.
 *
 * @throws Failure "unavailable" when the database cannot be reached
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
	const settings = {
		timezone: "UTC",
		datestyle: "ISO",
		jit: "off",
		statement_timeout: String(options.statementTimeoutMilliseconds ?? 30_000),
		idle_in_transaction_session_timeout: "60000",
	};
	const orm = await MikroORM.init({
		clientUrl: options.url,
		entities: [...entities],
		logger: () => undefined,
		pool: { min: 0, max: options.poolSize ?? 10 },
		driverOptions: {
			types: typeParsers(),
			application_name: options.applicationName ?? "heart",
			connectionTimeoutMillis: options.connectTimeoutMilliseconds ?? 5000,
			options: Object.entries(settings)
				.map(([name, value]) => `-c ${name}=${value}`)
				.join(" "),
		},
	});
	const pool = orm.em.fork().getKysely() as unknown as Kysely<unknown>;
	try {
		await sql`select 1`.execute(pool);
	} catch (error) {
		await orm.close(true);
		throw translatePostgresError(error);
	}
	return {
		read: (caller, work) => translated(() => inTransaction(pool, "read only", caller, work)),
		write: (caller, work, { isolation = "read committed" } = {}) =>
			translated(() => retried(() => inTransaction(pool, `isolation level ${isolation}, read write`, caller, work))),
		close: () => orm.close(true),
	};
}

/**
 * Role and variable are set for this transaction only and in the same message as BEGIN: one round trip, and nothing of one
 * caller is left on the connection for the next, however the transaction ends.
 */
async function inTransaction<T>(
	pool: Kysely<unknown>,
	mode: string,
	caller: Caller,
	work: (tx: Transaction) => Promise<T>,
): Promise<T> {
	const begin = `begin ${mode}; set local role heart_${caller.role}; set local app.user_id = '${Math.trunc(caller.userId)}'`;
	return pool.connection().execute(async (kysely) => {
		try {
			await sql.raw(begin).execute(kysely);
			const result = await work({
				caller,
				query: async (fragment) => (await fragment.execute(kysely)).rows,
				asSystem: async (step) => {
					await sql.raw("set local role heart_system").execute(kysely);
					const done = await step();
					await sql.raw(`set local role heart_${caller.role}`).execute(kysely);
					return done;
				},
			});
			// The empty select fails where an error was swallowed; COMMIT alone would then quietly roll back.
			await sql.raw("select; commit").execute(kysely);
			return result;
		} catch (error) {
			// On a broken connection this fails too; the pool discards it and the first error is the one to tell.
			await sql
				.raw("rollback")
				.execute(kysely)
				.catch(() => undefined);
			throw error;
		}
	});
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
	for (let count = 1; ; count++) {
		try {
			return await attempt();
		} catch (error) {
			if (count === mostAttempts || !isRetryable(error)) throw error;
			await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** count));
		}
	}
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw translatePostgresError(error);
	}
}
