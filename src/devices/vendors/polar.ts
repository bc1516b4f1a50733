import { createHmac, timingSafeEqual } from "node:crypto";
import { Failure } from "../../fhir/failure.ts";
import { dateInZone, durationSeconds, instantAtOffset, instantOf, instantsOfDay, instantText } from "../civil-time.ts";
import type { Activity, Exercise, Measure, Sleep } from "../measures.ts";
import {
	asList,
	asObject,
	given,
	idAt,
	numberAt,
	objectAt,
	type Payload,
	positiveAt,
	readEach,
	textAt,
	unreadable,
} from "../payload.ts";
import { qualityOfScore } from "../sleep-stages.ts";
import {
	type Feed,
	type FeedContext,
	type LimitReading,
	type Upstream,
	unreadItem,
	type Vendor,
	type VendorEvent,
	type VendorRequest,
	type Window,
} from "../vendor.ts";

// Longer than others: six lists, each with its own shape, and together they are Polar AccessLink v3.

const day = 86_400_000;
const get = (path: string, query?: Record<string, string>): VendorRequest => ({
	method: "GET",
	path,
	...(query === undefined ? {} : { query }),
});

/** Dates of a window in UTC, a day wider on both sides: local dates may be one off. */
function dates({ from, to }: Window): { from: string; to: string } {
	return { from: instantText(from).slice(0, 10), to: instantText(to).slice(0, 10) };
}

/** Workouts uploaded in the last 30 days: no filter, no pages. */
const exercises: Feed = {
	name: "exercises",
	kinds: ["exercise"],
	overlap: 30 * day,
	firstWindow: 30 * day,
	first: () => get("/v3/exercises"),
	read: ({ body }, _request, context) => ({
		records:
			body === undefined
				? []
				: readEach(
						asList(body, "the list of exercises"),
						(item) => exercise(asObject(item, "an exercise"), context),
						unreadItem,
					),
	}),
	noneStatuses: [204],
	// Listed for 30 days from the upload; a day less, as clocks differ.
	listed: ({ at, changedAt }, { to }) => Date.parse(changedAt ?? at) > to - 29 * day,
	absent: (id) => get(`/v3/exercises/${encodeURIComponent(id)}`),
	detail: {
		adds: false,
		request: (id) => get(`/v3/exercises/${encodeURIComponent(id)}`),
		read: ({ body }, context) => exercise(asObject(body, "an exercise"), context),
	},
};

/** `start_time` is the local time without offset, which is told beside it: UTC = local − offset. Where it is not, it is the person's zone. */
function exercise(payload: Payload, { timeZone }: Pick<FeedContext, "timeZone">): Upstream {
	const externalId = idAt(payload, "id");
	const [start, offset] = [textAt(payload, "start_time"), numberAt(payload, "start_time_utc_offset")];
	const at =
		offset === undefined
			? (instantOf(start) ?? instantsOfDay(start?.slice(0, 10) ?? "", [start?.slice(11) ?? ""], timeZone)[0])
			: instantAtOffset(start, offset);
	const seconds = durationSeconds(textAt(payload, "duration"));
	if (externalId === undefined || at === undefined || seconds === undefined) {
		throw unreadable("an exercise without id, start_time or duration");
	}
	const heart = objectAt(payload, "heart_rate");
	const sport = textAt(payload, "detailed_sport_info") ?? textAt(payload, "sport") ?? "OTHER";
	const measure: Exercise = given({
		kind: "exercise" as const,
		externalId,
		at,
		endedAt: instantText(Date.parse(at) + seconds * 1000),
		durationSeconds: seconds,
		distanceMetres: positiveAt(payload, "distance"),
		energyKilocalories: positiveAt(payload, "calories"),
		averageHeartRatePerMinute: positiveAt(heart, "average"),
		maximumHeartRatePerMinute: positiveAt(heart, "maximum"),
		note: words(sport),
		activity: activityOf(sport),
	});
	const changedAt = instantOf(textAt(payload, "upload_time"));
	return { measures: [measure], raw: payload, ...(changedAt === undefined ? {} : { changedAt }) };
}

/** `WATERSPORTS_WATERSKI` to `Watersports waterski`. */
function words(constant: string): string {
	const text = constant.toLowerCase().replaceAll("_", " ");
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function activityOf(sport: string): Activity {
	if (/RUNNING|JOGGING/.test(sport)) return "run";
	if (/WALKING|HIKING/.test(sport)) return "walk";
	if (/CYCLING|BIKING/.test(sport)) return "ride";
	if (/SWIMMING/.test(sport)) return "swim";
	return "other";
}

/** Nights of the last 28 days; their date is Polar's. */
const sleep: Feed = {
	name: "sleep",
	kinds: ["sleep"],
	overlap: 28 * day,
	firstWindow: 28 * day,
	first: () => get("/v3/users/sleep"),
	read: ({ body }) => {
		const nights = body === undefined ? [] : asList(asObject(body, "the list of nights").nights ?? [], "nights");
		return { records: readEach(nights, (item) => night(asObject(item, "a night")), unreadItem) };
	},
	noneStatuses: [204],
	listed: ({ at }, { to }) => Date.parse(at) > to - 26 * day,
	absent: (date) => get(`/v3/users/sleep/${encodeURIComponent(date)}`),
};

function night(payload: Payload): Upstream {
	const date = textAt(payload, "date")?.slice(0, 10);
	const [at, endedAt] = ["sleep_start_time", "sleep_end_time"].map((name) => instantOf(textAt(payload, name)));
	if (date === undefined || at === undefined || endedAt === undefined) {
		throw unreadable("a night without date, sleep_start_time or sleep_end_time");
	}
	const stages = ["light_sleep", "deep_sleep", "rem_sleep", "unrecognized_sleep_stage"].map(
		(name) => numberAt(payload, name) ?? 0,
	);
	const staged = stages.reduce((sum, seconds) => sum + seconds, 0);
	const measure: Sleep = given({
		kind: "sleep" as const,
		externalId: date,
		at,
		date,
		endedAt,
		asleepSeconds: staged > 0 ? staged : (Date.parse(endedAt) - Date.parse(at)) / 1000,
		quality: quality(payload),
		interruptions: interruptions(objectAt(payload, "hypnogram"), textAt(payload, "sleep_start_time") ?? ""),
	});
	return { measures: [measure], raw: payload };
}

/** The sleeper's own rating, where there is one. */
function quality(payload: Payload): number | undefined {
	const rating = numberAt(payload, "sleep_rating");
	if (rating !== undefined && rating >= 1 && rating <= 5) return Math.round(rating);
	return qualityOfScore(positiveAt(payload, "sleep_score"));
}

/** Runs of stage 0 (awake) between the first and the last stage of sleep. Its times are local and cross midnight. */
function interruptions(hypnogram: Payload, start: string): number | undefined {
	const begin = minuteOf(start.slice(11, 16));
	const stages = Object.entries(hypnogram)
		.map(([time, stage]) => ({ minute: (minuteOf(time) - begin + 1440) % 1440, awake: Number(stage) === 0 }))
		.filter(({ minute }) => Number.isFinite(minute))
		.sort((one, other) => one.minute - other.minute);
	if (stages.length === 0) return undefined;
	const asleep = stages.map(({ awake }) => !awake);
	const within = stages.slice(Math.max(0, asleep.indexOf(true)), asleep.lastIndexOf(true) + 1);
	return within.filter(({ awake }, at) => awake && within[at - 1]?.awake === false).length;
}

function minuteOf(time: string): number {
	const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(time) ?? [];
	return Number(hours) * 60 + Number(minutes);
}

/** Heart rate through the day, by the clock of the device and without an offset: the person's time zone decides. One day a page. */
const heartRate: Feed = {
	name: "heart-rate",
	kinds: ["heart-rate"],
	overlap: 2 * day,
	firstWindow: 28 * day,
	first: ({ from, to }, { timeZone }) =>
		heartRateOn(dateInZone(instantText(from), timeZone), dateInZone(instantText(to), timeZone)),
	read(reply, request, { timeZone }) {
		const [, date = ""] = /([^/]+)$/.exec(request.path) ?? [];
		const last = request.query?.until ?? date;
		const tomorrow = Temporal.PlainDate.from(date).add({ days: 1 }).toString();
		return {
			records:
				reply.body === undefined ? [] : daysOf(reply.body).map((payload) => heartRateDay(payload, date, timeZone)),
			next: tomorrow <= last ? heartRateOn(tomorrow, last) : undefined,
		};
	},
	noneStatuses: [204, 404],
	absent: "gone",
};

function heartRateOn(date: string, until: string): VendorRequest {
	// `until` is for the next page only; Polar does not know it and does not mind.
	return get(`/v3/users/continuous-heart-rate/${date}`, { until });
}

/** One day, or several under `heart_rates` or in a list: documents and replies differ. */
function daysOf(body: unknown): readonly Payload[] {
	if (Array.isArray(body)) return body.map((item) => asObject(item, "a day of heart rates"));
	const one = asObject(body, "heart rates");
	return Array.isArray(one.heart_rates) ? daysOf(one.heart_rates) : [one];
}

function heartRateDay(payload: Payload, asked: string, timeZone: string): Upstream {
	const samples = asList(payload.heart_rate_samples ?? [], "heart_rate_samples").map((item) =>
		asObject(item, "a sample"),
	);
	const times = samples.map((sample) => textAt(sample, "sample_time") ?? "");
	const date = textAt(payload, "date") ?? asked;
	const instants = instantsOfDay(date, times, timeZone);
	const measures = samples.flatMap((sample, index): Measure[] => {
		const [at, perMinute] = [instants[index], positiveAt(sample, "heart_rate")];
		return at === undefined || perMinute === undefined ? [] : [{ kind: "heart-rate", externalId: at, at, perMinute }];
	});
	return { measures, raw: { ...payload, date } };
}

/** SpO2 tests; only those that passed are values. */
const oxygen: Feed = {
	name: "spo2",
	kinds: ["oxygen-saturation"],
	overlap: 7 * day,
	firstWindow: 28 * day,
	longestWindow: 27 * day,
	first: (window) => get("/v3/users/biosensing/spo2", dates(window)),
	read: ({ body }) => ({
		records: eachOf(body, "SpO2 tests", (payload) => {
			const [time, percent] = [positiveAt(payload, "test_time"), positiveAt(payload, "blood_oxygen_percent")];
			if (payload.test_status !== "SPO2_TEST_PASSED" || time === undefined || percent === undefined) return [];
			const at = instantText(time * 1000);
			return [{ measures: [{ kind: "oxygen-saturation", externalId: String(time), at, percent }], raw: payload }];
		}),
	}),
	noneStatuses: [204, 404],
	absent: "nothing",
};

/** Body temperature of the core; skin temperature is another thing. */
const temperature: Feed = {
	name: "body-temperature",
	kinds: ["body-temperature"],
	overlap: 7 * day,
	firstWindow: 28 * day,
	longestWindow: 27 * day,
	first: (window) => get("/v3/users/biosensing/bodytemperature", dates(window)),
	read: ({ body }) => ({
		records: eachOf(body, "temperatures", (payload) => {
			const start = utc(textAt(payload, "start_time"));
			if (payload.measurement_type !== "TM_CORE_TEMPERATURE" || start === undefined) return [];
			const samples = asList(payload.samples ?? [], "samples").map((item) => asObject(item, "a sample"));
			const measures = samples.flatMap((sample): Measure[] => {
				const celsius = positiveAt(sample, "temperature_celsius");
				const at = instantText(Date.parse(start) + (numberAt(sample, "recording_time_delta_milliseconds") ?? 0));
				return celsius === undefined ? [] : [{ kind: "body-temperature", externalId: at, at, celsius }];
			});
			return [{ measures, raw: payload }];
		}),
	}),
	noneStatuses: [204, 404],
	absent: "nothing",
};

/** What the person says they weigh, or what a scale said; Polar's own guesses are not taken. */
const weight: Feed = {
	name: "physical-info",
	kinds: ["body-weight"],
	overlap: 0,
	firstWindow: 0,
	first: () => get("/v3/users/physical-info"),
	read: ({ body }) => {
		const payload = body === undefined ? {} : asObject(body, "physical-info");
		const [kilograms, at] = [positiveAt(payload, "weight"), utc(textAt(payload, "modified"))];
		const known = /USER|MEASURED/.test(textAt(payload, "weight_source") ?? "");
		if (kilograms === undefined || at === undefined || !known) return { records: [] };
		return { records: [{ measures: [{ kind: "body-weight", externalId: at, at, kilograms }], raw: payload }] };
	},
	noneStatuses: [204, 404],
	absent: "nothing",
};

/** A kept payload is an item of its list; a day of heart rates has its date with it. */
function replay(source: string, raw: unknown, context: FeedContext): readonly Upstream[] {
	const payload = asObject(raw, "a payload");
	if (source === exercises.name) return [exercise(payload, context)];
	if (source === sleep.name) return [night(payload)];
	if (source === heartRate.name) return [heartRateDay(payload, "", context.timeZone)];
	const feed = [oxygen, temperature, weight].find(({ name }) => name === source);
	const body = feed === weight ? payload : [payload];
	return feed?.read({ status: 200, body }, get(""), context).records ?? [];
}

/** Times that Polar documents as UTC, with or without the letter. */
function utc(text: string | undefined): string | undefined {
	return instantOf(text) ?? instantAtOffset(text, 0);
}

function eachOf(body: unknown, what: string, read: (payload: Payload) => Upstream[]): readonly Upstream[] {
	const items = body === undefined ? [] : asList(body, what);
	return readEach(
		items,
		(item) => read(asObject(item, what)),
		(item, why) => [unreadItem(item, why)],
	).flat();
}

/** Two numbers each, of the short window and the long one; the reset is in seconds from now. */
function limits(header: (name: string) => string | null, now: number): readonly LimitReading[] {
	const [most, used, reset] = ["Limit", "Usage", "Reset"].map((what) => (header(`RateLimit-${what}`) ?? "").split(","));
	return ["15min", "day"].flatMap((name, at) => {
		const numbers = [most?.[at], used?.[at], reset?.[at]].map((text) =>
			/^\s*\d+\s*$/.test(text ?? "") ? Number(text) : undefined,
		);
		const [limit, usage, seconds] = numbers;
		if (limit === undefined || usage === undefined || seconds === undefined) return [];
		return [{ name, limit, used: usage, endsAt: now + seconds * 1000 }];
	});
}

/** Hex HMAC-SHA256 of the body as it came. */
function verify(signature: string, body: string, secret: string): boolean {
	if (!/^[0-9a-f]{64}$/i.test(signature)) return false;
	return timingSafeEqual(createHmac("sha256", secret).update(body).digest(), Buffer.from(signature, "hex"));
}

function events(body: unknown): readonly VendorEvent[] {
	const event = asObject(body, "the event");
	const vendorUserId = idAt(event, "user_id");
	if (vendorUserId === undefined) throw new Failure("invalid", "user_id is missing");
	const entity = idAt(event, "entity_id");
	if (event.event === "EXERCISE" && entity !== undefined) {
		return [{ vendorUserId, errand: { do: "fetch", feed: exercises.name, externalId: entity } }];
	}
	const known = ["EXERCISE", "SLEEP", "CONTINUOUS_HEART_RATE", "PHYSICAL_INFORMATION"].includes(String(event.event));
	return known ? [{ vendorUserId, errand: { do: "pull" } }] : [];
}

/** Polar AccessLink v3. The token lasts a year and has no refresh; the person must be enrolled, or nothing comes. */
export const polar: Vendor = {
	name: "polar",
	title: "Polar",
	yields: ["exercise", "sleep", "heart-rate", "oxygen-saturation", "body-temperature", "body-weight"],
	apiBase: "https://www.polaraccesslink.com",
	oauth: {
		authorize: { origin: "https://flow.polar.com", path: "/oauth2/authorization" },
		token: { origin: "https://polarremote.com", path: "/v2/oauth2/token" },
		clientAuthentication: "client_secret_basic",
		scope: "accesslink.read_all",
		missingScope: () => undefined,
		vendorUserId: (reply) => idAt(reply, "x_user_id"),
		enrol: (memberId) => ({ method: "POST", path: "/v3/users", json: { "member-id": memberId } }),
		enrolled({ status }) {
			// 409: enrolled before.
			if ((status >= 200 && status < 300) || status === 409) return undefined;
			return status === 403
				? "Polar wants you to accept its consents first (flow.polar.com, Settings, Privacy); then connect again"
				: "Polar did not register you; connect again later";
		},
		revoke: (vendorUserId) => ({ method: "DELETE", path: `/v3/users/${encodeURIComponent(vendorUserId)}` }),
	},
	feeds: [exercises, sleep, heartRate, oxygen, temperature, weight],
	givesId: ({ kind }) => kind === "exercise",
	refusals: [401],
	replay,
	limits: { read: limits, nextWindow: (now) => now + 15 * 60_000 },
	webhooks: {
		signatureHeader: "polar-webhook-signature",
		signatureRequired: true,
		signsWithClientSecret: false,
		subscribe: {
			request: ({ id, secret }, url) => ({
				path: "/v3/webhooks",
				headers: {
					"content-type": "application/json",
					authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
				},
				body: JSON.stringify({ events: ["EXERCISE", "SLEEP", "CONTINUOUS_HEART_RATE", "PHYSICAL_INFORMATION"], url }),
			}),
			read(body) {
				const data = objectAt(asObject(body, "the webhook"), "data");
				return { id: idAt(data, "id"), secret: textAt(data, "signature_secret_key") };
			},
		},
		verify,
		events,
		isPing: (body) => objectAt({ body }, "body").event === "PING",
	},
};
