import type { FastifyInstance } from "fastify";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { devices } from "../collections/devices.ts";
import { streamHeaders } from "../event-streams.ts";
import { type ProgressServices, progressStreams } from "../progress-streams.ts";
import { idParams } from "../schema/parameters.ts";
import { nothing, routeSchema } from "../schema/route-schema.ts";

/** `GET /api/devices/:id/sync-progress`: how far a sync or a backfill has come, as it goes. */
export function registerSyncProgress(app: FastifyInstance, services: ProgressServices): void {
	const streams = progressStreams(services);
	app.addHook("preClose", async () => streams.close());
	const url = "/api/devices/:id/sync-progress";

	app.get(url, { schema, exposeHeadRoute: false }, async (request, reply) => {
		const caller = await request.caller();
		const { id } = request.params as { id: number };
		const last = request.headers["last-event-id"];
		const lastEventId = typeof last === "string" && last !== "" ? last : undefined;
		const stream = await streams.open(request.bearerToken() ?? "", caller, id, lastEventId);
		// To a client of server-sent events: do not come back.
		if (stream === undefined) return reply.code(204).send();
		return reply.headers(streamHeaders).send(stream);
	});

	refuseOtherMethods(app, url, ["GET"]);
}

const schema = routeSchema({
	operationId: "streamSyncProgress",
	tag: devices.path,
	summary: "How syncs of a device go, as server-sent events",
	description: [
		"Events named `progress` have `{isBackfilled, syncs, complete}`: the newest five syncs with how many records each has stored so far,",
		"and from when until when each list of the vendor's is complete (a backfill moves `from` into the past). Each tells the whole as it is by then.",
		"`end` has the same when no sync is under way, and ends the stream; whoever comes back then with its id as `Last-Event-ID` hears 204 until a sync begins.",
		"Syncs of other servers are told, too. The stream ends with the token, or when the server stops; clients come back by themselves.",
		"At most 6 for each person and server.",
	].join(" "),
	params: idParams,
	answers: {
		200: {
			description: "Events until no sync is under way",
			content: {
				"text/event-stream": {
					schema: {
						type: "string",
						examples: ['event: end\nid: rM3kz\ndata: {"isBackfilled":true,"syncs":[],"complete":[]}\n\n'],
					},
				},
			},
		},
		204: nothing,
	},
	failures: { 404: "There is no such connection, or it may not be seen", 503: "Too many streams; try again later" },
});
