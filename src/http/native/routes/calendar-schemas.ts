import { arrayOf, nullable, object, type Schema } from "../schema/json-schema.ts";
import { idParams } from "../schema/parameters.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { instant, rowId } from "../schema/values.ts";

const tag = "calendars";
const since: Schema = { ...instant, description: "When its address was made" };

const result = object(
	{
		uid: { ...nullable({ type: "string" }), description: "Of the VEVENT" },
		recurrenceId: { ...nullable(instant), description: "Of an edited occurrence: the start by the rule" },
		outcome: { type: "string", enum: ["created", "updated", "unchanged", "failed"] },
		eventId: { ...nullable(rowId), description: "The event it became" },
		message: { ...nullable({ type: "string" }), description: "Why it failed" },
	},
	{ title: "ImportedEvent" },
);
const count: Schema = { type: "integer", minimum: 0 };

/** How the routes of calendars.ts describe themselves. */
export const calendarSchemas = {
	read: routeSchema({
		operationId: "readCalendarFeed",
		tag,
		open: true,
		summary: "The calendar as an iCalendar file, for programs that subscribe to it",
		description:
			"RFC 5545, with VTIMEZONE, recurrence rules and edited occurrences. Answers 304 to If-None-Match and If-Modified-Since. Who has the token needs no other sign-in.",
		params: idParams,
		query: { token: { type: "string", minLength: 1, maxLength: 200, description: "The secret of the feed's address" } },
		needs: ["token"],
		answers: {
			200: { description: "The calendar", content: { "text/calendar": { schema: { type: "string" } } } },
			304: { type: "null", description: "It is as the program has it" },
		},
		failures: { 404: "There is no such feed, or its address has changed" },
	}),
	make: routeSchema({
		operationId: "createCalendarFeed",
		tag,
		summary: "Make a secret address under which programs can subscribe to the calendar",
		description: "It is told this once. An address made before ends.",
		params: idParams,
		answers: {
			201: {
				description: "The address",
				...object(
					{
						url: { type: "string", examples: ["https://heart.example/api/calendars/12/feed.ics?token=secret"] },
						token: { type: "string" },
						createdAt: since,
					},
					{ title: "NewCalendarFeed" },
				),
			},
		},
		failures: [404],
	}),
	look: routeSchema({
		operationId: "readCalendarFeedState",
		tag,
		summary: "Whether the calendar has a feed",
		params: idParams,
		answers: { 200: { description: "It has one", ...object({ createdAt: since }, { title: "CalendarFeed" }) } },
		failures: { 404: "There is no such calendar, or it has no feed" },
	}),
	end: routeSchema({
		operationId: "deleteCalendarFeed",
		tag,
		summary: "End the calendar's feed: its address answers 404 from now on",
		params: idParams,
		answers: { 204: nothing },
		failures: { 404: "There is no such calendar, or it has no feed" },
	}),
	take: routeSchema({
		operationId: "importCalendar",
		tag,
		summary: "Take the events of an iCalendar file into the calendar",
		description:
			"An event known by its UID is brought up to date: the same file twice is the same as once. An event that cannot be taken is told in `results` and does not keep the others from being stored. At most 5 MiB and 5,000 events.",
		params: idParams,
		body: {
			content: {
				"text/calendar": { schema: { type: "string" } },
			},
		},
		answers: {
			200: {
				description: "What became of every event",
				...object(
					{ created: count, updated: count, unchanged: count, failed: count, results: arrayOf(result) },
					{ title: "CalendarImport" },
				),
			},
		},
		failures: [404],
	}),
};
