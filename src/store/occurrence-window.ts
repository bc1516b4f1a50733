import { day } from "../calendar/civil-time.ts";
import type { Window } from "../calendar/series.ts";
import type { Filter, FilterValue } from "../search/query.ts";

const back = 90 * day;
const ahead = 365 * day;
/** Five years. */
const longest = 1827 * day;
/** Occurrences are numbered by their seconds in 32 bits, until 2106. */
const last = 2 ** 32 * 1000;

/**
 * The time in which a search sees occurrences: what its `date` asks for, at most five years of it; open ends and no date at all mean 90
 * days back and 365 ahead.
 *
 * @param dates the filters on `date`, which must all hold
 * @param now milliseconds since 1970
 */
export function occurrenceWindow(dates: readonly Filter[], now: number): Window {
	const bounds = dates.flatMap(({ values }) => {
		// `:missing` has none.
		if (values.length === 0) return [];
		const each = values.map(boundsOf);
		return [{ from: Math.min(...each.map(({ from }) => from)), to: Math.max(...each.map(({ to }) => to)) }];
	});
	const from = Math.max(Number.NEGATIVE_INFINITY, ...bounds.map((one) => one.from));
	const to = Math.min(Number.POSITIVE_INFINITY, ...bounds.map((one) => one.to));
	if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return clipped(now - back, now + ahead);
	if (from === Number.NEGATIVE_INFINITY) return clipped(Math.max(Math.min(now, to) - back, to - longest), to);
	if (to === Number.POSITIVE_INFINITY) return clipped(from, Math.min(Math.max(now, from) + ahead, from + longest));
	return clipped(from, Math.min(to, from + longest));
}

function clipped(from: number, to: number): Window {
	return { from: Math.max(from, 0), to: Math.min(to, last) };
}

const always: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What a value may match, roughly; the search itself tells exactly. */
function boundsOf({ prefix = "eq", lo, hi }: FilterValue): Window {
	const [from, to] = [Date.parse(lo ?? ""), Date.parse(hi ?? "")];
	if (Number.isNaN(from) || Number.isNaN(to)) return always;
	switch (prefix) {
		case "eq":
			return { from, to: to + 1 };
		case "ap":
			return { from: from - longest / 2, to: to + longest / 2 };
		case "ge":
		case "gt":
		case "sa":
			return { from, to: Number.POSITIVE_INFINITY };
		case "le":
		case "lt":
		case "eb":
			return { from: Number.NEGATIVE_INFINITY, to: to + 1 };
		default:
			return always;
	}
}
