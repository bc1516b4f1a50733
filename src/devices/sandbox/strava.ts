import { createHmac, randomBytes } from "node:crypto";
import { type Parsed, parsed, type SandboxClock, type StandIn, type StandInReply } from "./stand-in.ts";
import { generatedActivities, type StravaActivity } from "./strava-activities.ts";
import { stravaData } from "./strava-data.ts";
import { fault, stravaGrants } from "./strava-grants.ts";

/** What a Strava stand-in may be told to be like. */
export interface StravaSandboxOptions {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly clock: SandboxClock;
	/** Requests per quarter hour and per day. Default: 100 and 1000 reads, twice as much in all. */
	readonly limits?: readonly [number, number];
	/** Workouts generated per athlete. Default: 60 days of them, going on with the clock. */
	readonly generated?: boolean;
	/** Takes tokens of its form that it does not know: a demo that was restarted. Default: false */
	readonly adoptsTokens?: boolean;
}

/** A stand-in for Strava, and the strings it hangs on. */
export interface StravaSandbox {
	readonly standIn: StandIn;
	/** Workouts of an athlete beyond the generated ones; edit and delete them at will. */
	activitiesOf(athlete: number): Map<number, StravaActivity>;
	/** The next answers of the API, instead of what it would say: a status, or "cut". */
	readonly troubles: (number | "cut")[];
	/** The nth data request from now (1 is the next) gets this trouble. */
	troubleAt(nth: number, trouble: number | "cut"): void;
	/** Takes the access of an athlete away, as they may in their settings. */
	revoke(athlete: number): void;
	/** How many requests of each sort came. */
	readonly counts: Map<string, number>;
	/** The event body and headers as Strava sends them. */
	event(event: Record<string, unknown>): { body: string; headers: Record<string, string> };
	readonly subscriptions: Map<number, { callback_url: string; verify_token: string }>;
}

const hour = 3_600_000;
const quarter = 15 * 60_000;
/** Behaves as device-apis.md section 1 says Strava does. */
export function stravaSandbox(options: StravaSandboxOptions): StravaSandbox {
	const { clock, limits = [100, 1000] } = options;
	const grants = stravaGrants(options);
	const own = new Map<number, Map<number, StravaActivity>>();
	const counts = new Map<string, number>();
	const troubles: (number | "cut")[] = [];
	const used = { quarter: 0, quarterIs: 0, day: 0, dayIs: 0 };
	const subscriptions = new Map<number, { callback_url: string; verify_token: string }>();
	let nextSubscription = 1;

	const activitiesOf = (athlete: number) => {
		const known = own.get(athlete) ?? new Map<number, StravaActivity>();
		own.set(athlete, known);
		return known;
	};
	const all = (athlete: number): StravaActivity[] => {
		const made = options.generated === false ? [] : generatedActivities(athlete, clock.now());
		const mine = activitiesOf(athlete);
		return [...made.filter(({ id }) => !mine.has(id)), ...mine.values()].sort((one, other) =>
			other.start_date.localeCompare(one.start_date),
		);
	};
	function count(): { headers: Record<string, string>; over: boolean } {
		const now = clock.now();
		if (Math.floor(now / quarter) !== used.quarterIs) [used.quarterIs, used.quarter] = [Math.floor(now / quarter), 0];
		if (Math.floor(now / (24 * hour)) !== used.dayIs) [used.dayIs, used.day] = [Math.floor(now / (24 * hour)), 0];
		used.quarter++;
		used.day++;
		const headers = {
			"X-Ratelimit-Limit": `${limits[0] * 2},${limits[1] * 2}`,
			"X-Ratelimit-Usage": `${used.quarter},${used.day}`,
			"X-Readratelimit-Limit": `${limits[0]},${limits[1]}`,
			"X-Readratelimit-Usage": `${used.quarter},${used.day}`,
		};
		return { headers, over: used.quarter > limits[0] || used.day > limits[1] };
	}

	function api(request: Parsed): StandInReply {
		const trouble = troubles.shift();
		if (trouble === "cut") throw new Error("cut");
		const { headers, over } = count();
		if (over) {
			return {
				status: 429,
				headers,
				body: { message: "Too Many Requests", errors: "Rate Limit Exceeded", status: 429 },
			};
		}
		if (trouble !== undefined && trouble > 0) return { status: trouble, headers, body: "" };
		const grant = grants.grantOf(request.bearer);
		if (grant === undefined) return { ...fault(401, "Authorization Error", "Application", "", "invalid"), headers };
		const answer = stravaData(request, grant, all(grant.athlete), clock);
		return { ...answer, headers };
	}

	async function subscribe({ route, form, query, path }: Parsed): Promise<StandInReply> {
		if (route.startsWith("GET"))
			return { status: 200, body: [...subscriptions].map(([id, one]) => ({ id, callback_url: one.callback_url })) };
		if (route.startsWith("DELETE")) {
			return { status: subscriptions.delete(Number(path.split("/").at(-1))) && query.has("client_id") ? 204 : 404 };
		}
		const [callback_url, verify_token] = [form.get("callback_url") ?? "", form.get("verify_token") ?? ""];
		const challenge = randomBytes(8).toString("hex");
		const url = new URL(callback_url);
		url.searchParams.set("hub.mode", "subscribe");
		url.searchParams.set("hub.challenge", challenge);
		url.searchParams.set("hub.verify_token", verify_token);
		const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
		const echoed = (await answer.json()) as Record<string, unknown>;
		if (answer.status !== 200 || echoed["hub.challenge"] !== challenge) {
			return fault(400, "Bad Request", "PushSubscription", "callback url", "GET to callback URL does not return 200");
		}
		const id = nextSubscription++;
		subscriptions.set(id, { callback_url, verify_token });
		return { status: 201, body: { id, resource_state: 2, callback_url } };
	}

	return {
		activitiesOf,
		troubles,
		counts,
		subscriptions,
		troubleAt(nth, trouble) {
			while (troubles.length < nth) troubles.push(0);
			troubles[nth - 1] = trouble;
		},
		revoke: grants.revoke,
		event(event) {
			const body = JSON.stringify({
				aspect_type: "create",
				object_type: "activity",
				subscription_id: 1,
				updates: {},
				...event,
			});
			const seconds = Math.floor(clock.now() / 1000);
			const signature = createHmac("sha256", options.clientSecret).update(`${seconds}.${body}`).digest("hex");
			return {
				body,
				headers: { "content-type": "application/json", "x-strava-signature": `t=${seconds},v1=${signature}` },
			};
		},
		async standIn(raw) {
			const request = parsed(raw);
			const sort = request.path.replace(/\d+/g, "…");
			counts.set(sort, (counts.get(sort) ?? 0) + 1);
			if (request.path === "/oauth/authorize") return grants.authorize(request);
			if (request.route === "POST /oauth/token") return grants.token(request);
			if (request.route === "POST /oauth/deauthorize" || request.route === "POST /oauth/revoke")
				return grants.deauthorize(request);
			if (request.path.startsWith("/api/v3/push_subscriptions")) return subscribe(request);
			if (request.path.startsWith("/api/v3/")) return api(request);
			return { status: 404 };
		},
	};
}
