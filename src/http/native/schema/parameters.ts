import { object, type Properties, type Schema } from "./json-schema.ts";
import { rowId } from "./values.ts";

/** `:id` in a path. What is no id names nothing: 404. */
export const idParams: Schema = object({ id: { ...rowId, description: "The row's id" } });

/**
 * `userId`: whose data a route is about; read it with `personAsked`.
 *
 * @public for routes/
 */
export const whose: Properties = {
	userId: {
		...rowId,
		description: "users.id of the person it is about. Therapists and admins name the patient; a patient needs not.",
	},
};

const moment = {
	type: "string",
	maxLength: 40,
	examples: ["2026-03-01", "2026-03-01T08:00:00Z"],
};

/** `from` and `to`, both included; read them with `timeRange`. `of`: what the times are of, for the documentation. */
export function between(of: string): Properties {
	return {
		from: { ...moment, description: `Earliest ${of}: a time with offset, or a date for its first moment in UTC.` },
		to: { ...moment, description: `Latest ${of}: a time with offset, or a date for all of that day in UTC.` },
	};
}

/** `limit` and `cursor` of everything that comes in pages. */
export const paging: Properties = {
	limit: { type: "integer", minimum: 1, maximum: 500, default: 50, description: "Most rows of a page" },
	cursor: { type: "string", minLength: 1, maxLength: 2000, description: "`nextCursor` of the page before" },
};
