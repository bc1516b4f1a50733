import { CalendarError } from "../../calendar/calendar-error.ts";
import { checkSeries } from "../../calendar/check-series.ts";
import { parseExceptions } from "../../calendar/exceptions.ts";
import { parseRule } from "../../calendar/parse-rule.ts";
import { Failure } from "../../fhir/failure.ts";
import { defaultCalendars } from "../../store/change/people.ts";
import type { Transaction } from "../../store/database.ts";
import { personZone } from "../../store/person-zone.ts";
import { getRow, type RowValues } from "../../store/rows.ts";
import { CalendarEvents } from "../../tables/calendar-events.ts";
import { Users } from "../../tables/users.ts";

/**
 * Completes and checks an event about to be stored: one without a calendar goes to the person's default one; its rule and exceptions
 * must be such that something can be made of them, and it may stand under a series only, not under itself.
 *
 * @param before the event as it is, when it is there
 * @throws Failure invalid naming the property
 */
export async function completeEvent(
	tx: Transaction,
	changes: RowValues,
	before: RowValues | undefined,
): Promise<RowValues> {
	const event = { ...before, ...changes };
	checkTimes(event);
	if (wants(changes, "recurrenceRule", "recurrenceException", "isAllDay", "startTime"))
		await checkRecurrence(tx, event);
	if (typeof changes.parentEventId === "number") await checkParent(tx, event, changes.parentEventId);
	if (event.calendarId !== undefined || typeof event.userId !== "number") return changes;
	// Who may not be seen is told like who is not there, with all other references.
	if ((await getRow(tx, Users, event.userId)) === undefined) return changes;
	const calendars = await defaultCalendars(tx, [event.userId]);
	return { ...changes, calendarId: calendars.get(event.userId) };
}

function wants(changes: RowValues, ...properties: readonly string[]): boolean {
	return properties.some((property) => changes[property] !== undefined);
}

function checkTimes({ startTime, endTime }: RowValues): void {
	if (typeof startTime !== "string" || typeof endTime !== "string") return;
	if (Date.parse(endTime) < Date.parse(startTime)) throw invalid("endTime", "is before startTime");
}

async function checkRecurrence(tx: Transaction, event: RowValues): Promise<void> {
	const { recurrenceRule, recurrenceException, startTime, isAllDay, userId } = event;
	if (typeof recurrenceException === "string") {
		await named("recurrenceException", () => parseExceptions(recurrenceException));
	}
	if (typeof recurrenceRule !== "string" || typeof startTime !== "string") return;
	const zone = await personZone(tx, userId as number);
	await named("recurrenceRule", () =>
		checkSeries({ rule: parseRule(recurrenceRule), start: Date.parse(startTime), isAllDay: isAllDay === true, zone }),
	);
}

/** Runs a check; what it says of the calendar is said of the property. */
async function named(property: string, check: () => unknown): Promise<void> {
	try {
		check();
	} catch (error) {
		if (error instanceof CalendarError) throw invalid(property, `cannot be used: ${error.message}`);
		throw error;
	}
}

async function checkParent(tx: Transaction, event: RowValues, parentId: number): Promise<void> {
	const parent = await getRow(tx, CalendarEvents, parentId);
	// What may not be seen is told like what is not there, with all other references.
	if (parent === undefined) return;
	if (parentId === event.id) throw invalid("parentEventId", "names the event itself");
	if (parent.parentEventId !== null) throw invalid("parentEventId", "names one occurrence; it takes the series");
	if (typeof event.recurrenceRule === "string")
		throw invalid("recurrenceRule", "is not for one occurrence of a series");
}

function invalid(property: string, what: string): Failure {
	return new Failure("invalid", `${property} ${what}`, { expression: property });
}
