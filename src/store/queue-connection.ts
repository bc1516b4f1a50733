import pg from "pg";
import type { Transaction } from "./database.ts";
import type { NoticeBoard } from "./notices.ts";

/** How pg-boss reaches its own schema: statements it composed itself, and what it is notified of. */
export interface QueueConnection extends QueueStatements {
	/** Hears a channel over broken connections; `onMissed` is called where notices may have been missed. */
	listen(channel: string, onNotice: (text: string) => void, onMissed: () => void): Promise<{ close(): Promise<void> }>;
	/** May be called again. */
	close(): Promise<void>;
}

/** Runs a statement of pg-boss. */
export interface QueueStatements {
	executeSql(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** A server's own errands are few; each waits for its turn. */
const most = 3;

/**
 * Connections of the queue's own: its statements read and write at once, take effect by themselves and expect `pg`'s own types, which those
 * of requests (store/lanes.ts, store/sessions.ts) do not offer. None is open until the first statement.
 *
 * @param settings - of connections that are `heart_system` from their start
 */
export function openQueueConnection(settings: pg.ClientConfig, notices: NoticeBoard): QueueConnection {
	const pool = new pg.Pool({ ...settings, max: most });
	// An idle connection that breaks is replaced when the next is needed.
	pool.on("error", () => undefined);
	return {
		executeSql: (text, values) => pool.query(text, values),
		async listen(channel, onNotice, onMissed) {
			const heard = notices.listen(channel, (text) => (text === undefined ? onMissed() : onNotice(text)));
			return { close: async () => heard.stop() };
		},
		async close() {
			if (!pool.ending) await pool.end();
		},
	};
}

/** The queue's statements within a transaction: what they add is there if the transaction commits, and not otherwise. */
export function queueWithin(tx: Transaction): QueueStatements {
	return {
		executeSql: async (text, values = []) => ({
			rows: await tx.asSystem(() => tx.query<Record<string, unknown>>({ text, values })),
		}),
	};
}
