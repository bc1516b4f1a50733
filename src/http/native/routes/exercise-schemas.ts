import { civilBetween } from "../civil-range.ts";
import { exercisePrescriptions } from "../collections/exercise-prescriptions.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "../schema/json-schema.ts";
import { idParams, whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { date, instant, rowId, timeZone } from "../schema/values.ts";
import { regimen } from "./medication-schemas.ts";

const count = (description: string, example: number): Schema => ({ type: "integer", description, examples: [example] });
const number: Schema = { type: ["number", "null"], examples: [92] };

const sums: Properties = {
	prescriptionId: rowId,
	regimen,
	notCounted: { type: ["string", "null"], description: "Why nothing is expected; null where something is" },
	expected: count("Sessions done, and sessions whose time is over", 12),
	done: count("Expected sessions that were done; no log counts twice", 10),
	missed: count("Expected sessions that were not done in time", 2),
	pending: count("Sessions that can still be done", 1),
	extra: count("Logs beyond what was expected", 0),
	rate: {
		type: ["number", "null"],
		description: "done / expected; null where nothing was expected yet",
		examples: [0.833],
	},
};

const session = object(
	{
		date: { ...date, description: "The day, or the first of the period, it belongs to" },
		due: nullable({ ...instant, description: "null where any time of its day or period will do" }),
		doneAt: nullable(instant),
		state: { type: "string", enum: ["done", "missed", "pending"] },
	},
	{ title: "PrescribedSession" },
);

const week = object(
	{
		weekOf: { ...date, description: "Its Monday" },
		sessions: { type: "integer", minimum: 0, examples: [5] },
		minutes: number,
		distanceMiles: number,
		calories: number,
		meanHeartRate: number,
		maxHeartRate: number,
	},
	{ title: "TrainingWeek" },
);

const row = rowSchema(exercisePrescriptions);
const how = [
	"Expected sessions follow from `frequency`, `startDate` and `endDate`; what was understood of the free text is in `regimen`, and where nothing can",
	'be expected `notCounted` says why. Periods of several days, such as the week of "3x per week", are counted from the start date. Logs count',
	"that name the prescription.",
].join(" ");

export const exerciseSchemas = {
	active: routeSchema({
		operationId: "listActivePrescriptions",
		tag: "exercise-prescriptions",
		summary: "What a patient is to exercise now",
		description: `Active prescriptions whose dates include today in the person's time zone, with the compliance of the last 28 days. ${how}`,
		params: idParams,
		answers: {
			200: {
				description: "By start date",
				...object({
					data: arrayOf({
						...row,
						title: "ActivePrescription",
						properties: {
							...(row.properties as Properties),
							exerciseName: { type: "string", examples: ["Hallway walk"] },
							compliance: object(sums, { title: "Compliance" }),
						},
						required: [...(row.required as string[]), "exerciseName", "compliance"],
					}),
				}),
			},
		},
		failures: [404],
	}),
	compliance: routeSchema({
		operationId: "readCompliance",
		tag: "exercise-prescriptions",
		summary: "How far an exercise was done as it was prescribed",
		description: `${how} At most 366 days.`,
		params: idParams,
		query: civilBetween("28 days in all"),
		answers: {
			200: {
				description: "The sums, and every session",
				...object(
					{ from: date, to: date, ...sums, sessions: arrayOf(session, "Oldest first") },
					{ title: "ComplianceWithSessions" },
				),
			},
		},
		failures: [404],
	}),
	weekly: routeSchema({
		operationId: "readWeeklyExercise",
		tag: "exercise-logs",
		summary: "What was trained, by week",
		description: "Weeks from Monday in the person's time zone, oldest first; the present one is not over.",
		query: {
			weeks: {
				type: "integer",
				minimum: 1,
				maximum: 104,
				default: 8,
				description: "How many, the present one included",
			},
			...whose,
		},
		answers: {
			200: {
				description: "The weeks, those without exercise too",
				...object({ userId: rowId, timezone: timeZone, weeks: arrayOf(week) }, { title: "WeeklyExercise" }),
			},
		},
		failures: [404],
	}),
};
