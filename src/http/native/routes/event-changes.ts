import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Failure } from "../../../fhir/failure.ts";
import { deleteOccurrence, edited, editOccurrence } from "../../../native/events/edit-occurrence.ts";
import { deleteAll, deleteFollowing, editAll, editFollowing } from "../../../native/events/edit-series.ts";
import { type OccurrenceTarget, targetOf, wholeSeries } from "../../../native/events/occurrence-target.ts";
import type { Transaction } from "../../../store/database.ts";
import { type EventRow, instancesOf } from "../../../store/event-rows.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type NativeServices, rowToChange, writeRow } from "../collection.ts";
import { events } from "../collections/events.ts";
import { deriveForWrite } from "../derive.ts";
import { etag } from "../etag.ts";
import { checkReferences } from "../ownership.ts";
import { present, valuesToUpdate } from "../values.ts";
import { eventSchemas } from "./event-schemas.ts";

type Scope = "this" | "following" | "all";

/** What a change is about: one row that does not recur, or occurrences of a series. */
type Subject =
	| { readonly kind: "row"; readonly row: EventRow }
	| { readonly kind: Scope; readonly target: OccurrenceTarget };

/** PUT, PATCH and DELETE of `/api/events/:id`, and its completion: of a row, of one occurrence, of this and all that follow, of all. */
export function registerEventChanges(app: FastifyInstance, services: NativeServices): void {
	for (const method of ["PUT", "PATCH"] as const) {
		app.route({
			method,
			url: "/api/events/:id",
			schema: method === "PUT" ? eventSchemas.replace : eventSchemas.patch,
			handler: async (request, reply) => {
				const row = await writeRow(services, request, events, "update", async (tx) => {
					const subject = await subjectOf(tx, request, "update");
					const changes = await changesOf(tx, subject, request, method === "PUT");
					return change(tx, subject, changes);
				});
				return answer(reply, row);
			},
		});
	}

	app.post("/api/events/:id/complete", { schema: eventSchemas.complete }, async (request, reply) => {
		const row = await writeRow(services, request, events, "update", async (tx) => {
			const subject = await subjectOf(tx, request, "update");
			if (subject.kind === "all") throw invalid("occurrence", "is missing: say which one of the series is completed");
			const now = subject.kind === "row" ? subject.row : (subject.target.instance ?? undefined);
			return now?.status === "completed" ? now : change(tx, subject, { status: "completed" });
		});
		return answer(reply, row);
	});

	app.delete("/api/events/:id", { schema: eventSchemas.remove }, async (request, reply) => {
		await writeRow(services, request, events, "delete", async (tx) => {
			const subject = await subjectOf(tx, request, "delete");
			if (subject.kind === "row") await deleteAll(tx, subject.row, await instancesOf(tx, [subject.row.id], true));
			else if (subject.kind === "this") await deleteOccurrence(tx, subject.target);
			else if (subject.kind === "following") await deleteFollowing(tx, subject.target);
			else await deleteAll(tx, subject.target.seriesRow, subject.target.instances);
			return subject.kind === "row" ? subject.row : subject.target.seriesRow;
		});
		return reply.code(204).send();
	});

	refuseOtherMethods(app, "/api/events/:id/complete", ["POST"]);

	function answer(reply: FastifyReply, row: RowValues): RowValues {
		reply.header("etag", etag(row.version)).header("content-location", `/api/events/${row.id}`);
		return present(events, row, services);
	}

	/** What a request changes, checked like every change of a row, against what it sees. */
	async function changesOf(
		tx: Transaction,
		subject: Subject,
		request: FastifyRequest,
		whole: boolean,
	): Promise<RowValues> {
		const before = seen(subject);
		const body = request.body as RowValues;
		const sent = subject.kind === "this" ? ofOneOccurrence(body, subject.target) : body;
		const moved = subject.kind === "row" || whole ? sent : withItsLength(sent, before);
		const given = valuesToUpdate(events, tx.caller, moved, before, whole, services);
		const changes = await deriveForWrite(events, tx, given, before, services);
		await checkReferences(events, tx, changes, before);
		if (subject.kind !== "this") return changes;
		const { recurrenceRule, recurrenceException, parentEventId } = before;
		return { ...changes, recurrenceRule, recurrenceException, parentEventId };
	}
}

/** The rows a change is about, locked: who may not see or change them hears so first, then If-Match. */
async function subjectOf(tx: Transaction, request: FastifyRequest, operation: "update" | "delete"): Promise<Subject> {
	const { scope, occurrence } = request.query as { scope?: Scope; occurrence?: string };
	const { parentEventId } = await requireRow(tx, events.entity, (request.params as { id: number }).id);
	const isInstance = typeof parentEventId === "number";
	// A series before its instances, in whatever order requests name them.
	const parent = isInstance ? ((await requireRow(tx, events.entity, parentEventId, true)) as EventRow) : undefined;
	const row = (await rowToChange(events, tx, request, operation)) as EventRow;
	if (parent !== undefined) {
		if (scope === undefined || scope === "this" || parent.recurrenceRule === null) return { kind: "row", row };
		const named = row.recurrenceException ?? row.startTime;
		return { kind: scope, target: await targetOf(tx, parent, named) };
	}
	if (occurrence !== undefined) return { kind: scope ?? "this", target: await targetOf(tx, row, occurrence) };
	const all = await wholeSeries(tx, row);
	if (all === undefined) return { kind: "row", row };
	if (scope !== undefined && scope !== "all") throw invalid("occurrence", `is missing: ${scope} of which one?`);
	return { kind: "all", target: all };
}

/** The row as the request sees it: of a series the named occurrence's times, with the rule where it is about more than that one. */
function seen(subject: Subject): EventRow {
	if (subject.kind === "row") return subject.row;
	const { seriesRow, shown } = subject.target;
	if (subject.kind === "this") return shown;
	const { startTime, endTime } = shown;
	return { ...seriesRow, startTime, endTime };
}

/** A new start alone moves the end along. */
function withItsLength(body: RowValues, { startTime, endTime }: EventRow): RowValues {
	if (typeof body.startTime !== "string" || body.endTime !== undefined || endTime === null) return body;
	const lasts = Date.parse(endTime) - Date.parse(startTime);
	return { ...body, endTime: new Date(Date.parse(body.startTime) + lasts).toISOString() };
}

/** What one occurrence cannot be changed in: it does not recur by itself, and stands for the start it stands for. */
function ofOneOccurrence(body: RowValues, { seriesRow }: OccurrenceTarget): RowValues {
	const { recurrenceRule: rule, recurrenceException: _exception, parentEventId: _parent, ...rest } = body;
	if (rule !== undefined && rule !== null && rule !== seriesRow.recurrenceRule) {
		throw new Failure("invalid", "recurrenceRule is not for one occurrence; change it with scope=following or all", {
			expression: "recurrenceRule",
		});
	}
	return rest;
}

async function change(tx: Transaction, subject: Subject, changes: RowValues): Promise<RowValues> {
	if (subject.kind === "row") return edited(tx, subject.row.id, changes);
	if (subject.kind === "this") return editOccurrence(tx, subject.target, changes);
	if (subject.kind === "following") return editFollowing(tx, subject.target, changes);
	return editAll(tx, subject.target, changes);
}

function invalid(parameter: string, what: string): Failure {
	return new Failure("invalid", `query parameter ${parameter} ${what}`, { expression: parameter });
}
