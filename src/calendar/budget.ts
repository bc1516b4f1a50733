import { CalendarTooCostlyError } from "./calendar-error.ts";

/** Work that may still be done for one request; a step is a period a rule looks at or an occurrence it makes, at most about 10 µs. */
export interface Budget {
	/** @throws CalendarTooCostlyError when nothing is left */
	spend(steps: number): void;
}

/** A budget of so many steps. Default: 200,000, at most two seconds. */
export function budgetOf(steps = 200_000): Budget {
	let left = steps;
	return {
		spend(count) {
			left -= count;
			if (left < 0) throw new CalendarTooCostlyError("these recurrences take too much work");
		},
	};
}
