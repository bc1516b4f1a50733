import { AsyncLocalStorage } from "node:async_hooks";

const current = new AsyncLocalStorage<string>();

/** Runs `work`, and everything it starts, as part of the request with this id. */
export function withRequestId<T>(id: string, work: () => T): T {
	return current.run(id, work);
}

/** Id of the request being answered; empty outside requests. */
export function currentRequestId(): string {
	return current.getStore() ?? "";
}
