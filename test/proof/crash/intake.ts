import type { Session } from "../../support/server.ts";
import { type Operation, stand } from "./ledger.ts";
import { someWrite, type Writer } from "./writes.ts";

/** How an intake went until it was stopped. */
export interface Intake {
	/** Stops asking for more; resolves when every request under way has ended, one way or the other. */
	stop(): Promise<void>;
}

/** What happens on the way. */
export interface IntakeEvents {
	/** An answer has come; given the number of those so far. */
	onAnswer(count: number): void;
	/** An answer nobody should get, in words. */
	onWrong(problem: string): void;
}

/** Writes and reads by several clients at once, each one request after the other, all of it in the writer's ledger. */
export function startIntake(session: Session, writer: Writer, clients: number, events: IntakeEvents): Intake {
	let stopped = false;
	let answers = 0;
	const client = async (): Promise<void> => {
		while (!stopped) {
			const ok = writer.random.chance(0.15) ? await readOne() : await writeOne();
			if (ok) events.onAnswer(++answers);
			// Whoever is refused by a server that is gone does not ask again at once.
			else await new Promise((resolve) => setTimeout(resolve, 20));
		}
	};
	const running = Array.from({ length: clients }, client);

	async function writeOne(): Promise<boolean> {
		const operation = someWrite(writer);
		writer.ledger.operations.push(operation);
		const answer = await perform(session, operation).catch(() => undefined);
		// 503 says: nothing is known of what was under way.
		if (answer === undefined || answer.status === 503) return false;
		if (answer.status >= 400) {
			events.onWrong(`${operation.method} ${operation.path} (${operation.token}): ${answer.status} ${answer.text}`);
			return false;
		}
		acknowledge(operation, answer);
		return true;
	}

	async function readOne(): Promise<boolean> {
		const { patient } = writer.random.pick(writer.subjects);
		const token = writer.newToken();
		const path = `/fhir/Observation?patient=${patient}&_count=5`;
		const answer = await session.get(path, { "x-request-id": token }).catch(() => undefined);
		if (answer === undefined || answer.status === 503) return false;
		if (answer.status === 200) writer.ledger.reads.push(token);
		else events.onWrong(`GET ${path}: ${answer.status} ${answer.text}`);
		return true;
	}

	return {
		async stop() {
			stopped = true;
			await Promise.all(running);
		},
	};
}

/** Sends an operation, for the first time or again. */
export function perform(session: Session, { method, path, body, token, key }: Operation) {
	const headers = { "x-request-id": token, ...(key === undefined ? {} : { "idempotency-key": key }) };
	if (method === "DELETE") return session.delete(path, headers);
	if (method === "PUT") return session.put(path, body, headers);
	return method === "PATCH" ? session.patch(path, body, headers) : session.post(path, body, headers);
}

/** Writes down what an answer tells. */
export function acknowledge(operation: Operation, answer: Awaited<ReturnType<typeof perform>>): void {
	operation.acknowledged = true;
	for (const [at, step] of operation.steps.entries()) {
		const location: string = answer.body?.entry?.[at]?.response?.location ?? answer.headers.get("location") ?? "";
		stand(step, /\/(?:fhir|api)\/[A-Za-z-]+\/([^/]+)/.exec(location)?.[1]);
		step.chain.busy = false;
	}
}
