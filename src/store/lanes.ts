import type pg from "pg";
import type { Caller } from "../access/caller.ts";
import { DataRowClient } from "./data-row.ts";
import { type Fetching, fetchingOn } from "./fetch.ts";
import { freshPlans, plansOf } from "./fresh-plans.ts";
import { isLostConnection, isLostStatement, tooBusy } from "./postgres-errors.ts";
import type { ConnectionLoad } from "./sessions.ts";
import { asQuery, type Statement } from "./statement.ts";
import { actingAs } from "./variables.ts";

/**
 * Connections that statements of many requests share: each statement is a transaction of its own, and they travel one behind the other
 * without waiting for answers. A connection lent to one request at a time is idle between its statements, and waking it costs more than a
 * small query does.
 */
export interface Lanes {
	/** Runs one statement as a caller. */
	query<Row>(caller: Caller, statement: Statement<Row>): Promise<Row[]>;
	/** How they are used now; what waits behind a statement under way is waiting. */
	load(): ConnectionLoad;
	/** What is under way is answered first. May be called again. */
	close(): Promise<void>;
}

/** How {@link openLanes} works. */
export interface LaneOptions {
	readonly settings: pg.ClientConfig;
	/** Most connections. */
	readonly most: number;
	/**
	 * Whether asking twice does no harm, as with everything that only reads: then what waits behind a slow statement is asked again on
	 * another connection, and so is what was under way on one that broke.
	 */
	readonly repeatable: boolean;
	/** How long a statement may wait for those before it until it fails as unavailable. */
	readonly waitMilliseconds: number;
}

/** Connections there are before any gets a second statement to wait. */
const eager = 2;

/** Waiting statements that make another connection worth its while. */
const deep = 6;

/** A statement that takes longer is one that others should not wait behind. */
const slowMilliseconds = 20;

/** Opens no connection before it is needed. */
export function openLanes(options: LaneOptions): Lanes {
	const lanes = new Set<Lane>();
	let watch: NodeJS.Timeout | undefined;
	let closing: Promise<void> | undefined;

	function place(ask: Ask): void {
		const lane = laneFor(ask) ?? open();
		lane.add(ask);
		watchOn();
	}

	function watchOn(): void {
		watch ??= setTimeout(look, slowMilliseconds).unref();
	}

	function open(): Lane {
		const lane = new Lane(options.settings, (left, error) => {
			lanes.delete(lane);
			for (const ask of left) lost(ask, error);
		});
		lanes.add(lane);
		return lane;
	}

	/** What a broken connection left unanswered. */
	function lost(ask: Ask, error: Error): void {
		if (ask.settled || ask.asked > 0) return;
		if (!options.repeatable || ask.repeated || closing !== undefined || !isLostConnection(error)) {
			ask.settle(error, undefined);
			return;
		}
		ask.repeated = true;
		place(ask);
	}

	/** The connection to ask on; undefined where another should be opened. */
	function laneFor(ask: Ask): Lane | undefined {
		let best: Lane | undefined;
		let bestCost = Number.POSITIVE_INFINITY;
		for (const lane of lanes) {
			if (lane.slow && lanes.size < options.most) continue;
			// Changing who a connection acts as is a statement, too; a slow one is the last resort.
			const cost = lane.waiting.length + (lane.caller === ask.caller ? 0 : 0.5) + (lane.slow ? 1000 : 0);
			if (cost >= bestCost) continue;
			best = lane;
			bestCost = cost;
		}
		if (lanes.size >= options.most || best === undefined) return best;
		return best.waiting.length >= (lanes.size < eager ? 1 : deep) ? undefined : best;
	}

	/** Looks for slow statements, as long as any are under way. */
	function look(): void {
		watch = undefined;
		const now = performance.now();
		for (const lane of lanes) {
			if (lane.waiting.length === 0) continue;
			watchOn();
			if (!lane.connected || now - lane.since < slowMilliseconds) continue;
			lane.slow = true;
			const behind = lane.waiting.slice(1);
			for (const ask of behind) if (now - ask.at > options.waitMilliseconds) ask.settle(tooBusy(), undefined);
			if (options.repeatable) for (const ask of behind) elsewhere(ask);
		}
	}

	function elsewhere(ask: Ask): void {
		if (ask.settled || ask.repeated) return;
		const lane = laneFor(ask) ?? open();
		if (lane.slow) return;
		ask.repeated = true;
		lane.add(ask);
	}

	return {
		query: (caller, statement) =>
			new Promise((resolve, reject) => {
				const settled = (error: unknown, rows: unknown[] | undefined) =>
					rows === undefined ? reject(error) : resolve(rows as never[]);
				if (closing === undefined) place(new Ask(caller, asQuery(statement), settled));
				else reject(new Error("Connection terminated: the database is closed"));
			}),
		load() {
			const used = [...lanes].map(({ waiting }) => waiting.length).filter((length) => length > 0);
			return { open: lanes.size, busy: used.length, waiting: used.reduce((sum, length) => sum + length - 1, 0) };
		},
		close() {
			closing ??= Promise.all([...lanes].map((lane) => lane.end())).then(() => clearTimeout(watch));
			return closing;
		},
	};
}

/** A statement somebody waits for. */
class Ask {
	/** Says who asks, to Postgres. */
	readonly caller: string;
	readonly query: pg.QueryConfig;
	readonly at = performance.now();
	/** Connections it is under way on. */
	asked = 0;
	/** Asked a second time. */
	repeated = false;
	settled = false;
	/** Asked again without a prepared statement. */
	nameless = false;
	readonly #settled: (error: unknown, rows: unknown[] | undefined) => void;

	constructor(caller: Caller, query: pg.QueryConfig, settled: (error: unknown, rows: unknown[] | undefined) => void) {
		this.caller = actingAs(caller);
		this.query = query;
		this.#settled = settled;
	}

	/** The first answer counts. */
	settle(error: unknown, rows: unknown[] | undefined): void {
		if (this.settled) return;
		this.settled = true;
		this.#settled(error, rows);
	}
}

/** One connection. Answers come in the order of the questions. */
class Lane {
	/** Sent, or about to be, and not answered. */
	readonly waiting: Ask[] = [];
	/** Who it acts as after what was sent. */
	caller: string | undefined;
	/** Since when the first of `waiting` is. */
	since = performance.now();
	slow = false;
	connected = false;
	/** Who it acts as, as far as Postgres has confirmed: what is answered now was answered to them. */
	#confirmed: string | undefined;
	#broken = false;
	readonly #plans = plansOf();
	readonly #fetch: Fetching;
	readonly #client: DataRowClient;
	readonly #onBroken: (left: Ask[], error: Error) => void;
	readonly #connecting: Promise<void>;

	constructor(settings: pg.ClientConfig, onBroken: (left: Ask[], error: Error) => void) {
		this.#onBroken = onBroken;
		this.#client = new DataRowClient({ ...settings, pipeline: true } as pg.ClientConfig);
		this.#fetch = fetchingOn(this.#client);
		this.#client.on("error", (error) => this.#break(error));
		this.#client.on("end", () => this.#break(new Error("Connection terminated unexpectedly")));
		this.#connecting = this.#client.connect().then(
			() => {
				this.connected = true;
				this.since = performance.now();
				for (const ask of this.waiting) this.#send(ask);
			},
			(error: Error) => this.#break(error),
		);
	}

	add(ask: Ask): void {
		if (this.waiting.length === 0) this.since = performance.now();
		ask.asked++;
		this.waiting.push(ask);
		if (this.connected) this.#send(ask);
	}

	async end(): Promise<void> {
		await this.#connecting;
		await this.#client.end().catch(() => undefined);
	}

	#send(ask: Ask): void {
		if (this.#plans.areOld()) this.#client.query(freshPlans, (error: Error | null) => error && this.#break(error));
		if (this.caller !== ask.caller) this.#become(ask.caller);
		const { name, text, values } = ask.query;
		const query = name === undefined || ask.nameless ? { text, values } : { name, text, values };
		this.#fetch(query as pg.QueryConfig, (error, rows) => this.#answered(ask, error, rows));
	}

	/** The one place that makes sure that who asks is who is answered. */
	#become(caller: string): void {
		this.caller = caller;
		this.#client.query(caller, (error: Error | null) => {
			if (error) this.#break(error);
			else this.#confirmed = caller;
		});
	}

	#answered(ask: Ask, error: Error | null, rows: unknown[]): void {
		if (this.#broken) return;
		const whose = this.#confirmed === ask.caller;
		if ((error !== null && isLostConnection(error)) || !whose) {
			this.#break(error ?? new Error("a connection acted as somebody else"));
			return;
		}
		this.waiting.shift();
		ask.asked--;
		this.since = performance.now();
		this.slow = false;
		if (error !== null && isLostStatement(error) && !ask.nameless && !ask.settled) {
			ask.nameless = true;
			this.add(ask);
		} else if (error === null) ask.settle(undefined, rows);
		else ask.settle(error, undefined);
	}

	#break(error: Error): void {
		if (this.#broken) return;
		this.#broken = true;
		this.#client.end().catch(() => undefined);
		const left = this.waiting.splice(0);
		for (const ask of left) ask.asked--;
		this.#onBroken(left, error);
	}
}
