import type { Writable } from "node:stream";
import {
	DummyDriver,
	Kysely,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type RawBuilder,
} from "kysely";
import pg from "pg";
import type { Caller } from "../access/caller.ts";
import { statementName } from "./statement-names.ts";

/** Composes SQL; runs none. */
const composer = new Kysely<unknown>({
	dialect: {
		createAdapter: () => new PostgresAdapter(),
		createDriver: () => new DummyDriver(),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler(),
	},
});

/** A statement as it goes to Postgres. */
export interface Composed<Row> {
	readonly text: string;
	readonly values: readonly unknown[];
	/** Only for the compiler: what a row is. */
	readonly row?: Row;
}

/** Composes a fragment, for statements that are used again. */
export function compose<Row>(fragment: RawBuilder<Row>): Composed<Row> {
	const { sql: text, parameters: values } = fragment.compile(composer);
	return { text, values };
}

/** A connection somebody has to themselves. Statements given without waiting for one another travel together, and run in order. */
export interface Session {
	/** Runs a composed statement, prepared once per connection. */
	query<Row>(statement: RawBuilder<Row> | Composed<Row>): Promise<Row[]>;
	/** Runs statements without values in one message. */
	run(text: string): Promise<void>;
	/**
	 * From now on the connection acts as this caller outside transactions. What is asked before this resolves must not be used if it
	 * fails: it was answered to somebody else.
	 */
	become(caller: Caller): Promise<void>;
	/** The connection is closed instead of lent again: nobody knows what it does. */
	spoil(): void;
}

/** The connections of a server. */
export interface Sessions {
	/** Lends a connection for some work. Broken connections are not lent again. */
	use<T>(work: (session: Session) => Promise<T>): Promise<T>;
	/** May be called again. */
	close(): Promise<void>;
}

/** Opens no connection yet; each is made when all others are in use. */
export function openSessions(settings: pg.PoolConfig): Sessions {
	const pool = new pg.Pool({ ...settings, pipeline: true } as pg.PoolConfig);
	// An idle connection that breaks is replaced when the next is needed.
	pool.on("error", () => undefined);
	// One that breaks while it is lent fails its statements; without a listener the event would end the process, too.
	pool.on("connect", (client) => client.on("error", () => undefined));
	return {
		async use(work) {
			const client = await pool.connect();
			const state: State = { spoiled: false, becoming: undefined };
			try {
				const done = await work(sessionOn(client, state));
				await state.becoming;
				return done;
			} finally {
				// Work that asked nothing, or gave up early, has not waited: who the connection acts as must be settled before it is lent again,
				// or a confirmation that comes late is taken for somebody else's.
				await state.becoming?.catch(() => undefined);
				client.release(state.spoiled);
			}
		},
		async close() {
			if (!pool.ending) await pool.end();
		},
	};
}

/** Who a connection acts as; nobody while that is not certain. */
const callers = new WeakMap<pg.PoolClient, string>();

/** What is known of a connection while it is lent. */
interface State {
	spoiled: boolean;
	/** Settles when it is certain who the connection acts as. */
	becoming: Promise<void> | undefined;
}

function sessionOn(client: pg.PoolClient, state: State): Session {
	const together = gathering(client);
	const run = async (text: string): Promise<void> => {
		together();
		await client.query(text);
	};
	return {
		async query<Row>(statement: RawBuilder<Row> | Composed<Row>): Promise<Row[]> {
			const composed = "text" in statement ? statement : compose(statement);
			const { text } = composed;
			const name = statementName(text);
			const values = [...composed.values];
			together();
			const { rows } = await client.query(name === undefined ? { text, values } : { name, text, values });
			return rows as Row[];
		},
		run,
		become(caller) {
			const wanted = `set role heart_${caller.role}; set app.user_id = '${Math.trunc(caller.userId)}'`;
			if (callers.get(client) === wanted) return Promise.resolve();
			callers.delete(client);
			state.becoming = run(wanted).then(
				() => void callers.set(client, wanted),
				(error: unknown) => {
					state.spoiled = true;
					throw error;
				},
			);
			return state.becoming;
		},
		spoil() {
			state.spoiled = true;
		},
	};
}

/** Statements of one turn of the event loop leave in one packet: each write of its own costs as much as a small query. */
function gathering(client: pg.PoolClient): () => void {
	const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
	let corked = false;
	return () => {
		if (corked) return;
		corked = true;
		stream.cork();
		process.nextTick(() => {
			corked = false;
			stream.uncork();
		});
	};
}
