import { createHmac, timingSafeEqual } from "node:crypto";
import { Failure } from "../../fhir/failure.ts";
import { instantOf, instantText } from "../civil-time.ts";
import type { Activity, Exercise } from "../measures.ts";
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
import {
	type Feed,
	type LimitReading,
	type Upstream,
	unreadItem,
	type Vendor,
	type VendorEvent,
	type VendorRequest,
} from "../vendor.ts";

const day = 86_400_000;
const pageSize = 200;
const home = "https://www.strava.com";

const detailOf = (id: string): VendorRequest => ({
	method: "GET",
	path: `/api/v3/activities/${encodeURIComponent(id)}`,
	query: { include_all_efforts: "false" },
});

/**
 * Workouts. The list has no "changed since", no total and no promised order: all pages of a window are walked, until an empty one.
 * Calories are in the detail only.
 */
const activities: Feed = {
	name: "activities",
	kinds: ["exercise"],
	overlap: 7 * day,
	shifts: true,
	firstWindow: 30 * day,
	backfill: { since: "2008-01-01", window: 365 * day },
	// `after` in the future is refused, and both ends are exclusive.
	first: ({ from, to }) => listOf(Math.floor(from / 1000) - 1, Math.ceil(to / 1000) + 1, 1),
	read(reply, request) {
		const list = asList(reply.body, "the list of activities");
		const records = readEach(list, (item) => activity(asObject(item, "an activity")), unreadItem);
		const { after, before, page } = request.query ?? {};
		const next = list.length === 0 ? undefined : listOf(Number(after), Number(before), Number(page) + 1);
		return { records, next };
	},
	absent: detailOf,
	detail: {
		adds: true,
		request: detailOf,
		read: ({ body }) => activity(asObject(body, "an activity")),
	},
};

function listOf(after: number, before: number, page: number): VendorRequest {
	const query = { after: String(after), before: String(before), page: String(page), per_page: String(pageSize) };
	return { method: "GET", path: "/api/v3/athlete/activities", query };
}

/** An activity, from the list or in detail. `start_date` is UTC; `start_date_local` only looks as if it were. */
function activity(payload: Payload): Upstream {
	const externalId = idAt(payload, "id");
	const at = instantOf(textAt(payload, "start_date"));
	if (externalId === undefined || at === undefined) throw unreadable("an activity without id or start_date");
	const elapsed = numberAt(payload, "elapsed_time") ?? numberAt(payload, "moving_time") ?? 0;
	const calories = positiveAt(payload, "calories");
	const work = positiveAt(payload, "kilojoules");
	const measure: Exercise = given({
		kind: "exercise" as const,
		externalId,
		at,
		endedAt: instantText(Date.parse(at) + elapsed * 1000),
		durationSeconds: numberAt(payload, "moving_time") ?? elapsed,
		distanceMetres: positiveAt(payload, "distance"),
		// A cyclist's body turns about a quarter of what it burns into work, which makes kJ of work ≈ kcal burned.
		energyKilocalories: calories ?? work,
		averageHeartRatePerMinute: positiveAt(payload, "average_heartrate"),
		maximumHeartRatePerMinute: positiveAt(payload, "max_heartrate"),
		note: note(payload, calories === undefined && work !== undefined),
		activity: activityOf(sportOf(payload)),
	});
	return { measures: [measure], raw: payload };
}

function sportOf(payload: Payload): string {
	return textAt(payload, "sport_type") ?? textAt(payload, "type") ?? "Workout";
}

function note(payload: Payload, estimated: boolean): string {
	const name = textAt(payload, "name");
	const facts = [
		name === undefined ? sportOf(payload) : `${sportOf(payload)}: ${name}`,
		...(payload.manual === true ? ["entered by hand"] : []),
		...(estimated ? ["calories estimated from mechanical work"] : []),
	];
	return facts.join("; ");
}

function activityOf(sport: string): Activity {
	if (/run/i.test(sport)) return "run";
	if (/walk|hike|snowshoe/i.test(sport)) return "walk";
	if (/ride|cycling|velomobile|handcycle/i.test(sport)) return "ride";
	if (/swim/i.test(sport)) return "swim";
	return "other";
}

const limitNames = [
	["X-RateLimit", ""],
	["X-ReadRateLimit", "read-"],
] as const;

/** "100,1000" and "78,221": the quarter hour, and the day in UTC. Some replies leave the numbers out (","). */
function limits(header: (name: string) => string | null, now: number): readonly LimitReading[] {
	return limitNames.flatMap(([prefix, name]) => {
		const [most, used] = ["Limit", "Usage"].map((what) => (header(`${prefix}-${what}`) ?? "").split(","));
		return [
			{ name: `${name}15min`, endsAt: nextQuarter(now) },
			{ name: `${name}day`, endsAt: (Math.floor(now / day) + 1) * day },
		].flatMap((window, at) => {
			const [limit, usage] = [most?.[at], used?.[at]].map((text) =>
				/^\s*\d+\s*$/.test(text ?? "") ? Number(text) : -1,
			);
			return limit === undefined || usage === undefined || limit < 0 || usage < 0
				? []
				: [{ ...window, limit, used: usage }];
		});
	});
}

function nextQuarter(now: number): number {
	const quarter = 15 * 60_000;
	return (Math.floor(now / quarter) + 1) * quarter;
}

/** `t=<epoch s>,v1=<hex HMAC-SHA256 of "t.body">`, not older than five minutes. */
function verify(signature: string, body: string, secret: string, now: number): boolean {
	const [, time = "", hex = ""] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/i.exec(signature.trim()) ?? [];
	if (Math.abs(now - Number(time) * 1000) > 300_000) return false;
	const expected = createHmac("sha256", secret).update(`${time}.${body}`).digest();
	return timingSafeEqual(expected, Buffer.from(hex.padEnd(64, "0"), "hex")) && hex !== "";
}

function events(body: unknown): readonly VendorEvent[] {
	const event = asObject(body, "the event");
	const [vendorUserId, objectId] = [idAt(event, "owner_id"), idAt(event, "object_id")];
	const { object_type: type } = event;
	if (vendorUserId === undefined || objectId === undefined)
		throw new Failure("invalid", "owner_id or object_id is missing");
	if (type === "athlete") {
		// Access taken back: the next request finds out.
		const revoked = String(objectAt(event, "updates").authorized) === "false";
		return revoked ? [{ vendorUserId, errand: { do: "pull" } }] : [];
	}
	if (type !== "activity") throw new Failure("invalid", "object_type is neither activity nor athlete");
	return [{ vendorUserId, errand: { do: "fetch", feed: activities.name, externalId: objectId } }];
}

/** Strava API v3: workouts only. Tokens last six hours, and a refresh may replace the refresh token. */
export const strava: Vendor = {
	name: "strava",
	title: "Strava",
	yields: ["exercise"],
	apiBase: home,
	oauth: {
		authorize: { origin: home, path: "/oauth/authorize" },
		token: { origin: home, path: "/oauth/token" },
		clientAuthentication: "client_secret_post",
		scope: "read,activity:read_all",
		authorizeParameters: { approval_prompt: "auto" },
		missingScope: (granted) =>
			granted === undefined || /\bactivity:read(_all)?\b/.test(granted)
				? undefined
				: "Strava did not give access to your activities: connect again and leave the box for activities ticked",
		vendorUserId: (reply) => idAt(objectAt(reply, "athlete"), "id"),
		// Strava gives out a new token only when less than an hour is left.
		refreshWithinMilliseconds: 10 * 60_000,
		revoke: () => ({ method: "POST", path: "/oauth/deauthorize" }),
	},
	feeds: [activities],
	givesId: () => true,
	refusals: [401],
	replay: (_source, raw) => [activity(asObject(raw, "an activity"))],
	limits: { read: limits, nextWindow: nextQuarter },
	webhooks: {
		signatureHeader: "x-strava-signature",
		signatureRequired: false,
		signsWithClientSecret: true,
		subscribe: {
			request: ({ id, secret }, callback_url, verify_token) => ({
				path: "/api/v3/push_subscriptions",
				headers: { "content-type": "application/x-www-form-urlencoded" },
				body: new URLSearchParams({ client_id: id, client_secret: secret, callback_url, verify_token }).toString(),
			}),
			read: (body) => ({ id: idAt(asObject(body, "the subscription"), "id"), secret: undefined }),
		},
		verify,
		events,
	},
};
