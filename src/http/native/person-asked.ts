import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { getRow } from "../../store/rows.ts";
import { Users } from "../../tables/users.ts";

/**
 * users.id of the person a request is about (`?userId=`, schema/parameters.ts): a patient is it without saying so; therapists and
 * admins name whom they mean.
 *
 * @throws Failure invalid - nobody named; not-found - nobody there whose data the caller may see
 */
export async function personAsked(tx: Transaction, userId: number | undefined): Promise<number> {
	const { caller } = tx;
	if (caller.personRole === "patient" && (userId ?? caller.userId) === caller.userId) return caller.userId;
	if (userId === undefined) {
		const message = "query parameter userId is missing: name the patient it is about";
		throw new Failure("invalid", message, { expression: "userId" });
	}
	// A patient sees the account of their therapist, but nothing that is about them.
	const there = caller.personRole !== "patient" && (await getRow(tx, Users, userId)) !== undefined;
	if (!there) throw new Failure("not-found", "There is no such person");
	return userId;
}
