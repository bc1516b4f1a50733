import type { FastifyInstance } from "fastify";
import { requireRight } from "../../../access/may.ts";
import { CalendarTooCostlyError } from "../../../calendar/calendar-error.ts";
import { day } from "../../../calendar/civil-time.ts";
import { Failure } from "../../../fhir/failure.ts";
import { eventsWithin } from "../../../native/events/event-occurrence.ts";
import { eventFromTemplate } from "../../../native/events/from-template.ts";
import { insertRows, type RowValues, requireRow } from "../../../store/rows.ts";
import { EventTemplates } from "../../../tables/event-templates.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout } from "../about-person.ts";
import { civilStretch } from "../civil-range.ts";
import { type NativeServices, writeRow } from "../collection.ts";
import { events } from "../collections/events.ts";
import { deriveForWrite } from "../derive.ts";
import { etag } from "../etag.ts";
import { checkReferences, withOwner } from "../ownership.ts";
import { present, valuesToInsert } from "../values.ts";
import { registerEventChanges } from "./event-changes.ts";
import { eventSchemas, mostDays, mostOccurrences } from "./event-schemas.ts";

/** `/api/events/…`: windows with recurrences expanded, templates, and every change of events. */
export function registerEvents(app: FastifyInstance, services: NativeServices & AboutServices): void {
	app.get("/api/events/range", { schema: eventSchemas.range }, (request) =>
		readAbout(services, request, "events/range", async (tx, { userId, zone, now }) => {
			const { from, before } = civilStretch(request.query as { from: string; to: string }, zone, now, 0);
			// The microsecond that makes `to` included is nothing in milliseconds.
			const window = { from: from.epochMilliseconds, to: Math.ceil(Number(before.epochNanoseconds) / 1e6) };
			if (window.to - window.from > (mostDays + 1) * day)
				throw invalid("to", `is more than ${mostDays} days after from`);
			const found = await expanded("to", () => eventsWithin(tx, { userId, zone }, window, mostOccurrences + 1));
			if (found.length > mostOccurrences) throw tooMany("to");
			return { data: found };
		}),
	);

	app.get("/api/events/upcoming", { schema: eventSchemas.upcoming }, (request) =>
		readAbout(services, request, "events/upcoming", async (tx, { userId, zone, now }) => {
			const { days = 30, limit = 50 } = request.query as { days?: number; limit?: number };
			const from = now.epochMilliseconds;
			const window = { from, to: from + days * day };
			const found = await expanded("days", () => eventsWithin(tx, { userId, zone }, window, mostOccurrences + 1));
			const open = found.filter(({ status }) => status !== "completed" && status !== "cancelled");
			if (found.length > mostOccurrences && open.length < limit) throw tooMany("days");
			return { data: open.slice(0, limit) };
		}),
	);

	app.post("/api/events/from-template/:id", { schema: eventSchemas.fromTemplate }, async (request, reply) => {
		const caller = await request.caller();
		requireRight(caller, "calendar_events", "create");
		const row = await writeRow(services, request, events, "create", async (tx) => {
			const template = await requireRow(tx, EventTemplates, (request.params as { id: number }).id);
			const body = eventFromTemplate(template, request.body as RowValues);
			const given = withOwner(events, tx, valuesToInsert(events, caller, body));
			const values = await deriveForWrite(events, tx, given, undefined, services);
			await checkReferences(events, tx, values, values);
			return (await insertRows(tx, events.entity, [values]))[0] as RowValues;
		});
		reply.code(201).header("location", `/api/events/${row.id}`).header("etag", etag(row.version));
		return present(events, row, services);
	});

	registerEventChanges(app, services);
	refuseOtherMethods(app, "/api/events/range", ["GET"]);
	refuseOtherMethods(app, "/api/events/upcoming", ["GET"]);
	refuseOtherMethods(app, "/api/events/from-template/:id", ["POST"]);
}

async function expanded<T>(parameter: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof CalendarTooCostlyError) throw tooMany(parameter);
		throw error;
	}
}

function tooMany(parameter: string): Failure {
	return invalid(parameter, `reaches over more than ${mostOccurrences} occurrences; ask for a shorter time`);
}

function invalid(parameter: string, what: string): Failure {
	return new Failure("invalid", `query parameter ${parameter} ${what}`, { expression: parameter });
}
