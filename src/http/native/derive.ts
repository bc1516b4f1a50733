import { zoneOf } from "../../calendar/civil-time.ts";
import type { ConnectionSecrets } from "../../devices/access.ts";
import { readSettings } from "../../devices/settings.ts";
import type { VendorName } from "../../devices/vendor.ts";
import { Failure } from "../../fhir/failure.ts";
import { completeEvent } from "../../native/events/check-event.ts";
import { ageOn, postOpWeekOn } from "../../native/recovery.ts";
import { hasRole, refuseWhileDataOf, refuseWhilePatients } from "../../store/care.ts";
import type { Transaction } from "../../store/database.ts";
import type { RowValues } from "../../store/rows.ts";
import type { Collection } from "./descriptor.ts";
import { zoneKey } from "./located.ts";

/** What extra steps need from outside. */
export interface DeriveTools {
	readonly hashPassword: (password: string) => Promise<string>;
	readonly now: () => Temporal.Instant;
	/** Seals what is secret in the settings of a device connection (devices/access.ts). */
	readonly keepDeviceSecrets: (tx: Transaction, id: number, secrets: ConnectionSecrets) => Promise<void>;
}

/** Completes values about to be stored: a patient's name and therapist, an account's password hash, an event's calendar, a device's secrets. */
export async function deriveForWrite(
	collection: Collection,
	tx: Transaction,
	changes: RowValues,
	before: RowValues | undefined,
	tools: DeriveTools,
): Promise<RowValues> {
	if (collection.derive === "account") return account(tx, changes, before, tools);
	if (collection.derive === "patient") return patient(tx, changes, before);
	if (collection.derive === "event") return completeEvent(tx, changes, before);
	if (collection.derive === "device") return device(tx, changes, before, tools);
	return changes;
}

async function device(
	tx: Transaction,
	changes: RowValues,
	before: RowValues | undefined,
	tools: DeriveTools,
): Promise<RowValues> {
	if (changes.settings === undefined || before === undefined) return changes;
	const sent: unknown = typeof changes.settings === "string" ? JSON.parse(changes.settings) : changes.settings;
	const { settings, secrets } = readSettings(before.deviceType as VendorName, sent, false);
	if (secrets !== undefined) await tools.keepDeviceSecrets(tx, before.id as number, secrets);
	return { ...changes, settings: settings === null ? null : JSON.stringify(settings) };
}

async function account(
	tx: Transaction,
	changes: RowValues,
	before: RowValues | undefined,
	tools: DeriveTools,
): Promise<RowValues> {
	const { password, role } = changes;
	if (before?.role === "therapist" && role !== undefined && role !== "therapist")
		await refuseWhilePatients(tx, before.id as number);
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
	const { userId } = changes;
	if (typeof userId === "number" && userId !== before?.userId && !(await hasRole(tx, userId, "patient")))
		throw unusable("userId");
	if (typeof completed.therapistId === "number" && !(await hasRole(tx, completed.therapistId, "therapist")))
		throw unusable("therapistId");
	return completed;
}

function unusable(property: string): Failure {
	return new Failure("invalid", `${property} names nothing that can be used here`, { expression: property });
}

function missing(property: string): Failure {
	return new Failure("invalid", `${property} is missing`, { expression: property });
}

/** Refuses to delete what others depend on beyond the database's keys: a patient's profile while there are data. @throws Failure conflict */
export async function checkDeletion({ derive }: Collection, tx: Transaction, { userId }: RowValues): Promise<void> {
	if (derive === "patient" && typeof userId === "number") await refuseWhileDataOf(tx, userId);
}

/** A row as it is shown: what depends on today where the person lives (located.ts) is computed, JSON columns are values. */
export function deriveForRead(collection: Collection, row: RowValues, tools: DeriveTools): RowValues {
	if (collection.derive !== "patient") return row;
	const today = tools.now().toZonedDateTimeISO(zoneOf(row[zoneKey])).toPlainDate();
	return {
		...row,
		age: ageOn(today, row.dateOfBirth) ?? row.age,
		postOpWeek: postOpWeekOn(today, row.surgeryDate) ?? row.postOpWeek,
	};
}
