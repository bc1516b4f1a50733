import { type Caller, serverCaller } from "../access/caller.ts";
import { Failure, type FailureKind } from "../fhir/failure.ts";
import { parseJson, stringify } from "../fhir/json.ts";
import { outcomeOfIssues } from "../fhir/outcome.ts";
import { shapeText } from "../fhir/shape.ts";
import type { Transaction } from "../store/database.ts";
import { insertPiece } from "../store/exports/export-files.ts";
import {
	completeExport,
	failExport,
	isPutBack,
	type StartedExport,
	startExport,
	touchExport,
} from "../store/exports/exports.ts";
import { holdSnapshot, settledMoment } from "../store/exports/settled-moment.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { withAbsoluteUrls } from "./absolute-urls.ts";
import { type ExportRequest, elementsOf } from "./export-request.ts";
import { type Line, type NamedPiece, ndjsonFiles } from "./ndjson-files.ts";
import type { ExportParts } from "./parts.ts";
import { readExport } from "./read-export.ts";
import { versionAt } from "./version-at.ts";

/** One try. */
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

async function write(parts: ExportParts, exportId: string, started: StartedExport, signal: AbortSignal): Promise<void> {
	const { database, base, sizes, keepSeconds } = parts;
	const request = JSON.parse(started.request) as ExportRequest;
	const caller = await standing(parts, started);
	const moment = await settledMoment(database, signal);
	const place = { exportId, started, moment };
	let count = 0;
	const people = new Map<number, Set<number>>();
	const files = ndjsonFiles(async (piece) => {
		const now = await standing(parts, started);
		people.set(piece.file.number, new Set([...(people.get(piece.file.number) ?? []), ...piece.people]));
		await putAway(parts, place, now, piece, `${piece.file.type}: ${count} resources so far`);
	}, sizes);
	const read = async (tx: Transaction): Promise<void> => {
		await holdSnapshot(tx);
		for await (const { type, versions } of readExport(tx, request, base)) {
			signal.throwIfAborted();
			const elements = elementsOf(request, type);
			for (const found of versions) {
				const version = await versionAt(tx, found, moment, request.since);
				if (version === undefined) continue;
				count++;
				await files.add("output", type, lineOf(version, elements, base));
			}
		}
		for (const name of request.ignored) await files.add("error", "OperationOutcome", ignoredLine(name));
		await files.end();
	};
	// Nothing is written within it, so it never collides with others and is not tried again.
	await database.write(caller, read, { isolation: "repeatable read" });
	const isDone = await database.write(serverCaller, (tx) =>
		completeExport(tx, exportId, started.attempt, { keepSeconds, transactionTime: moment, people }),
	);
	if (!isDone) throw new NotOurs();
}

async function standing(parts: ExportParts, started: StartedExport): Promise<Caller> {
	const caller = await parts.callerStanding(started);
	if (caller !== undefined) return caller;
	throw new Failure("forbidden", "The access this export was asked for with was ended");
}

async function putAway(
	{ database, note }: ExportParts,
	{ exportId, started, moment }: { exportId: string; started: StartedExport; moment: string },
	caller: Caller,
	piece: NamedPiece,
	progress: string,
): Promise<void> {
	const { attempt, userId } = started;
	const isOurs = await database.write(serverCaller, async (tx) => {
		if (!(await touchExport(tx, exportId, attempt, { progress, transactionTime: moment }))) return false;
		await insertPiece(tx, exportId, attempt, userId, piece);
		const { type } = piece.file;
		note(tx, { caller, action: "export prepared", target: type, returned: piece.names, patients: piece.people });
		return true;
	});
	if (!isOurs) throw new NotOurs();
}

function lineOf({ type, id, owner, text }: ResourceVersion, elements: string[] | undefined, base: string): Line {
	const shaped = elements === undefined ? text : shapeText(text, type, { summary: undefined, elements });
	return { text: withAbsoluteUrls(onOneLine(shaped), base), name: `${type}/${id}`, owner };
}

/** As it is, unless somebody else wrote it into the database with line breaks. */
function onOneLine(text: string): string {
	return /[\r\n]/.test(text) ? stringify(parseJson(text)) : text;
}

function ignoredLine(name: string): Line {
	const issue = { code: "not-supported", diagnostics: `${name} is not supported and was ignored` };
	return { text: stringify(outcomeOfIssues([issue], "warning")), name: undefined, owner: null };
}
