import { type Caller, serverCaller } from "../access/caller.ts";
import { Failure, type FailureKind } from "../fhir/failure.ts";
import { insertPiece } from "../store/exports/export-files.ts";
import {
	completeExport,
	failExport,
	isPutBack,
	type StartedExport,
	startExport,
	touchExport,
} from "../store/exports/exports.ts";
import { settledMoment } from "../store/exports/settled-moment.ts";
import type { ExportRequest } from "./export-request.ts";
import { type NamedPiece, ndjsonFiles } from "./ndjson-files.ts";
import type { ExportParts } from "./parts.ts";
import { writeExport } from "./write-export.ts";

/** What a try needs to know of itself. */
export interface ExportAttempt {
	/** No further try follows. */
	readonly isLast: boolean;
	/** Aborted when the server stops. */
	readonly signal: AbortSignal;
}

/** Why a try leaves: nobody wants the export any more, or another try has it. Nothing is wrong with it. */
class NotOurs extends Error {}

/** What may be different the next time. */
const passing: ReadonlySet<FailureKind> = new Set(["unavailable", "conflict", "fault"]);

/**
 * Makes an export: reads as who asked, at one moment of the database, and puts away what is found piece by piece. A try that ends in the
 * middle leaves what the next one deletes; one that was given up for dead but lives cannot write beside another.
 */
export async function runExport(parts: ExportParts, exportId: string, attempt: ExportAttempt): Promise<void> {
	const started = await parts.database.write(serverCaller, (tx) => startExport(tx, exportId));
	if (started === undefined) return;
	try {
		await write(parts, exportId, started, attempt.signal);
	} catch (error) {
		if (error instanceof NotOurs) return leave(parts, exportId);
		const isExpected = error instanceof Failure && !passing.has(error.kind);
		if (!isExpected && !attempt.isLast) throw error;
		const [kind, message] = isExpected ? [error.kind, error.message] : ["fault", "The export could not be made"];
		await parts.database.write(serverCaller, (tx) => failExport(tx, exportId, kind, message));
		if (!isExpected) throw error;
	}
}

/** @throws Failure conflict - it was put back (what it had read is to be forgotten), so that the queue has it done again */
async function leave({ database }: ExportParts, exportId: string): Promise<void> {
	const isBack = await database.read(serverCaller, (tx) => isPutBack(tx, exportId));
	if (isBack) throw new Failure("conflict", "what was read is to be forgotten");
}

/** One try, from the moment it is about to its end. @throws NotOurs, Failure */
async function write(parts: ExportParts, exportId: string, started: StartedExport, signal: AbortSignal): Promise<void> {
	const { database, base, sizes, keepSeconds } = parts;
	const request = JSON.parse(started.request) as ExportRequest;
	const caller = await standing(parts, started);
	const moment = await settledMoment(database, signal);
	const people = new Map<number, Set<number>>();
	let count = 0;
	const files = ndjsonFiles(async (piece) => {
		count += piece.names.length;
		const { number, type } = piece.file;
		const ofFile = people.get(number) ?? new Set();
		people.set(number, ofFile);
		for (const person of piece.people) ofFile.add(person);
		const told = { progress: `${type}: ${count} resources so far`, transactionTime: moment.at };
		await putAway(parts, exportId, started, piece, told);
	}, sizes);
	// Nothing is written within it, so it never collides with others and is not tried again.
	await database.write(caller, (tx) => writeExport(tx, { request, base, moment, files, signal }), {
		isolation: "repeatable read",
	});
	const done = { keepSeconds, transactionTime: moment.at, people };
	const isDone = await database.write(serverCaller, (tx) => completeExport(tx, exportId, started.attempt, done));
	if (!isDone) throw new NotOurs();
}

/** Who asked. @throws Failure forbidden - they no longer may */
async function standing(parts: ExportParts, started: StartedExport): Promise<Caller> {
	const caller = await parts.callerStanding(started);
	if (caller !== undefined) return caller;
	throw new Failure("forbidden", "The access this export was asked for with was ended");
}

/** Puts a piece away, if who asked still may and the export is still wanted and this try's. @throws NotOurs, Failure forbidden */
async function putAway(
	parts: ExportParts,
	exportId: string,
	started: StartedExport,
	piece: NamedPiece,
	told: { readonly progress: string; readonly transactionTime: string },
): Promise<void> {
	const { attempt, userId } = started;
	const caller = await standing(parts, started);
	const isOurs = await parts.database.write(serverCaller, async (tx) => {
		if (!(await touchExport(tx, exportId, attempt, told))) return false;
		await insertPiece(tx, exportId, attempt, userId, piece);
		const { type } = piece.file;
		parts.note(tx, { caller, action: "export prepared", target: type, returned: piece.names, patients: piece.people });
		return true;
	});
	if (!isOurs) throw new NotOurs();
}
