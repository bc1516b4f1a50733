import type { Database } from "../store/database.ts";
import type { Announce } from "./carry-out.ts";
import { concernsOf } from "./concern.ts";
import { evaluate } from "./evaluate.ts";
import { watchedTables, writtenRows } from "./reading.ts";
import type { Watch } from "./watch.ts";

/**
 * From now on, rows that violate a rule raise its alert within their own transaction, whoever writes them. A write within all limits about
 * somebody with no alert that stands asks the database nothing.
 */
export function raiseOnWrite(database: Database, watch: Watch, announce: Announce): void {
	database.react(watchedTables, (tx, rows) => {
		const written = writtenRows(rows);
		const userIds = [...new Set(written.map(({ userId }) => userId))];
		const now = Date.now();
		const known = watch.peek(userIds);
		if (known !== undefined && concernsOf(written, known, now).length === 0) return undefined;
		return (async () => {
			const certain = known ?? (await watch.load(userIds));
			const concerns = concernsOf(written, certain, now);
			if (concerns.length === 0) return;
			await tx.asSystem(() => evaluate(tx, concerns, written, certain, now, announce));
		})();
	});
}
