import type { Transaction } from "../store/database.ts";
import { type CursorRow, moveCursor } from "../store/devices/cursors.ts";
import { type RecordRow, recordsWithin } from "../store/devices/records.ts";
import type { Measure } from "./measures.ts";
import { unreadable } from "./payload.ts";
import { removeRecords } from "./remove-records.ts";
import type { Run } from "./run.ts";
import type { Source } from "./source.ts";
import { digestOf, storeMeasures } from "./store-measures.ts";
import { asTrouble, VendorTrouble } from "./trouble.ts";
import type { Feed, Upstream, VendorReply, VendorRequest, Window } from "./vendor.ts";

/** Where a walk that was put off goes on: its window, and the last page that was stored, which is asked for again. */
export interface Position {
	readonly window: Window;
	readonly request: VendorRequest;
	/** The list is walked again to see what moved: 1 for the second time. Absent: 0 */
	readonly pass?: number;
}

/** Most records of one page whose details are asked for before the page is stored; the others follow. */
const detailsAtOnce = 30;

/** Records in a row whose details meet trouble: then it is the vendor's, not theirs. */
const mostTroubled = 3;

/** How often a list whose pages shift is walked, while each time brings something. */
const mostPasses = 3;

/** Pages in a row with nothing but what earlier ones had: one may come of what is added meanwhile, more of a list without an end. */
const mostRepeated = 3;

/**
 * Walks all pages of a window; those that shift once more, until nothing comes that had moved. Each page is stored in a transaction of its own; the
 * cursor moves in that of the last one, and only then. What was here and is no longer listed is deleted in it, too.
 *
 * @param end columns of the cursor that the end of the walk sets; `position` is the column that says where to go on
 */
export async function walk(
	run: Run,
	feed: Feed,
	{ window, request: first, pass: firstPass = 0 }: Omit<Position, "request"> & { request: VendorRequest | undefined },
	end: Partial<CursorRow>,
	position: "pullPosition" | "backfillPosition",
): Promise<void> {
	const source = run.source(feed);
	const seen = new Set<string>();
	let request: VendorRequest = first ?? feed.first(window, run.context);
	let pass = firstPass;
	let seenBefore: ReadonlySet<string> = new Set();
	let pages = first === undefined ? 0 : 1;
	let repeated = 0;
	// Of what cannot be read nobody knows what it is: nothing can be said to be missing.
	let allRead = true;
	/** Of one page nothing moves; nor has anything where the list told nothing new this time, as far as this run knows. */
	const mayHaveMoved = () =>
		feed.shifts === true &&
		pages > 1 &&
		pass + 1 < mostPasses &&
		(pass === 0 || (pass > firstPass && [...seen].some((one) => !seenBefore.has(one))));
	for (;;) {
		const current = request;
		const reply = await ask(run, feed, current);
		const page = feed.read(reply, current, run.context, await besides(run, feed, window));
		const told = page.records.flatMap(({ measures }) => measures.map((one) => `${one.kind} ${one.externalId}`));
		repeated = told.length > 0 && told.every((one) => seen.has(one)) ? repeated + 1 : 0;
		if (repeated >= mostRepeated) throw unreadable("its list begins again and again");
		for (const one of told) seen.add(one);
		if (page.records.length > 0) pages += 1;
		const again = page.next === undefined && mayHaveMoved();
		const next = again ? feed.first(window, run.context) : page.next;
		const unread = page.records.flatMap((record) => record.unread ?? []);
		allRead &&= unread.length === 0;
		const { listed, whole } = await detailed(run, feed, page.records);
		const isLast = next === undefined && first === undefined;
		const absent = isLast && allRead ? await absentRecords(run, feed, window, seen) : [];
		await run.commit(async (tx) => {
			await store(run, tx, source, listed, "listed");
			await store(run, tx, source, whole, "whole");
			run.count(0, unread);
			if (absent.length > 0) run.count(await removeRecords(tx, run.parts, source, absent), []);
			const goOn: Position = { window, request: current, ...(pass === 0 ? {} : { pass }) };
			const to = next === undefined ? { ...end, [position]: null } : { [position]: JSON.stringify(goOn) };
			await tx.asSystem(() => moveCursor(tx, run.connection.id, feed.name, to));
		});
		if (next === undefined) return;
		request = next;
		if (!again) continue;
		pass += 1;
		pages = 0;
		seenBefore = new Set([...seenBefore, ...seen]);
		seen.clear();
	}
}

/** Fetches and stores one record whole, or deletes it where the vendor has it no more. */
export async function fetchOne(run: Run, feed: Feed, externalId: string): Promise<void> {
	const record = await detailOf(run, feed, externalId);
	if (record !== undefined) return run.commit((tx) => store(run, tx, run.source(feed), [record], "whole"));
	const known = await run.known(feed.kinds.map((kind) => ({ kind, externalId })));
	await run.commit(async (tx) => run.count(await removeRecords(tx, run.parts, run.source(feed), known), []));
}

/**
 * Fetches what the list did not tell, for records it told of earlier, as far as the run's share reaches; the newest first. A record with which there
 * is trouble does not keep the others waiting; the trouble is thrown in the end.
 */
export async function fetchDetails(run: Run, feed: Feed): Promise<void> {
	if (feed.detail?.adds !== true) return;
	const asked = new Set<string>();
	const troubled = new Map<string, VendorTrouble>();
	for (let inARow = 0; ; ) {
		const due = (await run.undetailed(feed, detailsAtOnce)).filter(({ externalId }) => !troubled.has(externalId));
		if (due.length === 0) break;
		const whole: Upstream[] = [];
		try {
			for (const { externalId, measure } of due) {
				// The list is who says what there is: a record without details is whole as it is, and so is one whose details are none that can
				// be kept, which is why it is due again.
				const asListed = { measures: [JSON.parse(measure) as Measure], raw: null };
				try {
					whole.push(asked.has(externalId) ? asListed : ((await detailOf(run, feed, externalId)) ?? asListed));
					inARow = 0;
				} catch (error) {
					const trouble = asTrouble(error, run.vendor.title);
					if (!(trouble instanceof VendorTrouble) || trouble.what !== "later") throw error;
					troubled.set(externalId, trouble);
					if (++inARow >= mostTroubled) throw error;
				}
				asked.add(externalId);
			}
		} finally {
			// What came before a limit or trouble is kept.
			await run.commit((tx) => store(run, tx, run.source(feed), whole, "whole"));
		}
	}
	for (const trouble of troubled.values()) throw trouble;
}

/** One record whole; undefined where the vendor has none. */
async function detailOf(run: Run, { detail }: Feed, externalId: string): Promise<Upstream | undefined> {
	if (detail === undefined) return undefined;
	const reply = await run.api.send(detail.request(externalId), [404]);
	return reply.status === 404 ? undefined : detail.read(reply, run.context);
}

/** What other lists tell of the records of a window; nothing from vendors that have no such list. */
async function besides(run: Run, feed: Feed, window: Window): Promise<VendorReply[]> {
	const replies: VendorReply[] = [];
	for (const request of feed.beside?.(window) ?? []) {
		const reply = await run.api.send(request, [204, 400, 404]);
		replies.push(reply.status === 200 ? reply : { status: reply.status, body: undefined });
	}
	return replies;
}

async function ask(run: Run, feed: Feed, request: VendorRequest) {
	const none = feed.noneStatuses ?? [];
	const reply = await run.api.send(request, none);
	return none.includes(reply.status) ? { status: reply.status, body: undefined } : reply;
}

async function store(
	run: Run,
	tx: Transaction,
	source: Source,
	records: readonly Upstream[],
	detail: "listed" | "whole",
): Promise<void> {
	if (records.length === 0) return;
	const { changed, leftOut } = await storeMeasures(tx, run.parts, source, records, detail);
	run.count(changed, leftOut);
}

/** Asks for the details of what is new or changed, if it is little; the rest is stored as listed and completed later. */
async function detailed(
	run: Run,
	feed: Feed,
	records: readonly Upstream[],
): Promise<{ listed: readonly Upstream[]; whole: readonly Upstream[] }> {
	if (feed.detail?.adds !== true) return { listed: [], whole: records };
	const news = await run.news(records);
	if (news.length > Math.min(detailsAtOnce, run.left())) return { listed: news, whole: [] };
	const whole: Upstream[] = [];
	for (const [at, record] of news.entries()) {
		const [measure] = record.measures;
		if (measure === undefined) continue;
		try {
			const found = (await detailOf(run, feed, measure.externalId)) ?? record;
			whole.push({ ...found, listed: digestOf(measure) });
		} catch (error) {
			const trouble = asTrouble(error, run.vendor.title);
			if (!(trouble instanceof VendorTrouble) || (trouble.what !== "limit" && trouble.what !== "later")) throw error;
			// The page is stored all the same: whoever asks for details next meets the same trouble, and tells.
			return { listed: news.slice(at), whole };
		}
	}
	return { listed: [], whole };
}

/** Records that are here, belong into the window, and were not listed; asked for one by one where the vendor lets us make sure. */
async function absentRecords(
	run: Run,
	feed: Feed,
	window: Window,
	seen: ReadonlySet<string>,
): Promise<readonly RecordRow[]> {
	const { absent } = feed;
	if (absent === "nothing") return [];
	const iso = { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() };
	const here = await run.read((tx) => recordsWithin(tx, run.connection.id, feed.name, iso));
	const missing = here.filter(
		(record) => !seen.has(`${record.kind} ${record.externalId}`) && (feed.listed?.(record, window) ?? true),
	);
	if (absent === "gone") return missing;
	const gone: RecordRow[] = [];
	for (const record of missing) {
		const reply = await run.api.send(absent(record.externalId), [404]);
		if (reply.status === 404) gone.push(record);
	}
	return gone;
}

/** Reads a kept position; anything unreadable counts as none. */
export function positionOf(text: string | null): Position | undefined {
	if (text === null) return undefined;
	try {
		return JSON.parse(text) as Position;
	} catch {
		throw new VendorTrouble("later", "A kept position cannot be read");
	}
}
