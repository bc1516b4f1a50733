import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../../src/seed/random.ts";
import type { Session } from "../../support/server.ts";
import { accessesOf, checkChains, checkHistory, hasHappened, rememberOwners, type Wrong } from "./inspect.ts";
import { acknowledge, perform } from "./intake.ts";
import { type Chain, type Ledger, type Operation, stand } from "./ledger.ts";
import type { RoundFigures } from "./report.ts";
import type { Kill, Victim } from "./victim.ts";

/** What a round is settled with. */
export interface Settling {
	readonly session: Session;
	readonly ledger: Ledger;
	readonly random: Random;
}

/**
 * Finds out what became of every request of a round after its kill, and holds it against what was promised: the acknowledged is whole, the
 * rest whole or absent, each with its entry in the access log; what has a key can be asked again and is there once.
 */
export async function settle(
	{ session, ledger, random }: Settling,
	{ owner }: Pick<Victim, "owner">,
	kill: Kill,
	wrong: Wrong,
): Promise<Omit<RoundFigures, "kill">> {
	const { operations, reads } = ledger;
	rememberOwners(operations);
	const unanswered = operations.filter(({ acknowledged }) => !acknowledged);
	const happened = new Set<Operation>();
	for (const operation of unanswered) if (await happenedWhole(session, operation, wrong)) happened.add(operation);
	await checkAccess(owner, operations, happened, wrong);
	const lostReads = reads.length - (await accessesOf(owner, reads)).size;
	// What only PostgreSQL's memory had is gone with it; nothing else may be.
	if (lostReads > 0 && kill === "server") wrong(`the access log lost ${lostReads} of ${reads.length} reads`);
	let repeated = 0;
	for (const operation of unanswered) {
		const again = operation.key !== undefined && (random.chance(0.8) || !operation.atomic);
		if (again && (await repeat(session, operation, happened.has(operation), wrong))) repeated++;
		else if (happened.has(operation)) for (const step of operation.steps) stand(step);
		for (const { chain } of operation.steps) chain.busy = false;
	}
	const touched = [...new Set(operations.flatMap(({ steps }) => steps.map(({ chain }) => chain)))].filter(isKnown);
	const older = Array.from({ length: 30 }, () => random.pick(ledger.chains)).filter(isKnown);
	await checkChains(session, [...new Set([...touched, ...older])], wrong);
	for (const chain of touched) if (random.chance(0.2)) await checkHistory(session, chain, wrong);
	const counts = {
		sent: operations.length,
		answered: operations.length - unanswered.length,
		whole: happened.size,
		absent: unanswered.length - happened.size,
		repeated,
		reads: reads.length,
		lostReads,
	};
	const line = `${counts.answered} of ${counts.sent} writes answered, ${counts.whole} more whole, ${counts.absent} absent, ${repeated} repeated`;
	return { ...counts, line };
}

/** Whether an unanswered request was done; a half is wrong. */
async function happenedWhole(session: Session, operation: Operation, wrong: Wrong): Promise<boolean> {
	const { token, method, path, steps, atomic } = operation;
	const done: boolean[] = [];
	for (const step of steps) done.push(await hasHappened(session, step, wrong));
	const count = done.filter(Boolean).length;
	if (atomic && count > 0 && count < done.length)
		wrong(`${method} ${path} (${token}): ${count} of ${done.length} done`);
	return count === done.length;
}

/** Every write that happened has its entry, and none that did not. */
async function checkAccess(
	owner: Victim["owner"],
	operations: readonly Operation[],
	happened: ReadonlySet<Operation>,
	wrong: Wrong,
): Promise<void> {
	const known = await accessesOf(
		owner,
		operations.map(({ token }) => token),
	);
	for (const operation of operations) {
		const { token, steps, acknowledged, atomic } = operation;
		const names = known.get(token);
		if (!acknowledged && !happened.has(operation)) {
			if (names !== undefined && atomic) wrong(`${token}: in the access log, but it never happened`);
			continue;
		}
		for (const { chain } of steps) {
			if (names?.includes(`${chain.type}/${chain.id}`) !== true) {
				wrong(`${token}: ${chain.type}/${chain.id} is not in the access log`);
			}
		}
	}
}

/** Asks again under the same key: it must work, and must not do again what was done. */
async function repeat(session: Session, operation: Operation, isDone: boolean, wrong: Wrong): Promise<boolean> {
	const { token, steps } = operation;
	const before = steps.map(({ chain }) => chain.id);
	const answer = await patiently(session, operation);
	if (answer.status >= 400) {
		wrong(`${token}: asked again, ${answer.status} ${answer.text}`);
		return false;
	}
	if (isDone && operation.atomic && answer.headers.get("idempotent-replayed") !== "true") {
		wrong(`${token}: was done, and done again when asked again`);
	}
	for (const { chain } of steps) if (isNew(chain)) chain.id = undefined;
	acknowledge(operation, answer);
	for (const [at, { chain }] of steps.entries()) {
		if (before[at] !== undefined && before[at] !== chain.id) {
			wrong(`${token}: was ${before[at]}, and ${chain.id} when asked again`);
		}
	}
	return true;
}

/** A server that has just started may still be told that the request it repeats is under way. */
async function patiently(session: Session, operation: Operation) {
	for (let attempt = 1; ; attempt++) {
		const answer = await perform(session, operation);
		if (![409, 503].includes(answer.status) || answer.headers.get("retry-after") === null || attempt === 5)
			return answer;
		await sleep(200);
	}
}

function isNew({ versions }: Chain): boolean {
	return versions.length === 0;
}

function isKnown({ id, busy }: Chain): boolean {
	return id !== undefined && !busy;
}
