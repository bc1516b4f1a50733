import type { FastifyReply, FastifyRequest } from "fastify";
import { serverCaller } from "../../../access/caller.ts";
import { askerOf } from "../../../exports/kick-off.ts";
import { Failure, type FailureKind } from "../../../fhir/failure.ts";
import { outcomeOfIssues } from "../../../fhir/outcome.ts";
import { filesOfExport } from "../../../store/exports/export-files.ts";
import { countPoll, deleteExport, type ExportState, findExport } from "../../../store/exports/exports.ts";
import type { FhirServices } from "../services.ts";
import { manifestOf } from "./export-manifest.ts";

/** So often may be asked within the window before it is too often. */
const mostPolls = 20;
const pollWindowSeconds = 10;

/** What is told of an export of which nothing is written yet. */
const waiting = {
	accepted: "waiting for its turn",
	running: "waiting for changes under way, or for the first resources",
};

/** `GET` of a status: how far an export is, what became of it, or why it was not made. */
export async function showStatus(
	services: FhirServices,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const { database, base } = services;
	const found = await exportOf(services, request);
	if (found.state === "failed")
		throw new Failure((found.failure_kind ?? "fault") as FailureKind, found.failure ?? "The export could not be made");
	if (found.state !== "complete") {
		await checkPolls(services, found.id);
		return reply
			.code(202)
			.header("x-progress", found.progress ?? waiting[found.state])
			.header("retry-after", String(secondsToWait(found.created_at, Date.now())))
			.send();
	}
	const files = await database.read(serverCaller, (tx) => filesOfExport(tx, found.id));
	return reply
		.code(200)
		.header("content-type", "application/json; charset=utf-8")
		.header("expires", new Date(found.expires_at).toUTCString())
		.send(JSON.stringify(manifestOf(found, files, base)));
}

/** `DELETE` of a status: an export under way is stopped, a finished one is deleted. */
export async function deleteStatus(
	{ database }: FhirServices,
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const asker = askerOf(await request.caller());
	const isGone = await database.write(serverCaller, (tx) => deleteExport(tx, idIn(request), asker));
	if (!isGone) throw unknown();
	const issue = { code: "informational", diagnostics: "The export is deleted" };
	return reply
		.code(202)
		.header("content-type", "application/fhir+json; charset=utf-8")
		.send(JSON.stringify(outcomeOfIssues([issue], "information")));
}

/** @throws Failure not-found - whoever asked for it, it was not this caller */
async function exportOf({ database }: FhirServices, request: FastifyRequest): Promise<ExportState> {
	const asker = askerOf(await request.caller());
	const found = await database.read(serverCaller, (tx) => findExport(tx, idIn(request), asker));
	if (found === undefined) throw unknown();
	return found;
}

function idIn(request: FastifyRequest): string {
	return (request.params as { export: string }).export;
}

function unknown(): Failure {
	return new Failure("not-found", "There is no such export, or no longer");
}

/** The longer it takes, the longer until it is worth asking again. */
function secondsToWait(createdAt: string, now: number): number {
	const age = (now - Date.parse(createdAt)) / 1000;
	return Math.min(30, Math.max(1, Math.round(age / 10)));
}

/** @throws Failure too-many-requests */
async function checkPolls({ database }: FhirServices, id: string): Promise<void> {
	const { polls, seconds } = await database.write(serverCaller, (tx) => countPoll(tx, id, pollWindowSeconds));
	if (polls <= mostPolls) return;
	throw new Failure("too-many-requests", "Ask less often; Retry-After says when", {
		retryAfterSeconds: Math.max(1, seconds),
	});
}
