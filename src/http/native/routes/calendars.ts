import { createHash, randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { callerOf, serverCaller } from "../../../access/caller.ts";
import { requireRight } from "../../../access/may.ts";
import { Failure } from "../../../fhir/failure.ts";
import { calendarFeed, type Feed } from "../../../native/events/calendar-feed.ts";
import { importCalendar } from "../../../native/events/import-calendar.ts";
import { deleteFeed, feedSince, ownerOfFeed, putFeed } from "../../../store/calendar-feeds.ts";
import type { Transaction } from "../../../store/database.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { Calendars } from "../../../tables/calendars.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import type { NativeServices } from "../collection.ts";
import { calendarSchemas } from "./calendar-schemas.ts";

/** What calendar files need. */
export interface CalendarServices extends NativeServices {
	/** Public address, without a trailing slash. */
	readonly baseUrl: string;
}

/** Bytes of a file that is imported, at most. */
const mostBytes = 5 * 1024 * 1024;

/** `GET /api/calendars/:id/feed.ics?token=`: for calendar programs, which cannot sign in. */
export function registerCalendarFeed(app: FastifyInstance, { database, accessLog }: CalendarServices): void {
	app.get("/api/calendars/:id/feed.ics", { schema: calendarSchemas.read }, async (request, reply) => {
		const { id } = request.params as { id: number };
		const { token } = request.query as { token: string };
		const owner = await database.read(serverCaller, (tx) => ownerOfFeed(tx, id, digest(token)));
		if (owner === undefined) throw new Failure("not-found", "There is no such feed, or its address has changed");
		const caller = callerOf(owner);
		const feed = await database.read(caller, async (tx) => calendarFeed(tx, await requireRow(tx, Calendars, id)));
		await accessLog.record({
			caller: { ...caller, actor: `feed:${id}` },
			action: "read",
			target: `calendars/${id}/feed.ics`,
			returned: feed.eventIds.map((one) => `events/${one}`),
			patients: [owner.id],
			outcome: "success",
		});
		return sendFeed(reply, feed, request.headers);
	});
	refuseOtherMethods(app, "/api/calendars/:id/feed.ics", ["GET"]);
}

/** `/api/calendars/:id/feed`: the secret address of a calendar's feed; `/import`: a calendar file comes in. */
export function registerCalendars(app: FastifyInstance, services: CalendarServices): void {
	const { database, accessLog } = services;

	app.post("/api/calendars/:id/feed", { schema: calendarSchemas.make }, async (request, reply) => {
		const { id } = request.params as { id: number };
		const token = randomBytes(32).toString("base64url");
		const createdAt = await changed(request, "feed", async (tx) => putFeed(tx, id, digest(token)));
		return reply
			.code(201)
			.send({ url: `${services.baseUrl}/api/calendars/${id}/feed.ics?token=${token}`, token, createdAt });
	});

	app.get("/api/calendars/:id/feed", { schema: calendarSchemas.look }, async (request) => {
		const { id } = request.params as { id: number };
		const caller = await request.caller();
		const [row, createdAt] = await database.read(caller, async (tx) => [
			await requireRow(tx, Calendars, id),
			await feedSince(tx, id),
		]);
		const target = `calendars/${id}/feed`;
		await accessLog.record({ caller, action: "read", target, patients: [row.userId as number], outcome: "success" });
		if (createdAt === undefined) throw new Failure("not-found", "The calendar has no feed");
		return { createdAt };
	});

	app.delete("/api/calendars/:id/feed", { schema: calendarSchemas.end }, async (request, reply) => {
		const { id } = request.params as { id: number };
		const was = await changed(request, "feed", (tx) => deleteFeed(tx, id));
		if (!was) throw new Failure("not-found", "The calendar has no feed");
		return reply.code(204).send();
	});

	app.register(async (files) => {
		files.addContentTypeParser<string>("text/calendar", { parseAs: "string" }, (_request, text, done) =>
			done(null, text),
		);
		files.post("/api/calendars/:id/import", { schema: calendarSchemas.take, bodyLimit: mostBytes }, async (request) => {
			if (typeof request.body !== "string") {
				throw new Failure("unsupported-media-type", "Send an iCalendar file as text/calendar");
			}
			const file = request.body;
			const results = await changed(request, "import", (tx, calendar) => importCalendar(tx, calendar, file));
			const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
			const [created, updated, unchanged] = [count("created"), count("updated"), count("unchanged")];
			return { created, updated, unchanged, failed: count("failed"), results };
		});
	});

	refuseOtherMethods(app, "/api/calendars/:id/feed", ["GET", "POST", "DELETE"]);
	refuseOtherMethods(app, "/api/calendars/:id/import", ["POST"]);

	/** A change of what hangs on a calendar, whose row is locked, with its entry in the access log. */
	async function changed<T>(
		request: FastifyRequest,
		what: string,
		work: (tx: Transaction, calendar: RowValues) => Promise<T>,
	): Promise<T> {
		const { id } = request.params as { id: number };
		const caller = await request.caller();
		return database.write(caller, async (tx) => {
			const calendar = await requireRow(tx, Calendars, id, true);
			requireRight(caller, "calendars", "update", calendar);
			const done = await work(tx, calendar);
			accessLog.include(tx, {
				caller,
				action: "update",
				target: `calendars/${id}/${what}`,
				patients: [calendar.userId as number],
				outcome: "success",
			});
			return done;
		});
	}
}

/** Answers with the file, or 304 where the program has it (RFC 9110 section 13). */
function sendFeed(
	reply: FastifyReply,
	{ text, changedAt }: Feed,
	headers: { readonly "if-none-match"?: string | undefined; readonly "if-modified-since"?: string | undefined },
): FastifyReply {
	const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
	reply.headers({ etag, "last-modified": new Date(changedAt).toUTCString(), "cache-control": "private, no-cache" });
	const known = headers["if-none-match"];
	const isKnown =
		known === undefined
			? Date.parse(headers["if-modified-since"] ?? "") >= Math.floor(changedAt / 1000) * 1000
			: known.split(",").some((one) => ["*", etag].includes(one.trim().replace(/^W\//, "")));
	if (isKnown) return reply.code(304).send();
	return reply
		.headers({
			"content-type": "text/calendar; charset=utf-8",
			"content-disposition": 'inline; filename="calendar.ics"',
		})
		.send(text);
}

function digest(token: string): Buffer {
	return createHash("sha256").update(token).digest();
}
