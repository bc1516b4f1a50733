import pg from "pg";

/** How the rows of a statement are made. */
interface Shape {
	readonly names: readonly string[];
	readonly parsers: readonly ((text: string) => unknown)[];
	/** Every name with null. */
	readonly empty: Readonly<Record<string, null>>;
}

/** What one connection knows of the statements it has prepared, by name. */
type Shapes = Map<string, Shape>;

/** Of a statement that gives no rows. */
const none: Shape = { names: [], parsers: [], empty: {} };

/** What becomes of a statement: its rows, or why there are none. */
type Fetched = (error: Error | null, rows: unknown[]) => void;

/** Asks a statement on a connection. */
export type Fetching = (query: pg.QueryConfig, fetched: Fetched) => void;

/** How statements are asked on a connection, for as long as there is one. @param types - how values are read; default: as `pg` does */
export function fetchingOn(client: pg.ClientBase, types: pg.CustomTypesConfig = pg.types): Fetching {
	const shapes: Shapes = new Map();
	return (query, fetched) => void client.query(new Fetch(query, types, shapes, fetched));
}

/**
 * A statement as `pg` asks it, but for two things that cost more than many statements themselves: a prepared statement's rows are described
 * to us once per connection and not every time, and rows are made without `pg` looking up each column's name anew. Of `pg` it uses what
 * `pg-cursor` uses (`client.query` takes anything with `submit`), and of `pg.Query` the steps it overrides.
 */
class Fetch extends pg.Query {
	readonly #name: string | undefined;
	readonly #types: pg.CustomTypesConfig;
	readonly #shapes: Shapes;
	readonly #rows: unknown[];
	#shape = none;

	constructor(query: pg.QueryConfig, types: pg.CustomTypesConfig, shapes: Shapes, fetched: Fetched) {
		const rows: unknown[] = [];
		super(query as never, query.values as never, (error) => fetched(error ?? null, rows));
		this.#name = query.name;
		this.#types = types;
		this.#shapes = shapes;
		this.#rows = rows;
	}

	/** Sends it; without asking for a description where that is known. */
	prepare(connection: Connection): void {
		const known = this.#name === undefined ? undefined : this.#shapes.get(this.#name);
		if (known !== undefined) this.#shape = known;
		prepareOf.call(this, known === undefined ? connection : undescribed(connection));
	}

	handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
		const empty = Object.fromEntries(fields.map(({ name }) => [name, null]));
		this.#shape = {
			names: fields.map(({ name }) => name),
			parsers: fields.map(({ dataTypeID }) => this.#types.getTypeParser(dataTypeID, "text")),
			empty,
		};
	}

	handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
		try {
			this.#rows.push(rowOf(this.#shape, fields));
		} catch (error) {
			// As pg.Query does: the statement fails when it has ended.
			Object.assign(this, { _canceledDueToError: error });
		}
	}

	handleCommandComplete(): void {
		if (this.#name !== undefined) this.#shapes.set(this.#name, this.#shape);
	}
}

function rowOf({ names, parsers, empty }: Shape, texts: readonly (string | null)[]): Record<string, unknown> {
	const row: Record<string, unknown> = { ...empty };
	for (let at = 0; at < texts.length; at++) {
		const text = texts[at] as string | null;
		if (text !== null) row[names[at] as string] = (parsers[at] as (text: string) => unknown)(text);
	}
	return row;
}

interface Field {
	readonly name: string;
	readonly dataTypeID: number;
}

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
