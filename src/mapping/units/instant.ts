import { sql } from "kysely";
import { civilDays } from "../../calendar/all-day.ts";
import { instantAt, zoneOf } from "../../calendar/civil-time.ts";
import { startOfDate } from "../../fhir/dates.ts";
import type { Cell, Row, Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/** The FHIR text of an instant cell: UTC, to the millisecond, the fraction left out where it is zero. */
function instantText(cell: Cell | undefined): string | undefined {
	if (typeof cell !== "string") return undefined;
	if (cell.endsWith(".000Z")) return `${cell.slice(0, -5)}Z`;
	// What is finer than a millisecond is not held: what is read must be what would be written.
	return cell.length > 24 ? cell.replace(/(\.\d{3})\d*Z$/, "$1Z").replace(".000Z", "Z") : cell;
}

/**
 * A moment in a timestamptz column: a dateTime or instant with a time and a zone. The literal (offset, zeros) stays in
 * the residue where it differs from UTC. Fractions finer than a millisecond and partial dates are not held.
 */
export function instant<C extends string>(column: C): Unit<C> {
	return {
		unit: "instant",
		columns: [column],
		read: (row) => instantText(row[column]),
		text: (row) => {
			const text = instantText(row[column]);
			return text === undefined ? undefined : `"${text}"`;
		},
		write: (element) => {
			if (element === undefined) return empty([column]);
			if (typeof element !== "string" || !/T\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/.test(element))
				return undefined;
			const start = startOfDate(element);
			return start === undefined ? undefined : { [column]: start };
		},
		values: (column_) => {
			const at = column_(column);
			return [{ kind: "date", lo: at, hi: sql`(${at} + interval '1 millisecond')`, column: at }];
		},
		describe: () => "instant",
	};
}

/**
 * The end of something whose end may be unknown natively: then it is shown as its start, because R4 wants both or none
 * (Appointment, app-2). What takes whole days (`daysColumn`) ends with the last of them, in the person's zone.
 */
export function endInstant<C extends string>(column: C, startColumn: C, daysColumn: C): Unit<C> {
	const end = instant(column);
	const read = (row: Row) =>
		row[daysColumn] === true
			? endOfDays(row[startColumn], row[column], row.$zone)
			: instantText(row[column] ?? row[startColumn]);
	return {
		...end,
		unit: "end-instant",
		columns: [column, startColumn, daysColumn],
		read,
		text: (row) => JSON.stringify(read(row)),
		write: (element, context, parent) => {
			const isStart = element !== undefined && element === parent?.start;
			return { [column]: isStart ? null : (end.write(element, context, parent)?.[column] ?? null) };
		},
		values: () => [],
		describe: () => "instant; the start where the end is not known; of whole days the end of the last",
	};
}

function endOfDays(start: Cell | undefined, end: Cell | undefined, timezone: Cell | undefined): string | undefined {
	if (typeof start !== "string") return undefined;
	const zone = zoneOf(timezone);
	const { after } = civilDays(Date.parse(start), typeof end === "string" ? Date.parse(end) : null, zone);
	return instantText(new Date(instantAt(after, zone)).toISOString());
}
