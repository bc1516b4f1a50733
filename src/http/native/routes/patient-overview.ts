import type { FastifyInstance } from "fastify";
import { CalendarTooCostlyError } from "../../../calendar/calendar-error.ts";
import { bucketsOf } from "../../../native/buckets.ts";
import { eventsWithin } from "../../../native/events/event-occurrence.ts";
import { ageOn, postOpWeekOn, syncHealthOf } from "../../../native/recovery.ts";
import type { Transaction } from "../../../store/database.ts";
import { listRows } from "../../../store/list-rows.ts";
import { deviceStates, openAlerts, phaseOfWeek, weekFigures } from "../../../store/patient-overview.ts";
import { recentActivity } from "../../../store/recent-activity.ts";
import type { RowValues } from "../../../store/rows.ts";
import { latestVitals, vitalsFigures } from "../../../store/vitals-figures.ts";
import { TherapyGoals } from "../../../tables/therapy-goals.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, type Person, readAboutPatient, todayOf } from "../about-person.ts";
import { therapyGoals } from "../collections/therapy-goals.ts";
import type { DeriveTools } from "../derive.ts";
import { present } from "../values.ts";
import { adherenceSumsOf } from "./medications.ts";
import { patientOverviewSchemas as schemas } from "./patient-overview-schemas.ts";
import { latestOf } from "./vitals.ts";

/** What a summary shows of each. */
const summaryDays = 30;
const mostAlerts = 5;
const mostEvents = 1000;
const appointments = { days: 60, most: 5 };

/** `/api/patients/:id/summary`, `/progress` and `/recent-activity`. */
export function registerPatientOverview(app: FastifyInstance, services: AboutServices & DeriveTools): void {
	const url = "/api/patients/:id";

	app.get(`${url}/summary`, { schema: schemas.summary }, (request) =>
		readAboutPatient(services, request, "patients/:id/summary", async (tx, person, row, at) => {
			const today = todayOf(at);
			return {
				patient: profileOf(row, today),
				timezone: at.zone,
				today: today.toString(),
				...(person === null ? nothingYet : await summaryOf(tx, person, today)),
			};
		}),
	);

	app.get(`${url}/progress`, { schema: schemas.progress }, (request) =>
		readAboutPatient(services, request, "patients/:id/progress", async (tx, person, row, at) => {
			const today = todayOf(at);
			const week = postOpWeekOn(today, row.surgeryDate);
			const { weeks = 12 } = request.query as { weeks?: number };
			return {
				patient: profileOf(row, today),
				timezone: at.zone,
				phase: week === null ? null : ((await phaseOfWeek(tx, week)) ?? null),
				goals: person === null ? [] : await goalsOf(tx, person, services),
				weeks: person === null ? [] : await weeksOf(tx, person, row.surgeryDate, weeks),
			};
		}),
	);

	app.get(`${url}/recent-activity`, { schema: schemas.recent }, (request) =>
		readAboutPatient(services, request, "patients/:id/recent-activity", async (tx, person) => {
			const { limit = 20 } = request.query as { limit?: number };
			return { data: person === null ? [] : await recentActivity(tx, person.userId, limit) };
		}),
	);

	for (const path of ["summary", "progress", "recent-activity"]) refuseOtherMethods(app, `${url}/${path}`, ["GET"]);
}

/** Of a patient without an account. */
const nothingYet = {
	vitals: latestOf(new Map()),
	adherence: null,
	appointments: [],
	alerts: { critical: 0, high: 0, medium: 0, low: 0, latest: [] },
	devices: [],
};

async function summaryOf(tx: Transaction, person: Person, today: Temporal.PlainDate): Promise<object> {
	const { userId, now } = person;
	const range = { ...person, from: today.subtract({ days: summaryDays - 1 }), to: today };
	const [vitals, adherence, coming, alerts, devices] = await Promise.all([
		latestVitals(tx, userId),
		adherenceSumsOf(tx, person, range),
		nextAppointments(tx, person),
		openAlerts(tx, userId, mostAlerts),
		deviceStates(tx, userId),
	]);
	return {
		vitals: latestOf(vitals),
		adherence,
		appointments: coming,
		alerts,
		devices: devices.map((device) => ({ ...device, health: syncHealthOf(device, now) })),
	};
}

/** The next events of the category "appointment" that are neither done nor cancelled; null where a calendar is too costly to expand. */
async function nextAppointments(tx: Transaction, person: Person): Promise<object[] | null> {
	const from = person.now.epochMilliseconds;
	const window = { from, to: from + appointments.days * 86_400_000 };
	const events = await eventsWithin(tx, person, window, mostEvents).catch((error: unknown) => {
		if (error instanceof CalendarTooCostlyError) return null;
		throw error;
	});
	if (events === null) return null;
	return events
		.filter(({ category, status }) => category === "appointment" && (status === null || status === "pending"))
		.slice(0, appointments.most)
		.map(({ id, occurrenceId, title, startTime, endTime, location }) => ({
			id,
			occurrenceId,
			title,
			startTime,
			endTime,
			location,
		}));
}

function profileOf(row: RowValues, today: Temporal.PlainDate): object {
	const { id, userId, therapistId, name, dateOfBirth, surgeryDate, surgeryType, currentStage, isActive } = row;
	return {
		...{ id, userId, therapistId, name, dateOfBirth, surgeryDate, surgeryType, currentStage, isActive },
		age: ageOn(today, dateOfBirth) ?? row.age ?? null,
		postOpWeek: postOpWeekOn(today, surgeryDate) ?? row.postOpWeek ?? null,
	};
}

/** Goals as they are, the nearest first; at most 100. */
async function goalsOf(tx: Transaction, { userId }: Person, services: DeriveTools): Promise<object[]> {
	const filters = [{ property: "userId", is: "=" as const, value: userId }];
	const sort = { property: "targetDate", descending: false };
	const { rows } = await listRows(tx, TherapyGoals, { filters, sort, limit: 100 });
	return rows.map((row) => present(therapyGoals, row, services));
}

/** The last weeks, from Monday, oldest first: the present one is not over. */
async function weeksOf(tx: Transaction, { userId, zone, now }: Person, surgeryDate: unknown, count: number) {
	const from = now
		.toZonedDateTimeISO(zone)
		.subtract({ weeks: count - 1 })
		.toInstant();
	const weeks = (bucketsOf("week", zone, from, now.add({ nanoseconds: 1 }), count + 1) ?? []).slice(-count);
	const stretches = weeks.map(({ starts, ends }) => ({
		from: starts.toInstant().toString(),
		before: ends.toInstant().toString(),
		firstDay: starts.toPlainDate().toString(),
		nextDay: ends.toPlainDate().toString(),
	}));
	const [figures, weights, rates] = await Promise.all([
		weekFigures(tx, userId, stretches),
		vitalsFigures(tx, userId, "weight", stretches),
		vitalsFigures(tx, userId, "heartRate", stretches),
	]);
	return stretches.map(({ firstDay, nextDay }, index) => ({
		weekOf: firstDay,
		postOpWeek: postOpWeekOn(Temporal.PlainDate.from(nextDay).subtract({ days: 1 }), surgeryDate),
		...{ sessions: 0, exerciseMinutes: 0, ...figures[index] },
		meanScore: tenth(figures[index]?.meanScore),
		meanWeight: tenth(weights[index]?.mean),
		meanHeartRate: tenth(rates[index]?.mean),
	}));
}

function tenth(value: number | null | undefined): number | null {
	return value === null || value === undefined ? null : Math.round(value * 10) / 10;
}
