import { hash } from "node:crypto";
import { setImmediate as breathe } from "node:timers/promises";
import { cursorOf, moveCursor } from "../store/devices/cursors.ts";
import { settingsOf } from "./connection.ts";
import { exportAt, exportIn } from "./export-files.ts";
import type { Run } from "./run.ts";
import { storeMeasures } from "./store-measures.ts";
import { type ExportFile, readExport } from "./vendors/samsung/export.ts";

/** The "feed" of exports. */
const source = { name: "export" };

/** Records stored in one transaction. */
const atOnce = 500;

/** Reads the export of a connection, unless it is the one read last. What is not in it is not therefore gone: exports may be partial. */
export async function pullExport(run: Run): Promise<void> {
	const { url, folder } = settingsOf(run.connection);
	// Exports are sent here: there is nowhere to look.
	if (url === undefined && folder === undefined) return;
	const { ask, exportFolder } = run.parts;
	const files = url === undefined ? await exportIn(exportFolder, folder ?? "") : await exportAt(ask, new URL(url));
	await storeExport(run, files);
}

/** Stores the files of an export, unless it is the one stored last. */
export async function storeExport(run: Run, files: readonly ExportFile[]): Promise<void> {
	const digest = hash("sha256", JSON.stringify(files.map(({ name, text }) => [name, text])), "hex");
	const cursor = await run.read((tx) => cursorOf(tx, run.connection.id, source.name));
	const done = { pullPosition: JSON.stringify({ digest }), completeUntil: new Date(run.parts.now()).toISOString() };
	const records = cursor.pullPosition === done.pullPosition ? [] : readExport(files, run.context);
	for (let at = 0; at < records.length; at += atOnce) {
		await breathe();
		await run.commit(async (tx) => {
			const stored = await storeMeasures(tx, run.parts, run.source(source), records.slice(at, at + atOnce), "whole");
			run.count(stored.changed, stored.leftOut);
		});
	}
	await run.commit((tx) => tx.asSystem(() => moveCursor(tx, run.connection.id, source.name, done)));
}
