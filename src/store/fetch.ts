import pg from "pg";
import type { ColumnReader } from "./column-reader.ts";
import type { DataRow, DataRowClient } from "./data-row.ts";
import { type Field, type RowMaker, rowMaker } from "./row-maker.ts";

/** What one connection knows of the statements it has prepared, by name: how their rows are made. */
type Known = Map<string, RowMaker>;

/** What becomes of a statement: its rows, or why there are none. */
type Fetched = (error: Error | null, rows: unknown[]) => void;

/** Asks a statement on a connection. */
export type Fetching = (query: pg.QueryConfig, fetched: Fetched) => void;

/**
 * How statements are asked on a connection, for as long as there is one.
 *
 * @param readerOf - how values of a type are read; default: as postgres-types.ts says
 */
export function fetchingOn(client: DataRowClient, readerOf?: (oid: number) => ColumnReader): Fetching {
	const known: Known = new Map();
	return (query, fetched) => void client.query(new Fetch(query, { known, readerOf }, fetched));
}

/**
 * A statement as `pg` asks it, but for two things that cost more than many statements themselves: a prepared statement's rows are described
 * to us once per connection and not every time, and rows are made of what was sent, without a string for each column. Of `pg` it uses what
 * `pg-cursor` uses (`client.query` takes anything with `submit`), and of `pg.Query` the steps it overrides.
 */
class Fetch extends pg.Query {
	readonly #name: string | undefined;
	readonly #known: Known;
	readonly #readerOf: ((oid: number) => ColumnReader) | undefined;
	readonly #rows: unknown[];
	#make: RowMaker = none;

	constructor(
		query: pg.QueryConfig,
		{ known, readerOf }: { known: Known; readerOf: ((oid: number) => ColumnReader) | undefined },
		fetched: Fetched,
	) {
		const rows: unknown[] = [];
		super(query as never, query.values as never, (error) => fetched(error ?? null, rows));
		this.#name = query.name;
		this.#known = known;
		this.#readerOf = readerOf;
		this.#rows = rows;
	}

	/** Sends it; without asking for a description where that is known. */
	prepare(connection: Connection): void {
		const known = this.#name === undefined ? undefined : this.#known.get(this.#name);
		if (known !== undefined) this.#make = known;
		prepareOf.call(this, known === undefined ? connection : undescribed(connection));
	}

	handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
		this.#make = rowMaker(fields, this.#readerOf);
	}

	handleDataRow(row: DataRow): void {
		try {
			this.#rows.push(this.#make(row));
		} catch (error) {
			// As pg.Query does: the statement fails when it has ended.
			Object.assign(this, { _canceledDueToError: error });
		}
	}

	handleCommandComplete(): void {
		if (this.#name !== undefined) this.#known.set(this.#name, this.#make);
	}
}

/** Of a statement that gives no rows. */
const none: RowMaker = () => ({});

/** What `pg` has below a client: sends the messages of the protocol. */
interface Connection {
	describe(what: unknown): void;
}

const prepareOf = (pg.Query.prototype as unknown as { prepare(connection: Connection): void }).prepare;

const quiet = new WeakMap<Connection, Connection>();

/** The same connection, on which nothing is asked to be described. */
function undescribed(connection: Connection): Connection {
	const known = quiet.get(connection) ?? Object.assign(Object.create(connection), { describe: () => undefined });
	quiet.set(connection, known);
	return known;
}
