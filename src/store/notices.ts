import pg from "pg";

/** A channel of Postgres' LISTEN, kept open over broken connections. */
export interface Notices {
	/** Whether every notice since the last call of `onNotice` would have been heard. */
	isLive(): boolean;
	close(): Promise<void>;
}

/** @param text - what was notified; undefined where notices may have been missed */
export type OnNotice = (text?: string) => void;

/** How long to wait before the connection is tried again. */
const retryMilliseconds = 1000;

/**
 * Hears what is notified on a channel. `onNotice` gets the notice's text; it is also called, without one, when the connection is lost or
 * made again, since notices may have been missed.
 *
 * @param channel - a plain identifier
 */
export function listen(settings: pg.ClientConfig, channel: string, onNotice: OnNotice): Notices {
	let client: pg.Client | undefined;
	let live = false;
	let closed = false;
	let retry: NodeJS.Timeout | undefined;

	async function connect(): Promise<void> {
		const next = new pg.Client(settings);
		client = next;
		next.on("notification", ({ payload }) => onNotice(payload ?? ""));
		next.on("error", () => undefined);
		next.on("end", lost);
		try {
			await next.connect();
			await next.query(`listen ${channel}`);
			live = !closed;
			onNotice();
		} catch {
			lost();
		}
	}

	function lost(): void {
		live = false;
		onNotice();
		clearTimeout(retry);
		if (!closed) retry = setTimeout(() => void connect(), retryMilliseconds).unref();
	}

	const connecting = connect();
	return {
		isLive: () => live,
		async close() {
			closed = true;
			live = false;
			clearTimeout(retry);
			await connecting;
			await client?.end().catch(() => undefined);
		},
	};
}
