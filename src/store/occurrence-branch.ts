import { sql } from "kysely";
import { type Budget, budgetOf } from "../calendar/budget.ts";
import { CalendarTooCostlyError } from "../calendar/calendar-error.ts";
import { day, zoneOf } from "../calendar/civil-time.ts";
import { seriesOf } from "../calendar/event-series.ts";
import { originalOf } from "../calendar/instance.ts";
import { occurrenceKey } from "../calendar/occurrence-key.ts";
import { occurrencesOf, type Window } from "../calendar/series.ts";
import { Failure } from "../fhir/failure.ts";
import { and, asSql } from "../search/condition.ts";
import type { Filter, SearchQuery } from "../search/query.ts";
import type { Branch } from "../search/sql/branch.ts";
import { nativeBranches } from "../search/sql/native-branch.ts";
import { personJoin, rowColumns } from "../search/sql/native-columns.ts";
import { CalendarEvents } from "../tables/calendar-events.ts";
import { columnsOf } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { type EventRow, instancesOf } from "./event-rows.ts";
import { appointmentOfOccurrence, occurrenceOfId } from "./occurrence-id.ts";
import { occurrenceWindow } from "./occurrence-window.ts";
import { appointmentMapping } from "./occurrences.ts";
import { residueKey } from "./row-residue.ts";

/** Most occurrences one search looks at. */
const mostOccurrences = 50_000;

/** As many of them are looked at together, where there are many. */
const occurrencesOfSlice = 3000;

/** The place of the branch among those of a search: after all others, however many there are. */
export const occurrenceBranchIndex = 1000;

/** Whether a search may find occurrences of series. */
function mayRecur({ type, types }: SearchQuery): boolean {
	return type === undefined ? types.length === 0 || types.includes("Appointment") : type === "Appointment";
}

/**
 * The occurrences of series as branches of a search, each occurrence like a row of its own: the rows of the series with other times, so that
 * filters, order, pages and totals are those of every row. They follow one another in time, in the order of the search where that is by
 * date, so that a page of many series need not know all of them: ask for the next one while there is not enough.
 *
 * @param ids what `_id` asks for
 * @param now milliseconds since 1970
 * @throws Failure too-costly
 */
export async function* occurrenceBranches(
	tx: Transaction,
	query: SearchQuery,
	ids: readonly string[] | undefined,
	now: number,
): AsyncGenerator<Branch> {
	const named = ids?.flatMap((id) => occurrenceOfId("Appointment", id) ?? []);
	if (!mayRecur(query) || named?.length === 0) return;
	const [branch] = branchesOf(query);
	if (branch === undefined) return;
	const dates = query.filters.filter(({ parameter }) => parameter.code === "date");
	const whole = named === undefined ? occurrenceWindow(dates, now) : aroundKeys(named.map(({ key }) => key));
	const window = afterCursor(whole, query);
	if (window.from >= window.to) return;
	const seriesIds = named?.map(({ seriesId }) => seriesId);
	const rows = await seriesWithin(tx, query, window, seriesIds);
	const instances = Map.groupBy(
		await instancesOf(
			tx,
			rows.map(({ id }) => id),
		),
		({ parentEventId }) => parentEventId,
	);
	for (const slice of slices(window, rows.length, query)) {
		const budget = budgetOf();
		const found = rows.flatMap((row) => occurrencesOfRow(row, instances.get(row.id) ?? [], slice, budget));
		const wanted = ids === undefined ? found : found.filter(({ fhir_id }) => ids.includes(fhir_id));
		if (wanted.length > mostOccurrences) throw tooMany();
		if (wanted.length > 0) yield branchOf(branch, wanted);
	}
}

/** The branch of the rows, with occurrences in place of rows. */
function branchOf(rows: Branch, occurrences: readonly OccurrenceRow[]): Branch {
	const mapping = appointmentMapping();
	const columns = columnsOf(CalendarEvents).map(({ column, property }) =>
		sql.raw(columnsOfOccurrence.get(property) ?? `e.${column}`),
	);
	const named = sql`json_build_object(${residueKey(mapping)}::text, json_build_object('id', o.fhir_id))::text`;
	return {
		...rows,
		columns: rowColumns([mapping]),
		// What an EHR sent with the series beyond its columns is on the series only.
		from: sql`(select ${sql.join(columns)}, ${named} fhir_residue, o.n
			from json_to_recordset(${JSON.stringify(occurrences)}::json)
				as o(id int, start_time timestamptz, end_time timestamptz, fhir_id text, n bigint)
			join public.calendar_events e on e.id = o.id) t ${personJoin([mapping])}`,
		rowId: sql`t.n`,
		counted: "mask" in rows.parts ? rows.parts.mask : sql`1`,
		any: undefined,
		moved: undefined,
	};
}

const columnsOfOccurrence = new Map([
	["startTime", "o.start_time"],
	["endTime", "o.end_time"],
	["recurrenceRule", "null::text recurrence_rule"],
]);

/** How a search goes through time: by its first key, or, without one, as rows go, the latest first; undefined where by something else. */
function direction({ sort }: SearchQuery): "asc" | "desc" | undefined {
	const [first] = sort;
	if (first === undefined) return "desc";
	if (first.parameter.code !== "date") return undefined;
	return first.descending ? "desc" : "asc";
}

/** What is left of a window after the pages before. */
function afterCursor(window: Window, query: SearchQuery): Window {
	const { cursor, sort } = query;
	const along = direction(query);
	if (cursor === undefined || along === undefined) return window;
	const at = sort.length > 0 ? Date.parse((cursor.keys[0] ?? "").replace(" ", "T")) : startOfNumber(cursor.row);
	if (Number.isNaN(at) || (sort.length === 0 && cursor.branch !== occurrenceBranchIndex)) return window;
	return along === "asc"
		? { ...window, from: Math.max(window.from, at - 1000) }
		: { ...window, to: Math.min(window.to, at + 1000) };
}

/** A window in pieces with some thousand occurrences each, where series are as dense as one a day. */
function* slices({ from, to }: Window, series: number, query: SearchQuery): Generator<Window> {
	const along = direction(query);
	const length =
		along === undefined ? to - from : Math.max(1, Math.floor(occurrencesOfSlice / Math.max(1, series))) * day;
	const count = Math.ceil((to - from) / length);
	for (let index = 0; index < count; index++) {
		const begin = from + (along === "asc" ? index : count - 1 - index) * length;
		yield { from: begin, to: Math.min(begin + length, to) };
	}
}

/** The branch of the rows themselves, in which occurrences stand for rows. */
function branchesOf(query: SearchQuery): Branch[] {
	const all = nativeBranches("calendar_events", [appointmentMapping()], query, undefined);
	return all.filter(({ kind }) => kind === "native");
}

type SeriesRow = EventRow & { readonly timezone: string | null };

/** Series that meet everything but the date, and begin before the window ends. */
async function seriesWithin(
	tx: Transaction,
	query: SearchQuery,
	{ to }: Window,
	ids: readonly number[] | undefined,
): Promise<SeriesRow[]> {
	const isUndated = ({ parameter }: Pick<Filter, "parameter">) => parameter.code !== "date";
	const limits = [...(query.limits ?? [])].map(
		([type, sets]) => [type, sets.map((set) => set.filter(isUndated))] as const,
	);
	const [undated] = branchesOf({
		...query,
		filters: query.filters.filter(isUndated),
		sort: [],
		cursor: undefined,
		...(query.limits === undefined ? {} : { limits: new Map(limits) }),
	});
	if (undated === undefined) return [];
	const columns = columnsOf(CalendarEvents).map(
		({ column, property }) => sql`t.${sql.ref(column)} as ${sql.id(property)}`,
	);
	const where = and([
		undated.where,
		sql<boolean>`t.recurrence_rule is not null and t.start_time < ${new Date(to).toISOString()}::timestamptz`,
		ids === undefined ? true : sql<boolean>`t.id = any(${sql.val([...new Set(ids)])}::int[])`,
	]);
	return tx.query(sql<SeriesRow>`
		select ${sql.join(columns)}, u.timezone from ${undated.from} left join public.users u on u.id = t.user_id
		where ${asSql(where)} order by t.id`);
}

/** An occurrence as the recordset of the branch has it. */
interface OccurrenceRow {
	readonly id: number;
	readonly start_time: string;
	readonly end_time: string | null;
	readonly fhir_id: string;
	/** Orders them as other rows' ids do, and is the same on every page. */
	readonly n: number;
}

function occurrencesOfRow(
	row: SeriesRow,
	instances: readonly EventRow[],
	window: Window,
	budget: Budget,
): OccurrenceRow[] {
	const series = seriesOf(row, zoneOf(row.timezone));
	if (series === undefined) return [];
	const edited = new Set(instances.map((one) => originalOf(one, series).key));
	try {
		return occurrencesOf(series, window, mostOccurrences, budget).flatMap(({ start, end }) => {
			const key = occurrenceKey(start, series);
			// What is under way as the window begins is not in it: the date of an Appointment is its start.
			if (edited.has(key) || start < window.from) return [];
			return [
				{
					id: row.id,
					start_time: new Date(start).toISOString(),
					end_time: end === null ? null : new Date(end).toISOString(),
					fhir_id: appointmentOfOccurrence(row.id, key),
					n: Math.floor(start / 1000) * series21 + (row.id % series21),
				},
			];
		});
	} catch (error) {
		if (!(error instanceof CalendarTooCostlyError)) throw error;
		throw tooMany();
	}
}

function tooMany(): Failure {
	const message = "there are too many occurrences of recurring appointments; name a patient or a shorter date";
	return new Failure("too-costly", message);
}

/** Numbers of occurrences: the second in the upper 32 bits of 53, the series in the lower. */
const series21 = 2 ** 21;

function startOfNumber(number: number): number {
	return Math.floor(number / series21) * 1000;
}

function aroundKeys(keys: readonly string[]): Window {
	const days = keys.map((key) => Date.parse(`${key.slice(0, 4)}-${key.slice(4, 6)}-${key.slice(6, 8)}T00:00:00Z`));
	const known = days.filter((at) => !Number.isNaN(at));
	return { from: Math.min(...known) - 2 * day, to: Math.max(...known) + 3 * day };
}
