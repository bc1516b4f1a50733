import type { Chunk, SeedValue } from "./chunk.ts";
import { calendarStamp, type Day, dayFrom, timeAt } from "./days.ts";
import { enteredAt, type Person } from "./person.ts";
import type { Random } from "./random.ts";
import type { Session } from "./training.ts";

/** Days after the operation on which the clinic wants to see somebody: title, days, hour, minutes it takes. */
const visits = [
	["Pre-operative assessment", -7, 9, 90],
	["Surgeon: wound check", 14, 10, 30],
	["Cardiologist: first visit", 42, 11, 45],
	["Echocardiogram", 60, 14, 40],
	["Cardiologist: follow-up", 90, 11, 30],
	["Stress test", 120, 9, 60],
	["Cardiologist: half a year", 182, 11, 30],
	["Cardiologist: one year", 365, 11, 30],
] as const;

/** Adds the calendars of a patient, exactly one of them the default, and their events: visits, series, sessions, whole days. */
export function addCalendar(chunk: Chunk, person: Person, sessions: readonly Session[]): void {
	const random = person.random.fork("calendar");
	const [first = person.today] = person.days;
	const stamps = enteredAt(person, timeAt(first, 9 * 60));
	const calendar = (name: string, color: string, isDefault: boolean): number =>
		chunk.add("calendars", {
			userId: person.userId,
			name,
			color,
			description: isDefault ? "Everything about the recovery" : "Training at home and in the centre",
			isDefault,
			isVisible: true,
			...stamps,
		});
	const main = calendar("Recovery", "#1f6feb", true);
	const exercise = calendar("Exercise", "#2da44e", false);
	addVisits(chunk, person, random, main);
	addSurgeryDay(chunk, person, main);
	addMedicationReminder(chunk, person, main);
	addClass(chunk, person, exercise);
	for (const session of sessions) {
		// A calendar with every session of every day hides what matters: the first of each second day is enough.
		if (session.day.index % 2 === 1 || session.startMinutes > 12 * 60) continue;
		const values = { title: session.name, category: "exercise", location: "Home", color: "#2da44e" };
		const status = session.isDone ? "completed" : "cancelled";
		addEvent(chunk, person, exercise, session.day, [session.startMinutes, session.durationMinutes], {
			...values,
			status,
		});
	}
}

function addVisits(chunk: Chunk, person: Person, random: Random, calendarId: number): void {
	for (const [title, sinceSurgery, hour, minutes] of visits) {
		let day = dayFrom(person.today, person.timeZone, sinceSurgery - person.today.sinceSurgery);
		if (day.isWeekend) day = dayFrom(day, person.timeZone, 2);
		if (day.index < -60 || day.index > person.days.length + 100) continue;
		const isPast = Date.parse(timeAt(day, hour * 60 + minutes)) < person.now.getTime();
		const status = isPast ? (random.chance(0.9) ? "completed" : "cancelled") : "pending";
		const description = `${title} after ${person.surgery.type}`;
		const location = `Heart Center, room ${random.int(101, 130)}`;
		const values = { title, description, category: "appointment", location, status };
		addEvent(chunk, person, calendarId, day, [hour * 60, minutes], values);
	}
}

function addSurgeryDay(chunk: Chunk, person: Person, calendarId: number): void {
	const day = dayFrom(person.today, person.timeZone, -person.today.sinceSurgery);
	const values = { title: person.surgery.type, category: "surgery", location: "University Hospital", isAllDay: true };
	addEvent(chunk, person, calendarId, day, [0, 24 * 60 - 1], { ...values, status: "completed" });
}

function addMedicationReminder(chunk: Chunk, person: Person, calendarId: number): void {
	const [first = person.today] = person.days;
	const values = {
		title: "Evening medication",
		category: "medication",
		recurrenceRule: "FREQ=DAILY",
		status: "pending",
	};
	addEvent(chunk, person, calendarId, first, [20 * 60, 10], values);
}

/**
 * The class three times a week, from the third week after the operation for twelve weeks, with one date left out and one
 * moved to the afternoon: an event of its own under the series, which says what time it stands for and which the rule leaves out.
 */
function addClass(chunk: Chunk, person: Person, calendarId: number): void {
	let start = dayFrom(person.today, person.timeZone, 15 - person.today.sinceSurgery);
	while (new Date(`${start.date}T00:00:00Z`).getUTCDay() !== 1) start = dayFrom(start, person.timeZone, 1);
	const cancelled = dayFrom(start, person.timeZone, 9);
	const moved = dayFrom(start, person.timeZone, 14);
	const values = {
		title: "Cardiac rehabilitation class",
		category: "exercise",
		location: "Rehabilitation center",
		color: "#2da44e",
	};
	const isOver = start.index + 84 < person.days.length;
	const parentEventId = addEvent(chunk, person, calendarId, start, [9 * 60, 60], {
		...values,
		description: "Supervised training with monitoring",
		status: isOver ? "completed" : "pending",
		recurrenceRule: "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=36",
		recurrenceException: [cancelled, moved].map((day) => calendarStamp(timeAt(day, 9 * 60))).join(","),
	});
	const isPast = Date.parse(timeAt(moved, 15 * 60)) < person.now.getTime();
	const status = isPast ? "completed" : "pending";
	const stands = { parentEventId, recurrenceException: calendarStamp(timeAt(moved, 9 * 60)) };
	addEvent(chunk, person, calendarId, moved, [14 * 60, 60], { ...values, ...stands, description: "Moved", status });
}

function addEvent(
	chunk: Chunk,
	person: Pick<Person, "userId" | "now">,
	calendarId: number,
	day: Day,
	[startMinutes, minutes]: readonly [number, number],
	values: Readonly<Record<string, SeedValue>>,
): number {
	const startTime = timeAt(day, startMinutes);
	const planned = new Date(Math.min(Date.parse(startTime) - 7 * 86_400_000, person.now.getTime())).toISOString();
	const isOver = Date.parse(startTime) < person.now.getTime() && values.recurrenceRule === undefined;
	return chunk.add("calendar_events", {
		calendarId,
		userId: person.userId,
		startTime,
		endTime: timeAt(day, startMinutes + minutes),
		isAllDay: false,
		// Every row has the same properties, as one statement inserts them all.
		description: null,
		location: null,
		color: null,
		recurrenceRule: null,
		recurrenceException: null,
		parentEventId: null,
		...values,
		createdAt: planned,
		updatedAt: isOver ? startTime : planned,
	});
}
