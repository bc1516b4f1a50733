import type { FastifyInstance } from "fastify";
import { Failure } from "../../../fhir/failure.ts";
import { type Bucket, type BucketSize, bucketSizes, bucketsOf, civilName } from "../../../native/buckets.ts";
import {
	type Figures,
	type LatestOf,
	latestVitals,
	type Measured,
	type VitalsMeasure,
	vitalsFigures,
	vitalsMeasures,
} from "../../../store/vitals-figures.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, readAbout } from "../about-person.ts";
import { civilBetween, civilStretch } from "../civil-range.ts";
import { arrayOf, nullable, object } from "../schema/json-schema.ts";
import { whose } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { instant, rowId, timeZone } from "../schema/values.ts";

/** More buckets than a year has hours are too many for one answer. */
const mostBuckets = 9000;
const defaultDays = 30;

/** `/api/vitals/latest` and `/api/vitals/trends`. */
export function registerVitalsRoutes(app: FastifyInstance, services: AboutServices): void {
	app.get("/api/vitals/latest", { schema: schemas.latest }, (request) =>
		readAbout(services, request, "vitals/latest", async (tx, { userId, zone }) => {
			const found = await latestVitals(tx, userId);
			return { userId, timezone: zone, measures: latestOf(found) };
		}),
	);

	app.get("/api/vitals/trends", { schema: schemas.trends }, (request) =>
		readAbout(services, request, "vitals/trends", async (tx, { userId, zone, now }) => {
			const { metric, bucket = "day", ...range } = request.query as Trends;
			const { from, before } = civilStretch(range, zone, now, defaultDays);
			const buckets = bucketsOf(bucket, zone, from, before, mostBuckets);
			if (buckets === undefined) {
				const message = `more than ${mostBuckets} buckets; ask for a shorter time or a longer bucket`;
				throw new Failure("invalid", message, { expression: "bucket" });
			}
			const figures = await vitalsFigures(tx, userId, metric, stretches(buckets, from, before));
			return {
				userId,
				metric,
				unit: units[metric],
				bucket,
				timezone: zone,
				from: text(from),
				before: text(before),
				buckets: buckets.map((one, index) => shownBucket(bucket, one, figures[index])),
			};
		}),
	);

	refuseOtherMethods(app, "/api/vitals/latest", ["GET"]);
	refuseOtherMethods(app, "/api/vitals/trends", ["GET"]);
}

interface Trends {
	readonly metric: VitalsMeasure;
	readonly bucket?: BucketSize;
	readonly from?: string;
	readonly to?: string;
}

/** Units as documented for the columns. */
const units: Readonly<Record<VitalsMeasure, string>> = {
	systolicBP: "mmHg",
	diastolicBP: "mmHg",
	heartRate: "BPM",
	weight: "lbs",
	oxygenSaturation: "%",
	temperature: "°F",
};

/** The newest value of each measure with how far it is from those before; null where there is none. */
export function latestOf(found: ReadonlyMap<VitalsMeasure, LatestOf>): object {
	return Object.fromEntries(
		vitalsMeasures.map((measure) => {
			const values = found.get(measure);
			if (values === undefined) return [measure, null];
			const { latest, previous, weekBefore } = values;
			const since = (one: Measured | null) => one && { ...one, delta: rounded(latest.value - one.value) };
			return [measure, { ...latest, unit: units[measure], previous: since(previous), weekBefore: since(weekBefore) }];
		}),
	);
}

/** The buckets as far as they are asked for. */
function stretches(buckets: readonly Bucket[], from: Temporal.Instant, before: Temporal.Instant) {
	return buckets.map(({ starts, ends }, index) => ({
		from: String(index === 0 ? from : starts.toInstant()),
		before: String(index === buckets.length - 1 ? before : ends.toInstant()),
	}));
}

function shownBucket(size: BucketSize, bucket: Bucket, figures: Figures | undefined): object {
	const { count = 0, min = null, max = null, mean = null, percentiles } = figures ?? {};
	const [p5 = null, p25 = null, p50 = null, p75 = null, p95 = null] = (percentiles ?? []).map(rounded);
	return {
		civil: civilName(size, bucket),
		starts: text(bucket.starts.toInstant()),
		ends: text(bucket.ends.toInstant()),
		...{ count, min, max, mean: mean === null ? null : rounded(mean) },
		...{ p5, p25, p50, p75, p95 },
	};
}

function text(moment: Temporal.Instant): string {
	return moment.toString({ smallestUnit: "millisecond" });
}

/** Without the noise of binary fractions. */
function rounded(value: number): number {
	return Math.round(value * 1000) / 1000;
}

const number = { type: "number", examples: [72] };
const measured = { id: rowId, value: number, recordedAt: instant };
const since = nullable(
	object(
		{ ...measured, delta: { type: "number", description: "The latest value minus this one", examples: [-2] } },
		{ title: "VitalsDelta" },
	),
);

/** The newest value of one measure. */
const latestMeasure = object(
	{ ...measured, unit: { type: "string", examples: ["BPM"] }, previous: since, weekBefore: since },
	{
		title: "LatestMeasure",
		description: "`previous`: the value before it; `weekBefore`: the newest that is at least 7 days older than it.",
	},
);

/** The newest values of every measure, null where there is none. */
export const latestSchema = object(
	Object.fromEntries(vitalsMeasures.map((measure) => [measure, nullable(latestMeasure)])),
	{
		title: "LatestMeasures",
	},
);

const figures = nullable(number);
const trendBucket = object(
	{
		civil: {
			type: "string",
			description: "The bucket's first day; the hour with its offset",
			examples: ["2026-03-08"],
		},
		starts: instant,
		ends: { ...instant, description: "The first moment after it" },
		count: { type: "integer", examples: [24] },
		min: figures,
		max: figures,
		mean: figures,
		p5: figures,
		p25: figures,
		p50: figures,
		p75: figures,
		p95: figures,
	},
	{ title: "TrendBucket" },
);

const schemas = {
	latest: routeSchema({
		operationId: "readLatestVitals",
		tag: "vitals",
		summary: "The newest value of each measure",
		description: "Each measure for itself: the values may be of different samples.",
		query: whose,
		answers: {
			200: {
				description: "The newest values",
				...object({ userId: rowId, timezone: timeZone, measures: latestSchema }, { title: "LatestVitals" }),
			},
		},
		failures: [404],
	}),
	trends: routeSchema({
		operationId: "readVitalsTrends",
		tag: "vitals",
		summary: "A measure over time, in buckets of the person's civil time",
		description: [
			"Hours, days, weeks (from Monday) and months are those of the person's time zone: the day of a clock change has 23 or 25 hours.",
			"Every bucket of the time asked for is in the answer; one without values has the count 0 and null figures.",
			"The first and the last bucket are whole ones, but only values between `from` and `to` count.",
			`At most ${mostBuckets} buckets.`,
		].join(" "),
		query: {
			metric: { type: "string", enum: vitalsMeasures, description: "What was measured", examples: ["heartRate"] },
			bucket: { type: "string", enum: bucketSizes, default: "day", description: "How long one bucket is" },
			...civilBetween(`${defaultDays} days before \`to\``),
			...whose,
		},
		needs: ["metric"],
		answers: {
			200: {
				description: "The buckets, oldest first",
				...object(
					{
						userId: rowId,
						metric: { type: "string", enum: vitalsMeasures },
						unit: { type: "string", examples: ["BPM"] },
						bucket: { type: "string", enum: bucketSizes },
						timezone: timeZone,
						from: instant,
						before: { ...instant, description: "The first moment that does not count" },
						buckets: arrayOf(trendBucket),
					},
					{ title: "VitalsTrend" },
				),
			},
		},
		failures: [404],
	}),
};
