import { patients } from "../collections/patients.ts";
import { therapyGoals } from "../collections/therapy-goals.ts";
import { arrayOf, nullable, object, type Properties, type Schema } from "../schema/json-schema.ts";
import { idParams } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { rowSchema } from "../schema/row-schemas.ts";
import { date, instant, rowId, timeZone } from "../schema/values.ts";
import { adherenceSums } from "./medication-schemas.ts";
import { latestSchema } from "./vitals.ts";

const columns = rowSchema(patients).properties as Properties;
const shown = ["id", "userId", "therapistId", "name", "dateOfBirth", "age", "surgeryDate", "postOpWeek", "surgeryType"];
const profile = object(
	Object.fromEntries([...shown, "currentStage", "isActive"].map((name) => [name, columns[name] as Schema])),
	{ title: "PatientAtAGlance", description: "`age` and `postOpWeek` are those of today in the person's time zone." },
);

const count: Schema = { type: "integer", minimum: 0, examples: [1] };
const words: Schema = { type: "string", examples: ["High heart rate"] };
const maybe = nullable(words);

const alert = object(
	{
		id: rowId,
		type: words,
		severity: nullable({ type: "string", enum: ["low", "medium", "high", "critical"] }),
		title: words,
		createdAt: instant,
	},
	{ title: "OpenAlert" },
);
const alerts = object(
	{
		critical: count,
		high: count,
		medium: count,
		low: count,
		latest: arrayOf(alert, "At most 5: most severe first, then newest"),
	},
	{ title: "OpenAlerts", description: "Alerts that are not resolved, by severity; those without one are low." },
);

const appointment = object(
	{
		id: rowId,
		occurrenceId: { type: "string", examples: ["12-20261201T140000Z"] },
		title: words,
		startTime: instant,
		endTime: nullable(instant),
		location: maybe,
	},
	{ title: "NextAppointment" },
);

const device = object(
	{
		id: rowId,
		deviceType: { type: "string", examples: ["polar"] },
		deviceName: maybe,
		isActive: { type: ["boolean", "null"] },
		lastSyncAt: nullable(instant),
		lastStatus: nullable({ type: "string", enum: ["pending", "success", "failed"] }),
		lastStartedAt: nullable(instant),
		lastError: maybe,
		failedInARow: { ...count, description: "Failed pulls since the last one that did not fail" },
		health: {
			type: "string",
			enum: ["ok", "stale", "failing", "never", "off"],
			description: "`stale`: nothing for 48 hours; `failing`: the last pull failed; `off`: not active",
		},
	},
	{ title: "DeviceHealth" },
);

const figure: Schema = { type: ["number", "null"], examples: [71.5] };
const week = object(
	{
		weekOf: { ...date, description: "Its Monday" },
		postOpWeek: { type: ["integer", "null"], description: "On its last day" },
		sessions: { ...count, description: "Exercise sessions logged" },
		exerciseMinutes: count,
		meanScore: { ...figure, description: "Of the daily scores" },
		meanWeight: { ...figure, description: "lbs" },
		meanHeartRate: { ...figure, description: "BPM" },
	},
	{ title: "ProgressWeek" },
);
const phase = object({ id: rowId, name: words, goals: maybe, restrictions: maybe }, { title: "PhaseAtAGlance" });
const activity = object(
	{
		kind: { type: "string", description: "The row's collection", examples: ["vitals"] },
		id: rowId,
		at: instant,
		what: { ...maybe, description: "What the row says; null where it says nothing" },
	},
	{ title: "Activity" },
);

const tag = "patients";
export const patientOverviewSchemas = {
	summary: routeSchema({
		operationId: "readPatientSummary",
		tag,
		summary: "One patient at a glance",
		description: "All a therapist's first screen shows. A patient without an account has a profile only.",
		params: idParams,
		answers: {
			200: {
				description: "As of now",
				...object(
					{
						patient: profile,
						timezone: timeZone,
						today: date,
						vitals: latestSchema,
						adherence: nullable(object({ from: date, to: date, ...adherenceSums }, { title: "AdherenceSums" })),
						appointments: nullable(
							arrayOf(
								appointment,
								"The next 5 events of the category `appointment` within 60 days, recurring ones too, that are neither done nor cancelled; null where the calendar is too costly to expand",
							),
						),
						alerts,
						devices: arrayOf(device),
					},
					{ title: "PatientSummary" },
				),
			},
		},
		failures: [404],
	}),
	progress: routeSchema({
		operationId: "readPatientProgress",
		tag,
		summary: "How a patient's recovery goes, by week",
		params: idParams,
		query: {
			weeks: {
				type: "integer",
				minimum: 1,
				maximum: 104,
				default: 12,
				description: "How many, the present one included",
			},
		},
		answers: {
			200: {
				description: "Weeks from Monday in the person's time zone, oldest first",
				...object(
					{
						patient: profile,
						timezone: timeZone,
						phase: { ...nullable(phase), description: "The phase of therapy this week is in" },
						goals: arrayOf(rowSchema(therapyGoals), "At most 100, the nearest target date first"),
						weeks: arrayOf(week),
					},
					{ title: "PatientProgress" },
				),
			},
		},
		failures: [404],
	}),
	recent: routeSchema({
		operationId: "readRecentActivity",
		tag,
		summary: "What a patient did last",
		description: "Vitals, doses, meals, exercise, sleep, water, completed events and alerts, newest first.",
		params: idParams,
		query: { limit: { type: "integer", minimum: 1, maximum: 100, default: 20, description: "Most of them" } },
		answers: {
			200: { description: "Newest first", ...object({ data: arrayOf(activity) }, { title: "RecentActivity" }) },
		},
		failures: [404],
	}),
};
