/** Something in a rule, an exception list or a calendar file is wrong; the message is for whoever wrote it. */
export class CalendarError extends Error {
	override readonly name = "CalendarError";
}

/** Expanding would take more work than is allowed. */
export class CalendarTooCostlyError extends Error {
	override readonly name = "CalendarTooCostlyError";
}
