import pg from "pg";
import { DataRowClient } from "./data-row.ts";
import { type Fetching, fetchingOn } from "./fetch.ts";
import { freshPlans, plansOf } from "./fresh-plans.ts";
import { inPieces, takePieces } from "./pieces.ts";
import { asQuery, type Statement } from "./statement.ts";

/** A connection somebody has to themselves. Statements given without waiting for one another travel together, and run in order. */
export interface Session {
	/** Runs a composed statement, prepared once per connection. */
	query<Row>(statement: Statement<Row>): Promise<Row[]>;
	/** Runs statements without values in one message. */
	run(text: string): Promise<void>;
	/** The connection is closed instead of lent again: nobody knows what it does. */
	spoil(): void;
}

/** Connections for transactions. */
export interface Sessions {
	/** Lends a connection for some work. Broken connections are not lent again. */
	use<T>(work: (session: Session) => Promise<T>): Promise<T>;
	/** How they are used now. */
	load(): ConnectionLoad;
	/** May be called again. */
	close(): Promise<void>;
}

/** How some connections are used. */
export interface ConnectionLoad {
	/** Open, or being opened. */
	readonly open: number;
	/** Open and working. */
	readonly busy: number;
	/** Statements or transactions that wait for one. */
	readonly waiting: number;
}

/** Opens no connection yet; each is made when all others are in use. `onNew` is told of each before it is used. */
export function openSessions(settings: pg.PoolConfig, onNew: () => void = () => undefined): Sessions {
	const pool = new pg.Pool({ ...settings, Client: DataRowClient, pipeline: true } as pg.PoolConfig);
	// An idle connection that breaks is replaced when the next is needed.
	pool.on("error", () => undefined);
	// One that breaks while it is lent fails its statements; without a listener the event would end the process, too.
	const known = new WeakMap<pg.PoolClient, Known>();
	pool.on("connect", (client) => {
		client.on("error", () => undefined);
		takePieces(client);
		onNew();
		known.set(client, { plans: plansOf(), fetch: fetchingOn(client as unknown as DataRowClient) });
	});
	return {
		async use(work) {
			const client = await pool.connect();
			const { plans, fetch } = known.get(client) as Known;
			if (plans.areOld()) client.query(freshPlans).catch(() => undefined);
			let spoiled = false;
			try {
				return await work(sessionOn(client, fetch, () => (spoiled = true)));
			} finally {
				client.release(spoiled);
			}
		},
		load: () => ({
			open: pool.totalCount,
			busy: pool.totalCount - pool.idleCount,
			waiting: pool.waitingCount,
		}),
		async close() {
			if (!pool.ending) await pool.end();
		},
	};
}

/** What is remembered of a connection. */
interface Known {
	readonly plans: ReturnType<typeof plansOf>;
	readonly fetch: Fetching;
}

function sessionOn(client: pg.PoolClient, fetch: Fetching, spoil: () => void): Session {
	return {
		query<Row>(statement: Statement<Row>): Promise<Row[]> {
			const query = asQuery(statement);
			return new Promise((resolve, reject) =>
				fetch({ ...query, values: inPieces(query.values ?? []) }, (error, rows) =>
					error === null ? resolve(rows as Row[]) : reject(error),
				),
			);
		},
		async run(text) {
			await client.query(text);
		},
		spoil,
	};
}
