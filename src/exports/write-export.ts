import type { Transaction } from "../store/database.ts";
import { holdSnapshot, type SettledMoment } from "../store/exports/settled-moment.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { deletions } from "./deletions.ts";
import { type ExportRequest, elementsOf } from "./export-request.ts";
import { exportScope } from "./export-scope.ts";
import { deletedLine, ignoredLine, resourceLine } from "./lines.ts";
import type { NdjsonFiles } from "./ndjson-files.ts";
import { readExport } from "./read-export.ts";
import { lostSince, versionAt } from "./version-at.ts";

/** What is written, from where to where. */
export interface Writing {
	readonly request: ExportRequest;
	/** `[base]` */
	readonly base: string;
	/** What is written is how things were then. */
	readonly moment: SettledMoment;
	readonly files: NdjsonFiles;
	readonly signal: AbortSignal;
}

/** Reads an export within one repeatable-read transaction, as who asked, and writes it into files. */
export async function writeExport(tx: Transaction, writing: Writing): Promise<void> {
	const { request, base, moment, files, signal } = writing;
	const isQuiet = await holdSnapshot(tx, moment);
	const scope = await exportScope(tx, request);
	const add = (version: ResourceVersion) =>
		files.add("output", version.type, resourceLine(version, elementsOf(request, version.type), base));
	for await (const { versions } of readExport(tx, request, base, scope)) {
		signal.throwIfAborted();
		for (const found of versions) {
			const version = await versionAt(tx, found, moment.at, request.since);
			if (version !== undefined) await add(version);
		}
	}
	if (!isQuiet) {
		for await (const version of lostSince(tx, request, base, scope, moment.at)) await add(version);
	}
	if (request.since !== undefined) {
		const period = { from: request.since, to: moment.at };
		for await (const gone of deletions(tx, scope, base, period, true)) {
			signal.throwIfAborted();
			await files.add("deleted", "Bundle", deletedLine(gone));
		}
	}
	for (const what of request.ignored) await files.add("error", "OperationOutcome", ignoredLine(what));
	await files.end();
}
