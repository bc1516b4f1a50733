import type { Chunk } from "./chunk.ts";
import { type Course, courseTowards } from "./course.ts";
import { addDays, type Day, dayFrom, lastDays, timeAt, timeMs } from "./days.ts";
import { doctors, firstNames, lastNames, phoneNumber, places } from "./names.ts";
import { patientRow } from "./patient-row.ts";
import type { Random } from "./random.ts";
import { type Surgery, surgeries } from "./surgeries.ts";

/** What makes a person's data: who they are, when they were operated on, how they heal, and the days to fill. */
export interface Person {
	readonly random: Random;
	readonly now: Date;
	readonly userId: number;
	readonly patientId: number;
	readonly name: string;
	readonly timeZone: string;
	readonly surgery: Surgery;
	readonly surgeryDate: string;
	/** The days to fill, the last one being today. */
	readonly days: readonly Day[];
	readonly today: Day;
	readonly course: Course;
	readonly restingHeartRate: number;
	/** Chance that something planned is done, 0-1; weekends take some off. */
	readonly diligence: number;
	readonly cardiologist: (typeof doctors)[number];
}

/** What is decided about a patient from outside. */
export interface Admission {
	readonly random: Random;
	readonly now: Date;
	/** Days of data, 1 or more, up to today. */
	readonly dayCount: number;
	/** Position among the patients made together; spreads names, operations and progress. */
	readonly position: number;
	readonly email: string;
	/** bcrypt hash, null for an account that cannot sign in. */
	readonly passwordHash: string | null;
	readonly therapistId: number;
}

/** How many days ago each patient in turn was operated on, so that every phase of recovery is there from the first dozen on. */
const daysSinceSurgeryInTurn = [120, 34, 165, 11, 78, 240, 55, 150, 20, 95, 400, 3] as const;

/** Adds the user and patient rows of one person and gives what the rest of their data follows from. */
export function addPerson(chunk: Chunk, admission: Admission): Person {
	const { now, dayCount, position, email } = admission;
	const random = admission.random.fork("person");
	const place = places[position % places.length] ?? places[0];
	const timeZone = place.timeZone;
	const [firstName, gender] = firstNames[position % firstNames.length] ?? firstNames[0];
	const lastName = lastNames[(position * 5 + 2) % lastNames.length] ?? lastNames[0];
	const daysSinceSurgery = daysSinceSurgeryInTurn[position % daysSinceSurgeryInTurn.length] ?? 90;
	const days = lastDays(now, timeZone, dayCount, daysSinceSurgery);
	const today = days[days.length - 1];
	if (today === undefined) throw new RangeError("a person needs at least one day");
	const surgery = surgeries[position % surgeries.length] ?? surgeries[0];
	const baseline = {
		systolic: random.int(114, 126),
		diastolic: random.int(70, 79),
		heartRate: random.int(58, 70),
		weight: gender === "female" ? random.int(128, 182) : random.int(158, 224),
	};
	const enrolledAt = timeAt(
		dayFrom(today, timeZone, -Math.max(dayCount, daysSinceSurgery + 14)),
		10 * 60 + random.int(0, 59),
	);
	const cardiologist = random.pick(doctors.filter((doctor) => doctor.specialty === "Cardiology"));
	const name = `${firstName} ${lastName}`;
	const phone = phoneNumber(random);
	const relative = `${random.pick(firstNames)[0]} ${lastName}`;
	const userId = chunk.add("users", {
		email,
		password: admission.passwordHash,
		name,
		phoneNumber: phone,
		emergencyContact: relative,
		emergencyPhone: phoneNumber(random),
		doctorName: cardiologist.name,
		doctorPhone: phoneNumber(random),
		timezone: timeZone,
		role: "patient",
		createdAt: enrolledAt,
		updatedAt: enrolledAt,
	});
	const surgeryDate = addDays(today.date, -daysSinceSurgery);
	const identity = { firstName, lastName, name, gender, email, phone, relative };
	const stay = { surgery, surgeryDate, daysSinceSurgery, baseline, enrolledAt };
	const row = patientRow(random, {
		therapistId: admission.therapistId,
		userId,
		place,
		identity,
		stay,
		today: today.date,
	});
	const patientId = chunk.add("patients", row);
	return {
		random: admission.random,
		now,
		userId,
		patientId,
		name,
		timeZone,
		surgery,
		surgeryDate,
		days,
		today,
		course: courseTowards(baseline),
		restingHeartRate: baseline.heartRate,
		diligence: random.between(0.82, 0.97),
		cardiologist,
	};
}

/** True with the person's diligence, a little less at weekends. */
export function isDone(person: Person, random: Random, day: Day): boolean {
	return random.chance(person.diligence - (day.isWeekend ? 0.08 : 0));
}

/** Whether a time of a day, in minutes after midnight, lies in the past. */
export function hasPassed(person: Person, day: Day, minutes: number): boolean {
	return timeMs(day, minutes) <= person.now.getTime();
}

/** Creation and update time of a row that was entered this many minutes after the time it is about, never in the future. */
export function enteredAt(person: Person, instant: string, minutesLater = 0): { createdAt: string; updatedAt: string } {
	const at = new Date(Math.min(Date.parse(instant) + minutesLater * 60_000, person.now.getTime())).toISOString();
	return { createdAt: at, updatedAt: at };
}
