import { numberLists, type RecurrenceRule, type Until, weekdays } from "./rule.ts";
import { writeDate, writeInstant, writeLocal } from "./stamp.ts";

/** A rule as text, the same for equal rules; what is the default is left out. */
export function writeRule(rule: RecurrenceRule): string {
	const days = rule.byDay.map(({ weekday, ordinal }) => `${ordinal ?? ""}${weekdays[weekday]}`);
	return [
		`FREQ=${rule.frequency}`,
		rule.interval === 1 ? "" : `INTERVAL=${rule.interval}`,
		rule.count === undefined ? "" : `COUNT=${rule.count}`,
		rule.until === undefined ? "" : `UNTIL=${untilText(rule.until)}`,
		...Object.entries(numberLists)
			.filter(([, { member }]) => rule[member].length > 0)
			.map(([name, { member }]) => `${name}=${rule[member].join(",")}`),
		days.length === 0 ? "" : `BYDAY=${days.join(",")}`,
		rule.weekStart === 0 ? "" : `WKST=${weekdays[rule.weekStart]}`,
	]
		.filter((part) => part !== "")
		.join(";");
}

function untilText({ kind, written }: Until): string {
	if (kind === "date") return writeDate(written);
	return kind === "utc" ? writeInstant(written) : writeLocal(written);
}
