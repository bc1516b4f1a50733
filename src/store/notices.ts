import pg from "pg";

/** A channel of Postgres' LISTEN, kept open over broken connections. */
export interface Notices {
	/** Whether every notice since the last call of `onNotice` would have been heard. */
	isLive(): boolean;
}

/** @param text - what was notified; undefined where notices may have been missed */
export type OnNotice = (text?: string) => void;

/** One connection that hears all channels asked for. */
export interface NoticeBoard {
	/**
	 * Hears what is notified on a channel. `onNotice` gets the notice's text; it is also called, without one, when the connection is lost or
	 * made again, since notices may have been missed, and by `tell`. Who asked first for a channel hears first.
	 *
	 * @param channel - a plain identifier
	 */
	listen(channel: string, onNotice: OnNotice): Notices & { stop(): void };
	/** Tells those who hear a channel here, and only them, without a text. */
	tell(channel: string): void;
	close(): Promise<void>;
}

/** How long to wait before the connection is tried again. */
const retryMilliseconds = 1000;

interface Channel {
	readonly hearers: Set<OnNotice>;
	live: boolean;
}

/** Connects when somebody first asks to hear something. */
export function openNotices(settings: pg.ClientConfig): NoticeBoard {
	const channels = new Map<string, Channel>();
	let client: pg.Client | undefined;
	let connecting: Promise<void> | undefined;
	let closed = false;
	let retry: NodeJS.Timeout | undefined;

	async function connect(): Promise<void> {
		const next = new pg.Client(settings);
		next.on("notification", ({ channel, payload }) => {
			for (const hear of channels.get(channel)?.hearers ?? []) hear(payload ?? "");
		});
		next.on("error", () => undefined);
		next.on("end", () => lost(next));
		client = next;
		try {
			await next.connect();
			for (const channel of [...channels.keys()]) await begin(next, channel);
		} catch {
			lost(next);
		}
	}

	async function begin(on: pg.Client, name: string): Promise<void> {
		await on.query(`listen ${name}`);
		const channel = channels.get(name);
		if (channel === undefined || closed || client !== on) return;
		channel.live = true;
		for (const hear of channel.hearers) hear();
	}

	function lost(which: pg.Client): void {
		if (client !== which) return;
		client = undefined;
		which.end().catch(() => undefined);
		for (const channel of channels.values()) {
			channel.live = false;
			for (const hear of channel.hearers) hear();
		}
		clearTimeout(retry);
		if (closed) return;
		retry = setTimeout(() => {
			connecting = connect();
		}, retryMilliseconds).unref();
	}

	return {
		listen(name, onNotice) {
			const known = channels.get(name);
			const channel = known ?? { hearers: new Set(), live: false };
			channels.set(name, channel);
			channel.hearers.add(onNotice);
			if (connecting === undefined) connecting = connect();
			else if (known === undefined && client !== undefined) {
				const on = client;
				// One statement after the other; the first waits for the connection.
				connecting = connecting.then(() => begin(on, name)).catch(() => lost(on));
			}
			return { isLive: () => channel.live, stop: () => void channel.hearers.delete(onNotice) };
		},
		tell(name) {
			for (const hear of channels.get(name)?.hearers ?? []) hear();
		},
		async close() {
			closed = true;
			clearTimeout(retry);
			await connecting;
			for (const channel of channels.values()) channel.live = false;
			const last = client;
			client = undefined;
			await last?.end().catch(() => undefined);
		},
	};
}
