import type { Writable } from "node:stream";
import type pg from "pg";

/**
 * Statements of one turn of the event loop leave in one packet: each write of its own costs as much as a small query. A turn ends when all
 * that has arrived was looked at, requests of several clients as well as answers.
 */
export function gathering(client: pg.ClientBase): () => void {
	const { stream } = (client as unknown as { connection: { stream: Writable } }).connection;
	let corked = false;
	return () => {
		if (corked) return;
		corked = true;
		stream.cork();
		setImmediate(() => {
			corked = false;
			stream.uncork();
		});
	};
}
