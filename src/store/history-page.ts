import { sql } from "kysely";
import { mayTouch, requireScope, typesOf } from "../access/app-limits.ts";
import { parseDate } from "../fhir/dates.ts";
import { Failure } from "../fhir/failure.ts";
import type { Mapping } from "../mapping/define.ts";
import { mappedTypes, tablesOf } from "../mapping/registry.ts";
import { and, asSql, type Condition } from "../search/condition.ts";
import { deletion, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { type Entry, entryColumns, entryColumnsButBody, instanceVersions, versionsOfImage } from "./history.ts";
import { allImages, type Image, subjectJoin, zoneOfImage } from "./history-images.ts";
import { bytesBefore, pageBytes } from "./page-bytes.ts";
import type { HistoryPage, ResourceVersion } from "./resource-version.ts";

/** What a history is asked for (R4 http 2.21.0.11): `_since` and `_at` as the client wrote them. */
export interface HistoryRequest {
	readonly count: number;
	readonly since?: string;
	readonly at?: string;
	readonly cursor?: string;
	readonly total: boolean;
}

/** A place in a history: everything older than this comes after it. `skip` resources of the same moment were shown already. */
interface Place {
	readonly at: string;
	readonly skip: number;
}

/**
 * A page of the history of an instance, a type or everything, newest first, as the caller may see it.
 *
 * @throws Failure `not-found` for an instance that never was, `forbidden` to an app that was granted nothing of the kind
 */
export async function readHistory(
	tx: Transaction,
	scope: { type?: string; id?: string },
	request: HistoryRequest,
): Promise<HistoryPage> {
	const place = request.cursor === undefined ? undefined : decodePlace(request.cursor);
	const window = windowOf(request);
	const { caller } = tx;
	if (scope.type !== undefined) requireScope(caller, scope.type, scope.id === undefined ? "s" : "r");
	const source =
		scope.id === undefined
			? await versionsSince(tx, scope.type, window, place, request.count)
			: await instanceHistory(tx, scope.type as string, scope.id, window, place);
	const from = place?.skip ?? 0;
	const enough = source.findIndex((one, at) => at > from && one.isCut === true);
	const count = enough === -1 ? request.count : Math.min(request.count, enough - from);
	const versions = source.slice(from, from + count);
	const last = versions.at(-1);
	// Of a page as it is in the database, so that the next one begins where it should; it may show less.
	const shown = versions.filter((one) => mayTouch(caller, one.type, one.text, scope.id === undefined ? "s" : "r"));
	const more = source.length > from + count;
	return {
		versions: shown,
		total: request.total && scope.id !== undefined && place === undefined ? source.length : undefined,
		nextCursor: more && last !== undefined ? encodePlace(last, source, from + versions.length) : undefined,
	};
}

interface Window {
	readonly since: string | undefined;
	readonly until: string | undefined;
	/** `_at`: only versions current at some time from here on. */
	readonly currentFrom: string | undefined;
}

function windowOf({ since, at }: HistoryRequest): Window {
	const from = since === undefined ? undefined : rangeOf("_since", since);
	const during = at === undefined ? undefined : rangeOf("_at", at);
	return { since: from?.lo, until: during?.hi, currentFrom: during?.lo };
}

function rangeOf(name: string, text: string): { lo: string; hi: string } {
	const range = parseDate(text.replace(" ", "+"));
	if (range === undefined) throw new Failure("invalid", `${name}: "${text}" is not a date or an instant`);
	return range;
}

async function instanceHistory(
	tx: Transaction,
	type: string,
	id: string,
	window: Window,
	place: Place | undefined,
): Promise<ResourceVersion[]> {
	const isShown = (one: ResourceVersion) => one.isCut === true || mayTouch(tx.caller, type, one.text, "r");
	const all = (await instanceVersions(tx, type, id, { until: place?.at })).filter(isShown);
	if (all.length === 0) throw new Failure("not-found", `${type}/${id} is not known`);
	const chosen = all.filter((version, index) => {
		if (window.since !== undefined && version.lastUpdated < window.since) return false;
		if (window.until !== undefined && version.lastUpdated >= window.until) return false;
		// Superseded before the time asked for: not current then.
		const newer = all[index - 1];
		return window.currentFrom === undefined || newer === undefined || newer.lastUpdated > window.currentFrom;
	});
	return place === undefined ? chosen : chosen.filter((version) => version.lastUpdated <= place.at);
}

/** Versions of many resources from a place on, one more than a page. */
async function versionsSince(
	tx: Transaction,
	type: string | undefined,
	window: Window,
	place: Place | undefined,
	count: number,
): Promise<ResourceVersion[]> {
	if (window.currentFrom !== undefined)
		throw new Failure("not-supported", "_at is supported for the history of one resource only");
	const limit = count + (place?.skip ?? 0) + 1;
	const within = (column: ReturnType<typeof sql>): Condition =>
		and([
			window.since === undefined ? true : sql<boolean>`${column} >= ${window.since}::timestamptz`,
			place === undefined ? true : sql<boolean>`${column} < ${place.at}::timestamptz + interval '1 millisecond'`,
		]);
	const found: ResourceVersion[] = [];
	const granted = typesOf(tx.caller, "s");
	const among = type === undefined ? (granted ?? undefined) : [type];
	for (const one of among?.filter((name) => mappedTypes.includes(name)) ?? mappedTypes) {
		for (const { table, mappings } of tablesOf(one)) {
			const images = await tx.query(sql<Image & { previous: string | null }>`
				select i.row_id, i.version, i.at, i.image, i.user_id, p.fhir_id subject, ${zoneOfImage} zone, b.image previous
				from (select * from (${allImages(mappings[0] as Mapping)}) a where ${asSql(within(sql`a.at`))} order by a.at desc, a.row_id desc, a.version desc limit ${limit}) i
				${subjectJoin(table)}
				left join fhir.row_history b on b.table_name = ${table} and b.row_id = i.row_id and b.version = i.version - 1
				order by i.at desc, i.row_id desc, i.version desc`);
			const entries = await entriesOf(
				tx,
				one,
				table,
				images.map((image) => image.row_id),
			);
			for (const { previous, ...image } of images) {
				const before = previous === null ? undefined : { ...image, version: image.version - 1, image: previous };
				found.push(...versionsOfImage(mappings, image, before, entries));
			}
		}
	}
	const ofType = among === undefined ? sql`true` : sql`type = any(${sql.val(among)}::text[])`;
	// Those of the cursor's moment may have been shown already.
	const counts = place === undefined ? sql`true` : sql`e.last_updated < ${place.at}::timestamptz`;
	const wholes = await tx.query(sql<Entry>`
		select ${entryColumnsButBody}, case when earlier > ${pageBytes} then null else body end body, earlier > ${pageBytes} cut from (
			select e.*, ${bytesBefore(sql`e.body`, counts)} earlier from (
				select ${entryColumns} from (
					select ${entryColumns} from fhir.resource where table_name is null and ${ofType}
					union all select ${entryColumns} from fhir.resource_history where table_name is null and ${ofType}
				) e where ${asSql(within(sql`e.last_updated`))} order by e.last_updated desc, e.type, e.id, e.version desc limit ${limit}
			) e
		) e`);
	for (const entry of wholes) {
		found.push(
			entry.deleted
				? deletion(entry.type, entry.id, entry.version, entry.last_updated, entry.user_id)
				: wholeVersion(entry),
		);
	}
	return found.sort(newestFirst).slice(0, limit);
}

/** What `fhir.resource` and its history hold beside some rows of a table, of one type. */
export async function entriesOf(
	tx: Transaction,
	type: string,
	table: string,
	rowIds: readonly number[],
): Promise<Entry[]> {
	if (rowIds.length === 0) return [];
	const where = sql`type = ${type} and table_name = ${table} and row_id = any(${sql.val(rowIds)}::int[])`;
	return tx.query(sql<Entry>`
		select ${entryColumns} from fhir.resource where ${where}
		union all select ${entryColumns} from fhir.resource_history where ${where}`);
}

function newestFirst(a: ResourceVersion, b: ResourceVersion): number {
	if (a.lastUpdated !== b.lastUpdated) return a.lastUpdated < b.lastUpdated ? 1 : -1;
	if (a.type !== b.type) return a.type < b.type ? -1 : 1;
	if (a.id !== b.id) return a.id < b.id ? -1 : 1;
	return Number(b.versionId) - Number(a.versionId);
}

/** The place after the last version of a page, counted from the first of the same moment. */
function encodePlace(last: ResourceVersion, source: readonly ResourceVersion[], shown: number): string {
	const first = source.findIndex((version) => version.lastUpdated === last.lastUpdated);
	return Buffer.from(JSON.stringify([last.lastUpdated, shown - first])).toString("base64url");
}

function decodePlace(text: string): Place {
	try {
		const [at, skip] = JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[];
		if (
			typeof at === "string" &&
			parseDate(at) !== undefined &&
			Number.isSafeInteger(skip) &&
			(skip as number) >= 0 &&
			(skip as number) < 1e6
		) {
			return { at, skip: skip as number };
		}
	} catch {
		// Falls through: whatever it was, it is no page link of ours.
	}
	throw new Failure("invalid", "_cursor: not a page link of this server");
}
