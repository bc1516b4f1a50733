import { Failure } from "../../fhir/failure.ts";
import { completeEvent } from "../../native/events/check-event.ts";
import type { Transaction } from "../../store/database.ts";
import { isPatientAccount, isTherapistAccount } from "../../store/patient-link.ts";
import type { RowValues } from "../../store/rows.ts";
import type { Collection } from "./descriptor.ts";

/** What extra steps need from outside. */
export interface DeriveTools {
	readonly hashPassword: (password: string) => Promise<string>;
	/** Today's date in UTC. */
	readonly today: () => Temporal.PlainDate;
}

/** Completes values about to be stored: a patient's name and therapist, an account's password hash, an event's calendar. */
export async function deriveForWrite(
	collection: Collection,
	tx: Transaction,
	changes: RowValues,
	before: RowValues | undefined,
	tools: DeriveTools,
): Promise<RowValues> {
	if (collection.derive === "account") return account(changes, tools);
	if (collection.derive === "patient") return patient(tx, changes, before);
	if (collection.derive === "event") return completeEvent(tx, changes, before);
	return changes;
}

async function account(changes: RowValues, tools: DeriveTools): Promise<RowValues> {
	const { password } = changes;
	return typeof password === "string" ? { ...changes, password: await tools.hashPassword(password) } : changes;
}

async function patient(tx: Transaction, changes: RowValues, before: RowValues | undefined): Promise<RowValues> {
	const after = { ...before, ...changes };
	const completed = { ...changes };
	if (before === undefined && tx.caller.personRole === "therapist") completed.therapistId ??= tx.caller.userId;
	if (completed.therapistId === undefined && before === undefined) throw missing("therapistId");
	if (
		tx.caller.personRole === "therapist" &&
		completed.therapistId !== undefined &&
		completed.therapistId !== tx.caller.userId
	) {
		throw new Failure("forbidden", "therapistId can only be your own", { expression: "therapistId" });
	}
	const parts = [after.firstName, after.lastName].filter((part) => typeof part === "string" && part !== "");
	if (after.name === undefined || changes.name === null) {
		if (parts.length === 0) throw missing("name");
		completed.name = parts.join(" ");
	}
	const { userId, therapistId } = changes;
	if (typeof therapistId === "number" && therapistId !== before?.therapistId && tx.caller.role === "system") {
		if (!(await isTherapistAccount(tx, therapistId))) {
			throw new Failure("invalid", "therapistId names no therapist", { expression: "therapistId" });
		}
	}
	if (typeof userId === "number" && userId !== before?.userId && !(await isPatientAccount(tx, userId))) {
		throw new Failure("invalid", "userId names nothing that can be used here", { expression: "userId" });
	}
	return completed;
}

function missing(property: string): Failure {
	return new Failure("invalid", `${property} is missing`, { expression: property });
}

/** A row as it is shown: what depends on today is computed, JSON columns are values. */
export function deriveForRead(collection: Collection, row: RowValues, tools: DeriveTools): RowValues {
	if (collection.derive !== "patient") return row;
	return {
		...row,
		age: wholeSince(row.dateOfBirth, "years", tools) ?? row.age,
		postOpWeek: wholeSince(row.surgeryDate, "weeks", tools) ?? row.postOpWeek,
	};
}

/** Whole years or weeks from a date to today; undefined without a date or before it. */
function wholeSince(date: unknown, unit: "years" | "weeks", { today }: DeriveTools): number | undefined {
	if (typeof date !== "string") return undefined;
	const passed = Temporal.PlainDate.from(date).until(today(), { largestUnit: unit })[unit];
	return passed < 0 ? undefined : passed;
}
