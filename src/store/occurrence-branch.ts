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
import { nativeBranches, personJoin, rowColumns } from "../search/sql/native-branch.ts";
import { CalendarEvents } from "../tables/calendar-events.ts";
import { columnsOf } from "../tables/columns.ts";
import type { Transaction } from "./database.ts";
import { type EventRow, instancesOf } from "./event-rows.ts";
import { appointmentOfOccurrence, occurrenceOfId } from "./occurrence-id.ts";
import { occurrenceWindow } from "./occurrence-window.ts";
import { appointmentMapping } from "./occurrences.ts";

/** Most occurrences one search looks at. */
const mostOccurrences = 50_000;

/** The place of the branch among those of a search: after all others, however many there are. */
export const occurrenceBranchIndex = 1000;

/** Whether a search may find occurrences of series. */
export function mayRecur({ type, types }: SearchQuery): boolean {
	return type === undefined ? types.length === 0 || types.includes("Appointment") : type === "Appointment";
}

/**
 * The branch of a search that is the occurrences of series, each like a row of its own: the rows of the series with other times, so that
 * filters, order, pages and totals are those of every row. Undefined where there are none.
 *
 * @param ids what `_id` asks for
 * @throws Failure too-costly
 */
export async function occurrenceBranch(
	tx: Transaction,
	query: SearchQuery,
	ids: readonly string[] | undefined,
	now: number,
): Promise<Branch | undefined> {
	const mapping = appointmentMapping();
	const named = ids?.flatMap((id) => occurrenceOfId("Appointment", id) ?? []);
	if (named?.length === 0) return undefined;
	const [branch] = branchesOf(query);
	if (branch === undefined) return undefined;
	const dates = query.filters.filter(({ parameter }) => parameter.code === "date");
	const window = named === undefined ? occurrenceWindow(dates, now) : aroundKeys(named.map(({ key }) => key));
	if (window.from >= window.to) return undefined;
	const series = await seriesWithin(
		tx,
		query,
		window,
		named?.map(({ seriesId }) => seriesId),
	);
	const found = await expand(tx, series, window);
	const wanted = ids === undefined ? found : found.filter(({ fhir_id }) => ids.includes(fhir_id));
	if (wanted.length === 0) return undefined;
	const inOccurrence = new Map([
		["startTime", "o.start_time"],
		["endTime", "o.end_time"],
		["recurrenceRule", "null::text recurrence_rule"],
	]);
	const columns = columnsOf(CalendarEvents).map(({ column, property }) =>
		sql.raw(inOccurrence.get(property) ?? `e.${column}`),
	);
	return {
		...branch,
		columns: rowColumns([mapping], sql`json_build_array(json_build_array('', t.fhir_id, null, null, false))`),
		from: sql`(select ${sql.join(columns)}, o.fhir_id, o.n
			from json_to_recordset(${JSON.stringify(wanted)}::json)
				as o(id int, start_time timestamptz, end_time timestamptz, fhir_id text, n bigint)
			join public.calendar_events e on e.id = o.id) t ${personJoin([mapping])}`,
		rowId: sql`t.n`,
		counted: "mask" in branch.parts ? branch.parts.mask : sql`1`,
		any: undefined,
	};
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
	const [undated] = branchesOf({ ...query, filters: query.filters.filter(isUndated), sort: [], cursor: undefined });
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

async function expand(tx: Transaction, rows: readonly SeriesRow[], window: Window): Promise<OccurrenceRow[]> {
	const instances = Map.groupBy(
		await instancesOf(
			tx,
			rows.map(({ id }) => id),
		),
		({ parentEventId }) => parentEventId,
	);
	const budget = budgetOf();
	const found = rows.flatMap((row) => occurrencesOfRow(row, instances.get(row.id) ?? [], window, budget));
	if (found.length > mostOccurrences) throw tooMany();
	return found;
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
					n: Math.floor(start / 1000) * 2 ** 21 + (row.id % 2 ** 21),
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

function aroundKeys(keys: readonly string[]): Window {
	const days = keys.map((key) => Date.parse(`${key.slice(0, 4)}-${key.slice(4, 6)}-${key.slice(6, 8)}T00:00:00Z`));
	const known = days.filter((at) => !Number.isNaN(at));
	return { from: Math.min(...known) - 2 * day, to: Math.max(...known) + 3 * day };
}
