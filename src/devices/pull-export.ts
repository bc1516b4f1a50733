import { cursorOf, moveCursor } from "../store/devices/cursors.ts";
import { settingsOf } from "./connection.ts";
import { exportAt, exportIn, type OpenExport } from "./export-files.ts";
import type { Run } from "./run.ts";
import { storeMeasures } from "./store-measures.ts";
import type { Upstream } from "./vendor.ts";
import { readExport } from "./vendors/samsung/export.ts";

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
	const found = url === undefined ? await exportIn(exportFolder, folder ?? "") : await exportAt(ask, new URL(url));
	try {
		await storeExport(run, found);
	} finally {
		await found.close();
	}
}

/** Stores an export while it is read, unless it is the one stored last. What breaks off has been stored up to there, and is read anew next time. */
export async function storeExport(run: Run, { files, digest }: OpenExport): Promise<void> {
	const cursor = await run.read((tx) => cursorOf(tx, run.connection.id, source.name));
	const done = { pullPosition: JSON.stringify({ digest }), completeUntil: new Date(run.parts.now()).toISOString() };
	if (cursor.pullPosition !== done.pullPosition) {
		let records: Upstream[] = [];
		for await (const record of readExport(files, run.context)) {
			if (records.push(record) < atOnce) continue;
			await storeSome(run, records);
			records = [];
		}
		if (records.length > 0) await storeSome(run, records);
	}
	await run.commit((tx) => tx.asSystem(() => moveCursor(tx, run.connection.id, source.name, done)));
}

async function storeSome(run: Run, records: readonly Upstream[]): Promise<void> {
	await run.commit(async (tx) => {
		const stored = await storeMeasures(tx, run.parts, run.source(source), records, "whole");
		run.count(stored.changed, stored.leftOut);
	});
}
