import { events } from "../collections/events.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "../schema/json-schema.ts";
import { idParams, whose } from "../schema/parameters.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";
import { bodySchema, rowSchema } from "../schema/row-schemas.ts";
import { instant, rowId, timeZone } from "../schema/values.ts";

/** Most occurrences one answer holds; a window with more is refused. */
export const mostOccurrences = 2000;

/** Longest window, in days: five years. */
export const mostDays = 1830;

const event = rowSchema(events);
const { properties } = event as { properties: Properties };

const occurrenceSchema = object(
	{
		...properties,
		id: { ...rowId, description: "The row: the series, or the one occurrence where it was edited alone" },
		occurrenceId: {
			type: "string",
			description: "Stable, whatever is edited: the event's id, of a series with the start of the occurrence",
			examples: ["12-20261201T140000Z"],
		},
		seriesId: { ...nullable(rowId), description: "The recurring event; null for one that does not recur" },
		originalStart: {
			...nullable(instant),
			description: "When the series has it take place: for `occurrence`, also where it was moved",
		},
		timezone: { ...timeZone, description: "The person's zone, in which a series keeps its time of day" },
	},
	{ title: "EventOccurrence" },
);

const occurrences = (description: string): Schema => ({
	description,
	...object({ data: arrayOf(occurrenceSchema) }, { title: "EventOccurrences" }),
});

const moment = (description: string): Schema => ({
	type: "string",
	maxLength: 40,
	description,
	examples: ["2026-03-01", "2026-03-01T08:00:00Z"],
});

const occurrence: Properties = {
	occurrence: {
		type: "string",
		maxLength: 40,
		description:
			"Which occurrence of a series: `originalStart` of it, an instant; or its day in the person's zone, where there is one on it",
		examples: ["2026-12-01T14:00:00Z"],
	},
};

const scoped: Properties = {
	scope: {
		type: "string",
		enum: ["this", "following", "all"],
		description:
			"Of a series: `this` occurrence alone, this and all `following` ones, or `all`. Default: `this` where `occurrence` is given, else `all`.",
	},
	...occurrence,
};

const changing = `With \`occurrence\`, \`startTime\` and \`endTime\` are those of that occurrence: \`this\` moves it alone, \`following\` and \`all\`
move every one by as much; a new \`startTime\` alone moves the end along. An occurrence edited alone gets a row of its own (\`parentEventId\`), which is answered; it stays as it is when
others are edited. \`following\` ends the series and answers the new one. \`Content-Location\` names the row answered. If-Match is about the row in the address.`;

const tag = "events";
const answer = (description: string): Schema => ({ description, ...event });

/** How the routes of events.ts describe themselves. */
export const eventSchemas = {
	range: routeSchema({
		operationId: "listEventsInRange",
		tag,
		summary: "What takes place between two times, recurrences expanded, by start",
		description: `Everything that begins until \`to\` and ends after \`from\`. At most ${mostDays} days and ${mostOccurrences} occurrences at once.`,
		query: {
			from: moment("A time with offset, or a date for its first moment in the person's zone"),
			to: moment("A time with offset, or a date for all of that day in the person's zone"),
			...whose,
		},
		needs: ["from", "to"],
		answers: { 200: occurrences("What takes place") },
		failures: [404],
	}),
	upcoming: routeSchema({
		operationId: "listUpcomingEvents",
		tag,
		summary: "What takes place next, recurrences expanded, by start",
		description: "From now on, what is under way included; what is completed or cancelled is left out.",
		query: {
			days: { type: "integer", minimum: 1, maximum: 366, default: 30, description: "How far to look" },
			limit: { type: "integer", minimum: 1, maximum: 500, default: 50, description: "Most occurrences" },
			...whose,
		},
		answers: { 200: occurrences("What takes place next") },
		failures: [404],
	}),
	complete: routeSchema({
		operationId: "completeEvent",
		tag,
		summary: "Mark an event, or one occurrence of a series, as completed",
		description: "An occurrence gets a row of its own, which is answered. What is completed already stays as it is.",
		params: idParams,
		query: occurrence,
		answers: { 200: answer("As it is now") },
		failures: [404, 409, 412],
	}),
	fromTemplate: routeSchema({
		operationId: "createEventFromTemplate",
		tag,
		summary: "Add an event from a template",
		description:
			"Title, description, category, colour and duration are the template's where the body does not say otherwise.",
		params: idParams,
		body: fromTemplateBody(),
		answers: { 201: answer("It is stored") },
		failures: [404, 409],
	}),
	replace: routeSchema({
		operationId: "replaceCalendarEvent",
		tag,
		summary: "Replace one calendar event, or occurrences of a series",
		description: `What the body leaves out becomes empty, or its column's default. ${changing}`,
		params: idParams,
		query: scoped,
		body: bodySchema(events, true),
		answers: { 200: answer("As it is now") },
		failures: [404, 409, 412],
	}),
	patch: routeSchema({
		operationId: "changeCalendarEvent",
		tag,
		summary: "Change one calendar event, or occurrences of a series",
		description: `What the body leaves out stays as it is. ${changing}`,
		params: idParams,
		query: scoped,
		body: bodySchema(events, false),
		answers: { 200: answer("As it is now") },
		failures: [404, 409, 412],
	}),
	remove: routeSchema({
		operationId: "deleteCalendarEvent",
		tag,
		summary: "Delete one calendar event, or occurrences of a series",
		description:
			"`this` leaves the occurrence out of its series, `following` ends the series before it. A series takes its edited occurrences along.",
		params: idParams,
		query: scoped,
		answers: { 204: nothing },
		failures: [404, 409, 412],
	}),
};

function fromTemplateBody(): Schema {
	const { properties: all } = bodySchema(events, false) as { properties: Properties };
	const { id: _id, createdAt: _made, updatedAt: _changed, parentEventId: _parent, ...taken } = all;
	return object(taken, {
		title: "EventFromTemplate",
		optional: Object.keys(taken).filter((name) => name !== "startTime"),
	});
}
