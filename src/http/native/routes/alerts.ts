import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AccessLog } from "../../../audit/access-log.ts";
import { markRead, recentAlerts, unreadAlerts } from "../../../store/alerting/inbox.ts";
import { editRows } from "../../../store/change/edit-rows.ts";
import type { Database } from "../../../store/database.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { Alerts } from "../../../tables/alerts.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { alerts as collection } from "../collections/alerts.ts";
import { checkIfMatch, etag } from "../etag.ts";
import { personAsked } from "../person-asked.ts";
import { arrayOf, object, type Schema } from "../schema/json-schema.ts";
import { idParams } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { rowId } from "../schema/values.ts";

/** What the routes of alerts need. */
export interface AlertServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly now: () => Temporal.Instant;
}

/** `/api/alerts/recent`, `/unread/count`, `/:id/read`, `/:id/resolve`, `/mark-all-read`. */
export function registerAlertRoutes(app: FastifyInstance, services: AlertServices): void {
	const { database, accessLog } = services;
	/** Whose alerts; everybody's the caller sees when nobody is named. */
	const asked = (request: FastifyRequest) => (request.query as { userId?: number }).userId;
	const told = async (request: FastifyRequest, action: string, target: string, rows: readonly RowValues[]) => ({
		caller: await request.caller(),
		action,
		target,
		returned: rows.map(({ id }) => `alerts/${id}`),
		patients: [...new Set(rows.map(({ userId }) => userId as number))],
		outcome: "success" as const,
	});

	app.get("/api/alerts/recent", { schema: schemas.recent }, async (request) => {
		const { unread, limit = 20 } = request.query as { unread?: boolean; limit?: number };
		const rows = await database.read(await request.caller(), async (tx) => {
			const userId = asked(request) === undefined ? undefined : await personAsked(tx, asked(request));
			return recentAlerts(tx, { userId, unread, limit });
		});
		await accessLog.record(await told(request, "search", "alerts/recent", rows));
		return { data: rows };
	});

	app.get("/api/alerts/unread/count", { schema: schemas.count }, async (request) => {
		const found = await database.read(await request.caller(), async (tx) =>
			unreadAlerts(tx, asked(request) === undefined ? undefined : await personAsked(tx, asked(request))),
		);
		const count = (of: string) => found.find(({ severity }) => severity === of)?.count ?? 0;
		await accessLog.record({
			...(await told(request, "search", "alerts/unread/count", [])),
			patients: [...new Set(found.flatMap(({ user_ids }) => user_ids))],
		});
		return {
			count: found.reduce((sum, one) => sum + one.count, 0),
			bySeverity: { low: count("low"), medium: count("medium"), high: count("high"), critical: count("critical") },
		};
	});

	app.patch("/api/alerts/:id/read", { schema: schemas.read }, async (request, reply) => {
		const { id } = request.params as { id: number };
		const row = await database.write(await request.caller(), async (tx) => {
			const found = await requireRow(tx, Alerts, id);
			await markRead(tx, { id });
			accessLog.include(tx, await told(request, "read", `alerts/${id}`, [found]));
			return found;
		});
		reply.header("etag", etag(row.version));
		return { ...row, isRead: true };
	});

	app.patch("/api/alerts/:id/resolve", { schema: schemas.resolve }, async (request, reply) => {
		const { id } = request.params as { id: number };
		const row = await database.write(await request.caller(), async (tx) => {
			const before = await requireRow(tx, Alerts, id, true);
			checkIfMatch(request.headers["if-match"], before.version);
			await markRead(tx, { id });
			accessLog.include(tx, await told(request, "update", `alerts/${id}`, [before]));
			if (before.isResolved === true) return before;
			const changes = { isResolved: true, resolvedAt: services.now().toString({ smallestUnit: "millisecond" }) };
			const [after] = await editRows(tx, Alerts, [{ id, changes }]);
			return after ?? before;
		});
		reply.header("etag", etag(row.version));
		return { ...row, isRead: true };
	});

	app.post("/api/alerts/mark-all-read", { schema: schemas.markAll }, async (request) => {
		const marked = await database.write(await request.caller(), async (tx) => {
			const userId = asked(request) === undefined ? undefined : await personAsked(tx, asked(request));
			const userIds = await markRead(tx, { userId });
			const entry = await told(request, "update", "alerts/mark-all-read", []);
			accessLog.include(tx, { ...entry, patients: [...new Set(userIds)] });
			return userIds.length;
		});
		return { marked };
	});

	refuseOtherMethods(app, "/api/alerts/recent", ["GET"]);
	refuseOtherMethods(app, "/api/alerts/unread/count", ["GET"]);
	refuseOtherMethods(app, "/api/alerts/:id/read", ["PATCH"]);
	refuseOtherMethods(app, "/api/alerts/:id/resolve", ["PATCH"]);
	refuseOtherMethods(app, "/api/alerts/mark-all-read", ["POST"]);
}

const row = rowSchema(collection) as { properties: Record<string, Schema> };
const inboxAlert = object(
	{ ...row.properties, isRead: { type: "boolean", description: "Whether who asks has read it" } },
	{ title: "InboxAlert" },
);
const ofWhom = {
	userId: {
		...rowId,
		description:
			"users.id of the person whose alerts are meant; everybody's whom the caller looks after when left out.",
	},
};
const count = { type: "integer", minimum: 0, examples: [2] };

const schemas = {
	recent: routeSchema({
		operationId: "listRecentAlerts",
		tag: "alerts",
		summary: "The newest alerts, with whether they were read",
		description:
			"Of therapists: those of all their patients. What one has read is one's own; it does not resolve an alert.",
		query: {
			unread: { type: "boolean", description: "Only those not read yet, or only those read" },
			limit: { type: "integer", minimum: 1, maximum: 100, default: 20, description: "Most alerts" },
			...ofWhom,
		},
		answers: {
			200: { description: "Newest first", ...object({ data: arrayOf(inboxAlert) }, { title: "RecentAlerts" }) },
		},
		failures: [404],
	}),
	count: routeSchema({
		operationId: "countUnreadAlerts",
		tag: "alerts",
		summary: "How many alerts the caller has not read",
		query: ofWhom,
		answers: {
			200: {
				description: "In all and by severity",
				...object(
					{ count, bySeverity: object({ low: count, medium: count, high: count, critical: count }) },
					{ title: "UnreadAlerts" },
				),
			},
		},
		failures: [404],
	}),
	read: routeSchema({
		operationId: "markAlertRead",
		tag: "alerts",
		summary: "Mark an alert as read by the caller",
		description: "Again and again it is the same.",
		params: idParams,
		answers: { 200: { description: "The alert", ...inboxAlert } },
		failures: [404],
	}),
	resolve: routeSchema({
		operationId: "resolveAlert",
		tag: "alerts",
		summary: "Resolve an alert",
		description: [
			"It is over for everybody, and read by the caller. The rule that raised it keeps quiet about this person for an hour, unless it becomes graver.",
			"Resolving what is resolved changes nothing.",
		].join(" "),
		params: idParams,
		answers: { 200: { description: "The alert", ...inboxAlert } },
		failures: [404, 409, 412],
	}),
	markAll: routeSchema({
		operationId: "markAllAlertsRead",
		tag: "alerts",
		summary: "Mark all alerts as read by the caller",
		query: ofWhom,
		answers: {
			200: {
				description: "How many were unread",
				...object({ marked: count }, { title: "MarkedAlerts" }),
			},
		},
		failures: [404],
	}),
};
