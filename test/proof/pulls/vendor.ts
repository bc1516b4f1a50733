import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { StravaActivity } from "../../../src/devices/sandbox/strava-activities.ts";

/** When a server is killed: by the vendor's side, as only that knows when an answer has left. */
export interface Trap {
	/** Which request springs it: a page of a list, one record, a refresh of tokens; any of Polar's. */
	readonly at: "list" | "detail" | "token" | "polar";
	/** The how-manieth of them from now; 1 is the next. */
	readonly nth: number;
	/** Before it is answered; else so long after its answer was sent. */
	readonly before?: boolean;
	readonly afterMilliseconds?: number;
	/** All servers, not only the one that asked. */
	readonly both?: boolean;
}

/** What the vendor's process is told; several things at once. */
export interface Order {
	readonly number: number;
	/** The servers' processes, by the name in their address of the vendor. */
	readonly pids?: Readonly<Record<string, number>>;
	readonly trap?: Trap | null;
	/** Whether a refresh token whose answer was lost gets the same answer again. Strava's do not. */
	readonly forgives?: boolean;
	/** Strava's clock: access tokens end. */
	readonly advanceMilliseconds?: number;
	/** All that an athlete has from now on. */
	readonly athlete?: { readonly id: number; readonly activities: readonly StravaActivity[] };
}

/** The vendors' process. */
export interface Vendor {
	/** The address of a vendor for a server of this name. */
	base(server: string, vendor: "strava" | "polar"): string;
	/** Resolves when it is done. */
	tell(order: Omit<Order, "number">): Promise<void>;
	/** Resolves with the names of who is killed when the trap springs, from now on. */
	killed(): Promise<readonly string[]>;
	stop(): Promise<void>;
}

/** Starts the vendors' process. */
export async function startVendor(): Promise<Vendor> {
	const program = fileURLToPath(new URL("vendor-program.ts", import.meta.url));
	const child = fork(program, [], { env: { PATH: process.env.PATH ?? "" }, execArgv: [] });
	const [{ port }] = (await once(child, "message")) as [{ port: number }];
	let count = 0;
	const waiting = new Map<number, () => void>();
	let sprung = Promise.withResolvers<readonly string[]>();
	child.on("message", (message: { done?: number; killed?: readonly string[] }) => {
		if (message.killed !== undefined) sprung.resolve(message.killed);
		if (message.done !== undefined) waiting.get(message.done)?.();
	});
	return {
		base: (server, vendor) => `http://127.0.0.1:${port}/${server}/${vendor}`,
		async tell(order) {
			const number = ++count;
			const { promise, resolve } = Promise.withResolvers<void>();
			waiting.set(number, resolve);
			child.send({ ...order, number } satisfies Order);
			await promise;
			waiting.delete(number);
		},
		killed() {
			sprung = Promise.withResolvers();
			return sprung.promise;
		},
		async stop() {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, "exit");
			child.disconnect();
			await gone;
		},
	};
}
