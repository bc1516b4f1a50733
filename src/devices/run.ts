import { randomUUID } from "node:crypto";
import { type Caller, serverCaller } from "../access/caller.ts";
import type { Transaction } from "../store/database.ts";
import {
	type ConnectionRow,
	connectionById,
	countSynced,
	endLease,
	endLeftBehind,
	keepLease,
	takeLease,
} from "../store/devices/connections.ts";
import { knownRecords, type RecordRow, undetailedRecords } from "../store/devices/records.ts";
import { accessToken, type GoodToken, heldToken } from "./access.ts";
import { budgetOf } from "./budget.ts";
import { contextOf, settingsOf } from "./connection.ts";
import type { DeviceParts } from "./parts.ts";
import type { Source } from "./source.ts";
import { digestOf } from "./store-measures.ts";
import { VendorTrouble } from "./trouble.ts";
import type { Feed, FeedContext, Upstream, Vendor } from "./vendor.ts";
import { type VendorApi, vendorApi } from "./vendor-api.ts";
import { vendors } from "./vendors/all.ts";

/** How long a run has a connection to itself without a sign of life; seconds. Shorter than another one waits for its turn (pull.ts). */
const leaseSeconds = 40;

/** How often a run gives a sign of life, whatever it waits for; milliseconds. */
const signOfLifeMilliseconds = 10_000;

/** One run over one connection: whoever holds it is the only one that pulls from there. */
export interface Run {
	readonly parts: DeviceParts;
	readonly vendor: Vendor;
	readonly connection: ConnectionRow;
	readonly context: FeedContext;
	readonly api: VendorApi;
	/** Requests the run may still make. */
	left(): number;
	source(feed: Pick<Feed, "name">): Source;
	/**
	 * One transaction as the person whose data it is, so that row-level security binds the pull as well; only while the run still has the
	 * connection. @throws VendorTrouble stopped
	 */
	commit(work: (tx: Transaction) => Promise<void>): Promise<void>;
	read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
	known(keys: readonly { kind: string; externalId: string }[]): Promise<RecordRow[]>;
	/** Listed records that are new, changed, or known as listed only. */
	news(records: readonly Upstream[]): Promise<readonly Upstream[]>;
	undetailed(feed: Feed, limit: number): Promise<RecordRow[]>;
	/** Counts what was stored, in the log and within the transaction it is called in. */
	count(changed: number, leftOut: readonly string[]): void;
	/** What could not be stored so far, and why. */
	leftOut(): readonly string[];
	/** Gives the connection back with the system's last transaction about it. */
	release(tx: Transaction): Promise<void>;
	/** Gives it back where that has not happened. */
	end(): Promise<void>;
}

/** Begins a run; undefined while another has the connection, or where there is none. */
export async function beginRun(
	parts: DeviceParts,
	id: number,
	options: { syncLogId: number | null; purpose: "pull" | "backfill"; signal?: AbortSignal | undefined },
): Promise<Run | undefined> {
	const { database } = parts;
	const holder = randomUUID();
	const { syncLogId } = options;
	const connection = await database.write(serverCaller, async (tx) => {
		const lease = await takeLease(tx, id, { holder, logId: syncLogId, seconds: leaseSeconds });
		if (lease === undefined) return undefined;
		if (lease.leftBehind !== null && lease.leftBehind !== syncLogId)
			await endLeftBehind(tx, lease.leftBehind, new Date(parts.now()).toISOString());
		// As whoever had it before has left it.
		return connectionById(tx, id);
	});
	if (connection === undefined) return undefined;
	const vendor = vendors[connection.deviceType];
	const owner: Caller = { role: "person", userId: connection.userId, personRole: "patient", actor: `device:${id}` };
	const budget = await budgetOf(parts, vendor, id, options.purpose);
	const base = parts.vendors[vendor.name].baseUrl ?? vendor.apiBase ?? settingsOf(connection).url ?? "";
	let token: GoodToken | undefined = heldToken(parts, vendor, connection);
	const api = vendorApi({
		ask: parts.ask,
		title: vendor.title,
		base,
		guarded: vendor.apiBase === undefined,
		refusals: vendor.refusals,
		budget,
		accessToken: async (refused) => {
			if (refused !== undefined || token === undefined || parts.now() >= token.goodUntil) {
				token = await accessToken(parts, vendor, id, refused);
			}
			return token.token;
		},
		sleep: parts.sleep,
		signal: options.signal,
	});
	const giveBack = (tx: Transaction) =>
		endLease(tx, id, holder, { ...budget.used(), now: new Date(parts.now()).toISOString() });
	const signs = setInterval(() => {
		// Lost, or the database away: the next commit finds out.
		database.write(serverCaller, (tx) => keepLease(tx, id, holder, leaseSeconds)).catch(() => undefined);
	}, signOfLifeMilliseconds);
	signs.unref();
	let released = false;
	let pending = 0;
	const leftOut = new Set<string>();
	const read: Run["read"] = (work) => database.read(serverCaller, work);
	return {
		parts,
		vendor,
		connection,
		context: contextOf(connection),
		api,
		left: budget.left,
		source: ({ name }) => ({
			connectionId: id,
			userId: connection.userId,
			vendor: vendor.name,
			feed: name,
			syncLogId,
		}),
		async commit(work) {
			await database.write(owner, async (tx) => {
				pending = 0;
				const kept = await tx.asSystem(() => keepLease(tx, id, holder, leaseSeconds));
				if (!kept) throw new VendorTrouble("stopped", "It was disconnected, or another server has taken over");
				await work(tx);
				if (syncLogId !== null && pending > 0) await tx.asSystem(async () => countSynced(tx, syncLogId, pending));
			});
		},
		read,
		known: (keys) => read((tx) => knownRecords(tx, id, keys)),
		async news(records) {
			const measures = records.flatMap((record) => record.measures.slice(0, 1));
			const rows = await read((tx) => knownRecords(tx, id, measures));
			const known = new Map(rows.map((row) => [`${row.kind} ${row.externalId}`, row]));
			return records.filter(({ measures: [measure] }) => {
				if (measure === undefined) return false;
				const row = known.get(`${measure.kind} ${measure.externalId}`);
				return (
					row === undefined ||
					!row.detailed ||
					row.state === "gone" ||
					row.listed?.toString("base64") !== digestOf(measure)
				);
			});
		},
		undetailed: (feed, limit) => read((tx) => undetailedRecords(tx, id, feed.name, limit)),
		count(more, reasons) {
			pending += more;
			for (const reason of reasons) leftOut.add(reason);
		},
		leftOut: () => [...leftOut],
		async release(tx) {
			await giveBack(tx);
			tx.committed(() => {
				released = true;
			});
		},
		async end() {
			clearInterval(signs);
			if (!released) await database.write(serverCaller, giveBack);
		},
	};
}
