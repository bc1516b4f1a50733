import type { Caller } from "../access/caller.ts";
import type { Lanes } from "./lanes.ts";
import type { Composed } from "./statement.ts";
import { actingAs } from "./variables.ts";

/** Finds one row for a key; several keys are one statement. Known by identity: made once, used again and again. */
export interface Lookup<Key, Row> {
	/** A statement that gives, for each key that has a row, that row. */
	statement(keys: readonly Key[]): Composed<Found<Row>>;
}

/** A row, and for which of the keys it is: the first has 1. */
export type Found<Row> = Row & { readonly $key: number };

/** Looks keys up for several requests at once. */
export interface Lookups {
	/** The row for a key; undefined where there is none the caller may see. */
	find<Key, Row>(caller: Caller, lookup: Lookup<Key, Row>, key: Key): Promise<Row | undefined>;
}

/**
 * Keys of one statement at most. Beginning one costs Postgres as much as six rows more; but so many leave at once, so that it works on
 * them while this process still reads the requests behind them.
 */
const most = 4;

/**
 * What requests of one caller look up in the same turn of the event loop is one statement: to begin one costs Postgres, and both ends of
 * the connection, several times what one more row does. Nobody waits for others: alone in its turn, a lookup leaves at its end.
 */
export function openLookups(lanes: Pick<Lanes, "query">): Lookups {
	const groups = new Map<Lookup<unknown, unknown>, Map<string, Group>>();

	function send(): void {
		const all = [...groups].flatMap(([lookup, byCaller]) => [...byCaller.values()].map((group) => ({ lookup, group })));
		groups.clear();
		for (const { lookup, group } of all) void ask(lanes, lookup, group);
	}

	return {
		find: (caller, lookup, key) =>
			new Promise((resolve, reject) => {
				if (groups.size === 0) setImmediate(send);
				const known = lookup as Lookup<unknown, unknown>;
				const byCaller = groups.get(known) ?? new Map<string, Group>();
				groups.set(known, byCaller);
				const name = actingAs(caller);
				const group = byCaller.get(name) ?? { caller, asks: [] };
				byCaller.set(name, group);
				group.asks.push({ key, resolve: resolve as (row: unknown) => void, reject });
				if (group.asks.length < most) return;
				byCaller.delete(name);
				void ask(lanes, known, group);
			}),
	};
}

/** What one caller asks: callers to whom the policies show the same are one. */
interface Group {
	readonly caller: Caller;
	readonly asks: Ask[];
}

interface Ask {
	readonly key: unknown;
	readonly resolve: (row: unknown) => void;
	readonly reject: (error: unknown) => void;
}

async function ask(
	lanes: Pick<Lanes, "query">,
	lookup: Lookup<unknown, unknown>,
	{ caller, asks }: Group,
): Promise<void> {
	try {
		const rows = await lanes.query(caller, lookup.statement(asks.map(({ key }) => key)));
		const found = new Map((rows as Found<object>[]).map((row) => [row.$key, row]));
		for (const [at, { resolve }] of asks.entries()) resolve(found.get(at + 1));
	} catch (error) {
		for (const { reject } of asks) reject(error);
	}
}
