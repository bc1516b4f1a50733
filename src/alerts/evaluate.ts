import type { Transaction } from "../store/database.ts";
import { type Announce, carryOut } from "./carry-out.ts";
import type { Concern } from "./concern.ts";
import { decide } from "./decide.ts";
import type { Written } from "./reading.ts";
import { situationsOf } from "./situations.ts";
import type { Known } from "./watch.ts";

/** Looks at rules for people and does what follows, within a transaction as the system. Set-based: the statements do not grow with the rows. */
export async function evaluate(
	tx: Transaction,
	concerns: readonly Concern[],
	written: readonly Written[],
	known: Known,
	now: number,
	announce: Announce,
): Promise<void> {
	const situations = await situationsOf(tx, concerns, written, known, now);
	const decided = situations.map(({ concern, situation }) => ({
		concern,
		decision: decide(situation),
		standing: situation.standing,
		quietAlertId: situation.quiet?.alertId,
	}));
	await carryOut(tx, decided, known, now, announce);
}
