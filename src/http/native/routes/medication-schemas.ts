import { civilBetween } from "../civil-range.ts";
import { medicationLogs } from "../collections/medication-logs.ts";
import { medications } from "../collections/medications.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "../schema/json-schema.ts";
import { between, idParams, paging, whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { pageOf, rowSchema } from "../schema/row-schemas.ts";
import { date, instant, rowId, text, timeZone } from "../schema/values.ts";

const count = (description: string, example: number): Schema => ({ type: "integer", description, examples: [example] });

/** How often something is taken, as it was understood from `frequency` and `timeOfDay`. */
export const regimen = object(
	{
		kind: {
			type: "string",
			enum: ["scheduled", "as-needed", "not-understood"],
			description: "Nothing is expected of what is taken as needed, nor of what was not understood",
		},
		words: {
			type: "string",
			description: "What was understood; of what was not, where it failed",
			examples: ["2 doses a day, at 08:00 and 18:00"],
		},
		remarks: arrayOf({ type: "string" }, "What of the text was set aside"),
		doses: { type: "integer", description: "Doses in each period, or on each of the weekdays", examples: [2] },
		period: object({
			every: { type: "integer", examples: [1] },
			unit: { type: "string", enum: ["day", "week", "month"] },
		}),
		weekdays: arrayOf({ type: "integer", minimum: 1, maximum: 7 }, "Monday 1 to Sunday 7; empty for all"),
		times: arrayOf({ type: "string", examples: ["08:00"] }, "Nominal times; empty where any time will do"),
	},
	{ title: "Regimen", optional: ["doses", "period", "weekdays", "times"] },
);

/** The sums of an adherence, for whatever has some. */
export const adherenceSums: Properties = {
	expected: count("Doses taken, and doses whose time is over", 60),
	taken: count("Expected doses that were taken; no log counts twice", 54),
	missed: count("Expected doses that were not taken in time", 6),
	pending: count("Doses that can still be taken", 1),
	extra: count("Logs that are no expected dose", 0),
	rate: {
		type: ["number", "null"],
		description: "taken / expected; null where nothing was expected yet",
		examples: [0.9],
	},
};

const days: Properties = { from: date, to: { ...date, examples: ["2026-04-12"] } };

const ofOne: Properties = {
	medicationId: rowId,
	name: { type: "string", examples: ["Metoprolol"] },
	regimen,
	notCounted: { type: ["string", "null"], description: "Why nothing is expected of it; null where something is" },
	...adherenceSums,
};

const dose = object(
	{
		date: { ...date, description: "The civil day it belongs to" },
		due: nullable({ ...instant, description: "null where any time of its day or period will do" }),
		takenAt: nullable(instant),
		state: { type: "string", enum: ["taken", "missed", "pending"] },
	},
	{ title: "Dose" },
);

/** The adherence to everything a person takes. */
const adherenceOfAllSchema = object(
	{
		userId: rowId,
		timezone: timeZone,
		...days,
		...adherenceSums,
		medications: arrayOf(object(ofOne, { title: "MedicationAdherence" })),
	},
	{ title: "Adherence" },
);

const how = [
	"Expected doses follow from `frequency`, `timeOfDay`, `startDate` and `endDate`; what was understood of the free text is in `regimen`, and where",
	"nothing can be expected `notCounted` says why. Days are those of the person's time zone. A dose with a time can be taken until half way to",
	"the next of the day, the last until 4 in the morning; one without, at any time of its day or period.",
].join(" ");
const tag = "medications";

export const medicationSchemas = {
	active: routeSchema({
		operationId: "listActiveMedications",
		tag,
		summary: "What is taken today",
		description: "Medications that are not ended, whose dates include today in the person's time zone.",
		query: whose,
		answers: {
			200: {
				description: "In the order they were entered",
				...object({
					data: arrayOf({
						...rowSchema(medications),
						title: "ActiveMedication",
						properties: { ...(rowSchema(medications).properties as Properties), regimen },
						required: [...(rowSchema(medications).required as string[]), "regimen"],
					}),
				}),
			},
		},
		failures: [404],
	}),
	allAdherence: routeSchema({
		operationId: "readAdherence",
		tag,
		summary: "How far everything was taken as it was to be",
		description: `${how} At most 366 days.`,
		query: { ...civilBetween("30 days in all"), ...whose },
		answers: { 200: { description: "All doses together, and each medication", ...adherenceOfAllSchema } },
		failures: [404],
	}),
	adherence: routeSchema({
		operationId: "readMedicationAdherence",
		tag,
		summary: "How far one medication was taken as it was to be",
		description: `${how} At most 366 days.`,
		params: idParams,
		query: civilBetween("30 days in all"),
		answers: {
			200: {
				description: "The sums, and every dose",
				...object(
					{ ...days, ...ofOne, doses: arrayOf(dose, "Oldest first") },
					{ title: "MedicationAdherenceWithDoses" },
				),
			},
		},
		failures: [404],
	}),
	logs: routeSchema({
		operationId: "listLogsOfMedication",
		tag,
		summary: "When one medication was taken",
		params: idParams,
		query: { ...between("takenAt"), ...paging },
		answers: { 200: { description: "Newest first", ...pageOf(rowSchema(medicationLogs)) } },
		failures: [404],
	}),
	log: routeSchema({
		operationId: "logDose",
		tag,
		summary: "Log a dose of one medication",
		params: idParams,
		body: object(
			{
				takenAt: { ...instant, description: "Default: now" },
				dosageTaken: nullable({ ...text(), description: "Default: the medication's `dosage`" }),
				notes: nullable(text(1_000_000)),
			},
			{ title: "DoseTaken", optional: ["takenAt", "dosageTaken", "notes"] },
		),
		answers: { 201: { description: "The log; `Location` names it", ...rowSchema(medicationLogs) } },
		failures: [404],
	}),
};
