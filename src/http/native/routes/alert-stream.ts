import type { FastifyInstance } from "fastify";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { alertStreams, type StreamServices } from "../alert-streams.ts";
import { streamHeaders } from "../event-streams.ts";
import { routeSchema } from "../schema/route-schema.ts";

/** `GET /api/alerts/stream`: alerts as they are raised, change and end. */
export function registerAlertStream(app: FastifyInstance, services: StreamServices): void {
	const streams = alertStreams(services);
	app.addHook("preClose", async () => streams.close());

	app.get("/api/alerts/stream", { schema, exposeHeadRoute: false }, async (request, reply) => {
		const caller = await request.caller();
		const last = request.headers["last-event-id"];
		const lastEventId = typeof last === "string" && last !== "" ? last : undefined;
		const stream = await streams.open(request.bearerToken() ?? "", caller, lastEventId);
		return reply.headers(streamHeaders).send(stream);
	});

	refuseOtherMethods(app, "/api/alerts/stream", ["GET"]);
}

const schema = routeSchema({
	operationId: "streamAlerts",
	tag: "alerts",
	summary: "Alerts as they are raised, change and end, as server-sent events",
	description: [
		"Of a patient: their own; of a therapist: those of all their patients. Events named `alert` have",
		'`{"what": "raised" | "changed" | "resolved" | "deleted", "alert": {…}}` with the alert as it is by then (deleted: `id` and `userId`).',
		"`ready` comes first. With `Last-Event-ID` nothing in between is lost, on whichever server, for a week; after that `reset` says: read the list anew.",
		"The stream ends with the token, or when the server stops; clients come back by themselves. At most 6 for each person and server.",
	].join(" "),
	answers: {
		200: {
			description: "Events until somebody hangs up",
			content: {
				"text/event-stream": { schema: { type: "string", examples: ["event: ready\nid: 1234-0\ndata: {}\n\n"] } },
			},
		},
	},
	failures: { 503: "Too many streams; try again later" },
});
