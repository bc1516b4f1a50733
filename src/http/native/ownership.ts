import { Failure } from "../../fhir/failure.ts";
import type { Transaction } from "../../store/database.ts";
import { peopleOfRows } from "../../store/people-of-rows.ts";
import { getRow, type RowValues } from "../../store/rows.ts";
import { columnsOf, entityOf } from "../../tables/columns.ts";
import type { Collection } from "./descriptor.ts";

/**
 * Whose a new row is: a patient's own without saying so; others name the person.
 *
 * @throws Failure invalid | forbidden naming userId
 */
export function withOwner(collection: Collection, tx: Transaction, given: RowValues): RowValues {
	const owner = columnsOf(collection.entity).find(({ property }) => property === "userId");
	if (owner === undefined || collection.derive === "patient") return given;
	const { personRole, userId } = tx.caller;
	if (personRole === "patient") {
		if (given.userId !== undefined && given.userId !== userId) {
			throw new Failure("forbidden", "userId can only be your own", { expression: "userId" });
		}
		return { ...given, userId };
	}
	if (owner.nullable) return personRole === "admin" ? given : { userId, ...given };
	if (typeof given.userId !== "number") {
		throw new Failure("invalid", "userId is missing: name the patient the row is about", { expression: "userId" });
	}
	return given;
}

/**
 * Refuses references to rows the caller does not see (the database alone would only check that they exist), and to rows of another
 * person than the row itself is about.
 *
 * @throws Failure invalid naming each reference, alike whether the row exists or not
 */
export async function checkReferences(
	collection: Collection,
	tx: Transaction,
	changes: RowValues,
	row: RowValues,
): Promise<void> {
	const issues = [];
	for (const { property, references } of columnsOf(collection.entity)) {
		const id = changes[property];
		const entity = references === undefined ? undefined : entityOf(references);
		if (entity === undefined || typeof id !== "number") continue;
		if (collection.derive === "patient" && (property === "therapistId" || property === "userId")) continue;
		const target = await getRow(tx, entity, id);
		const owner = target?.userId;
		const ofAnother = typeof owner === "number" && typeof row.userId === "number" && owner !== row.userId;
		if (target === undefined || ofAnother) {
			issues.push({
				code: "invalid",
				expression: property,
				diagnostics: `${property} names nothing that can be used here`,
			});
		}
	}
	if (issues.length > 0) throw new Failure("invalid", issues);
}

/** users.id of the persons some rows are about, for the access log. */
export async function peopleOf(
	tx: Transaction,
	{ derive, entity }: Collection,
	rows: readonly RowValues[],
): Promise<number[]> {
	if (derive !== "account") return peopleOfRows(tx, entity, rows);
	return rows.map(({ id }) => id).filter((id) => typeof id === "number");
}
