import type { Schema } from "./json-schema.ts";

/** The id of a row. */
export const rowId: Schema = { type: "integer", minimum: 1, maximum: 2147483647, examples: [12] };

/** Text as it is sent: without NUL, and no longer than its column holds. */
export function text(maxLength = 255): Schema {
	return { type: "string", maxLength, pattern: "^[^\\u0000]*$" };
}

/** A day of somebody's calendar. */
export const date: Schema = { type: "string", format: "date", examples: ["2026-03-14"] };

/** A point in time; answers have it in UTC with milliseconds. */
export const instant: Schema = { type: "string", format: "date-time", examples: ["2026-03-14T08:30:00.000Z"] };

/** A time zone by its IANA name. */
export const timeZone: Schema = { ...text(64), minLength: 1, examples: ["America/New_York"] };
