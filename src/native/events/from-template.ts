import type { RowValues } from "../../store/rows.ts";

/** A new event after a template; what the request says goes before what the template says. */
export function eventFromTemplate(template: RowValues, given: RowValues): RowValues {
	const { name, description, category, color, duration } = template;
	const start = Date.parse(String(given.startTime));
	const lasts = typeof duration === "number" ? { endTime: new Date(start + duration * 60_000).toISOString() } : {};
	return { title: name, description, category, color, status: "pending", ...lasts, ...given };
}
