import { defineEntity, p } from "@mikro-orm/core";
import { Calendars } from "./calendars.ts";
import { check } from "./checks.ts";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Individual calendar events (appointments, medication reminders, exercise sessions). */
export const CalendarEvents = defineEntity({
	name: "CalendarEvents",
	tableName: "calendar_events",
	properties: {
		id: id(),
		calendarId: references(() => Calendars, "calendar_id"),
		userId: references(() => Users, "user_id"),
		title: p.string(),
		description: p.text().nullable(),
		startTime: instant(),
		endTime: instant().nullable(),
		isAllDay: p.boolean().nullable(),
		location: p.string().nullable(),
		category: p.string().nullable(),
		status: p.enum(["pending", "completed", "cancelled"]).nullable(),
		recurrenceRule: p.string().nullable(), // Recurrence pattern (iCal RRule format)
		recurrenceException: p.text().nullable(),
		parentEventId: references((): unknown => CalendarEvents, "parent_event_id").nullable(),
		color: p.string().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [
		{ name: "idx_events_user_date", properties: ["userId", "startTime"] },
		{ name: "idx_events_calendar", properties: ["calendarId"] },
		{ name: "idx_events_status", properties: ["status"] },
		{ name: "idx_events_parent", properties: ["parentEventId"] },
		{ name: "idx_events_series", properties: ["userId"], where: "recurrence_rule is not null" },
		{ name: "idx_events_long", properties: ["userId"], where: "end_time - start_time > '7 days'::interval" },
	],
	checks: [check("calendar_events", "end_time", "end_time >= start_time")],
	policies: owned("calendar_events"),
	rowLevelSecurity: true,
});
