import type { FastifyInstance } from "fastify";
import { Failure } from "../../../fhir/failure.ts";
import { bucketsOf, civilName } from "../../../native/buckets.ts";
import { drunkOn, sleptWithin } from "../../../store/wellness-figures.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout } from "../about-person.ts";
import { civilBetween, civilDays } from "../civil-range.ts";
import { arrayOf, object, type Schema } from "../schema/json-schema.ts";
import { whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { date, rowId, timeZone } from "../schema/values.ts";

const limits = { defaultDays: 30, mostDays: 1830 };
const sizes = ["day", "week", "month"] as const;

/** `/api/sleep-logs/trends` and `/api/hydration-logs/summary`. */
export function registerWellnessRoutes(app: FastifyInstance, services: AboutServices): void {
	app.get("/api/sleep-logs/trends", { schema: schemas.sleep }, (request) =>
		readAbout(services, request, "sleep-logs/trends", async (tx, { userId, zone, now }) => {
			const { bucket = "day", ...asked } = request.query as Asked;
			const { from, to } = civilDays(asked, zone, now, limits);
			const before = to.add({ days: 1 });
			// Nights are civil days: which zone they are cut in makes no difference.
			const at = (day: Temporal.PlainDate) => day.toZonedDateTime("UTC").toInstant();
			const buckets = bucketsOf(bucket, "UTC", at(from), at(before), limits.mostDays);
			if (buckets === undefined) throw new Failure("invalid", "too many buckets", { expression: "bucket" });
			const stretches = buckets.map(({ starts, ends }) => ({
				firstDay: later(starts.toPlainDate(), from).toString(),
				nextDay: earlier(ends.toPlainDate(), before).toString(),
			}));
			const whole = { firstDay: from.toString(), nextDay: before.toString() };
			const [all, ...slept] = await sleptWithin(tx, userId, [whole, ...stretches]);
			return {
				...{ userId, timezone: zone, bucket, from: from.toString(), to: to.toString(), all },
				buckets: buckets.map((one, index) => ({ civil: civilName(bucket, one), ...slept[index] })),
			};
		}),
	);

	app.get("/api/hydration-logs/summary", { schema: schemas.hydration }, (request) =>
		readAbout(services, request, "hydration-logs/summary", async (tx, { userId, zone, now }) => {
			const { from, to } = civilDays(request.query as Asked, zone, now, { defaultDays: 7, mostDays: 366 });
			const days = await drunkOn(tx, userId, from.toString(), to.toString());
			const withGoal = days.filter(({ goalOz }) => goalOz !== null && goalOz > 0);
			return {
				...{ userId, timezone: zone, from: from.toString(), to: to.toString() },
				daysWithGoal: withGoal.length,
				daysReached: withGoal.filter(({ amountOz, goalOz }) => amountOz >= (goalOz ?? 0)).length,
				days: days.map((day) => ({
					...day,
					ofGoal: day.goalOz === null || day.goalOz <= 0 ? null : Math.round((day.amountOz / day.goalOz) * 100) / 100,
				})),
			};
		}),
	);

	refuseOtherMethods(app, "/api/sleep-logs/trends", ["GET"]);
	refuseOtherMethods(app, "/api/hydration-logs/summary", ["GET"]);
}

interface Asked {
	readonly bucket?: (typeof sizes)[number];
	readonly from?: string;
	readonly to?: string;
}

function later(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
	return Temporal.PlainDate.compare(one, other) > 0 ? one : other;
}

function earlier(one: Temporal.PlainDate, other: Temporal.PlainDate): Temporal.PlainDate {
	return Temporal.PlainDate.compare(one, other) < 0 ? one : other;
}

const count: Schema = { type: "integer", minimum: 0, examples: [7] };
const hours: Schema = {
	type: ["number", "null"],
	description: "Hours, as logged or from bedtime to waking",
	examples: [7.25],
};
const mean: Schema = { type: ["number", "null"], examples: [3.5] };
const slept = {
	nights: { ...count, description: "Nights that were logged" },
	meanHours: hours,
	minHours: hours,
	maxHours: hours,
	meanQuality: { ...mean, description: "1 to 5" },
	meanInterruptions: mean,
};
const ounces: Schema = { type: "number", examples: [64] };
const whom = { userId: rowId, timezone: timeZone };

const schemas = {
	sleep: routeSchema({
		operationId: "readSleepTrends",
		tag: "sleep-logs",
		summary: "How somebody slept, over time",
		description:
			"By `sleepDate`; every bucket of the time asked for is in the answer, one without nights has the count 0 and null figures. At most 1830 days.",
		query: {
			bucket: {
				type: "string",
				enum: sizes,
				default: "day",
				description: "How long one bucket is; weeks begin on Monday",
			},
			...civilBetween("30 days in all"),
			...whose,
		},
		answers: {
			200: {
				description: "All nights together, and the buckets, oldest first",
				...object(
					{
						...whom,
						bucket: { type: "string", enum: sizes },
						from: date,
						to: date,
						all: object(slept, { title: "Slept" }),
						buckets: arrayOf(
							object({ civil: { ...date, description: "The bucket's first day" }, ...slept }, { title: "SleepBucket" }),
						),
					},
					{ title: "SleepTrend" },
				),
			},
		},
		failures: [404],
	}),
	hydration: routeSchema({
		operationId: "readHydrationSummary",
		tag: "hydration-logs",
		summary: "What was drunk by day, against the goal",
		description:
			"Days without logs have the amount 0. A day's goal is the last one logged on it, else the last one set before. At most 366 days.",
		query: { ...civilBetween("7 days in all"), ...whose },
		answers: {
			200: {
				description: "The days, oldest first",
				...object(
					{
						...whom,
						from: date,
						to: date,
						daysWithGoal: count,
						daysReached: count,
						days: arrayOf(
							object(
								{
									date,
									amountOz: ounces,
									logs: count,
									goalOz: { type: ["number", "null"], examples: [64] },
									ofGoal: { type: ["number", "null"], description: "amountOz / goalOz", examples: [1] },
								},
								{ title: "DrunkDay" },
							),
						),
					},
					{ title: "HydrationSummary" },
				),
			},
		},
		failures: [404],
	}),
};
