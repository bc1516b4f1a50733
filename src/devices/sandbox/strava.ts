import { createHmac, randomBytes } from "node:crypto";
import {
	consentPage,
	type Parsed,
	parsed,
	type SandboxClock,
	type StandIn,
	type StandInReply,
	sendBack,
} from "./stand-in.ts";
import { generatedActivities, type StravaActivity } from "./strava-activities.ts";

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

interface Grant {
	readonly athlete: number;
	readonly scope: string;
	access: string;
	expiresAt: number;
	refresh: string;
	/** Earlier access tokens still good until their own end. */
	readonly older: { token: string; expiresAt: number }[];
}

const hour = 3_600_000;
const quarter = 15 * 60_000;
const fault = (status: number, message: string, resource: string, field: string, code: string): StandInReply => ({
	status,
	body: { message, errors: [{ resource, field, code }] },
});

/** Behaves as device-apis.md section 1 says Strava does. */
export function stravaSandbox(options: StravaSandboxOptions): StravaSandbox {
	const { clock, limits = [100, 1000] } = options;
	const codes = new Map<string, { athlete: number; scope: string }>();
	const grants: Grant[] = [];
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
	const grantOf = (bearer: string | undefined): Grant | undefined => {
		const found = grants.find(
			({ access, expiresAt, older }) =>
				(access === bearer && expiresAt > clock.now()) ||
				older.some((one) => one.token === bearer && one.expiresAt > clock.now()),
		);
		const [, athlete] = /^sandbox-(\d+)-/.exec(bearer ?? "") ?? [];
		if (found !== undefined || options.adoptsTokens !== true || athlete === undefined) return found;
		return {
			athlete: Number(athlete),
			scope: "read,activity:read_all",
			access: bearer ?? "",
			expiresAt: 0,
			refresh: "",
			older: [],
		};
	};
	const newToken = (athlete: number) => `sandbox-${athlete}-${randomBytes(16).toString("hex")}`;

	function authorize({ query, form, route }: Parsed): StandInReply {
		if (route.startsWith("GET")) return consentPage("Strava", query, (query.get("scope") ?? "").split(/[ ,]/));
		if (form.get("decision") !== "allow") return sendBack(form, { error: "access_denied" });
		const athlete = Number(form.get("athlete") ?? 1_000_001);
		const [code, scope] = [randomBytes(20).toString("hex"), form.getAll("scope").join(",")];
		codes.set(code, { athlete, scope });
		return sendBack(form, { code, scope });
	}

	function token({ form }: Parsed): StandInReply {
		if (form.get("client_id") !== options.clientId || form.get("client_secret") !== options.clientSecret) {
			return fault(400, "Bad Request", "Application", "client_id", "invalid");
		}
		if (form.get("grant_type") === "authorization_code") {
			const code = codes.get(form.get("code") ?? "");
			codes.delete(form.get("code") ?? "");
			if (code === undefined) return fault(400, "Bad Request", "RequestToken", "code", "invalid");
			const access = newToken(code.athlete);
			const grant: Grant = {
				...code,
				access,
				expiresAt: clock.now() + 6 * hour,
				refresh: newToken(code.athlete),
				older: [],
			};
			grants.push(grant);
			return {
				status: 200,
				body: { ...tokens(grant), athlete: { id: code.athlete, resource_state: 2, firstname: "Sandy" } },
			};
		}
		const refresh = form.get("refresh_token") ?? "";
		let grant = grants.find((one) => one.refresh === refresh);
		const [, adopted] = /^sandbox-(\d+)-/.exec(refresh) ?? [];
		if (grant === undefined && options.adoptsTokens === true && adopted !== undefined) {
			grant = {
				athlete: Number(adopted),
				scope: "read,activity:read_all",
				access: "",
				expiresAt: 0,
				refresh,
				older: [],
			};
			grants.push(grant);
		}
		if (grant === undefined) return fault(400, "Bad Request", "RefreshToken", "refresh_token", "invalid");
		// With more than an hour left the same token comes again; else both are new, and the old refresh token is dead at once.
		if (grant.expiresAt - clock.now() <= hour) {
			grant.older.push({ token: grant.access, expiresAt: grant.expiresAt });
			grant.access = newToken(grant.athlete);
			grant.expiresAt = clock.now() + 6 * hour;
			grant.refresh = newToken(grant.athlete);
		}
		return { status: 200, body: tokens(grant) };
	}

	function tokens({ access, refresh, expiresAt }: Grant) {
		const at = Math.floor(expiresAt / 1000);
		const left = at - Math.floor(clock.now() / 1000);
		return { token_type: "Bearer", access_token: access, refresh_token: refresh, expires_at: at, expires_in: left };
	}

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
		const grant = grantOf(request.bearer);
		if (grant === undefined) return { ...fault(401, "Authorization Error", "Application", "", "invalid"), headers };
		const answer = data(request, grant);
		return { ...answer, headers };
	}

	function data({ path, query }: Parsed, { athlete, scope }: Grant): StandInReply {
		const seesPrivate = scope.includes("activity:read_all");
		if (!seesPrivate && !scope.includes("activity:read")) {
			return fault(401, "Authorization Error", "AccessToken", "activity:read_permission", "missing");
		}
		const visible = all(athlete).filter((one) => seesPrivate || one.private !== true);
		if (path === "/api/v3/athlete/activities") {
			const [after, before] = ["after", "before"].map((name) => query.get(name));
			if (after !== null && after !== undefined && Number(after) * 1000 > clock.now()) {
				return fault(400, "Bad Request", "Application", "after", "future");
			}
			const size = Math.min(200, Number(query.get("per_page") ?? 30));
			const page = Number(query.get("page") ?? 1);
			const within = visible.filter(({ start_date }) => {
				const at = Date.parse(start_date) / 1000;
				return (after == null || at > Number(after)) && (before == null || at < Number(before));
			});
			return { status: 200, body: within.slice((page - 1) * size, page * size).map(summary) };
		}
		const [, id, part] = /^\/api\/v3\/activities\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
		const found = visible.find((one) => String(one.id) === id);
		// Not found, or not theirs: without a body.
		if (found === undefined)
			return path === "/api/v3/athlete" ? { status: 200, body: { id: athlete, resource_state: 3 } } : { status: 404 };
		if (part === "streams")
			return {
				status: 200,
				body: { distance: { data: [0], series_type: "distance", original_size: 1, resolution: "low" } },
			};
		if (part === "zones")
			return { status: 200, body: [{ type: "heartrate", distribution_buckets: [{ min: 0, max: -1, time: 60 }] }] };
		return { status: 200, body: { ...found, resource_state: 3 } };
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
		revoke(athlete) {
			for (let at = grants.length - 1; at >= 0; at--) if (grants[at]?.athlete === athlete) grants.splice(at, 1);
		},
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
			if (request.path === "/oauth/authorize") return authorize(request);
			if (request.route === "POST /oauth/token") return token(request);
			if (request.route === "POST /oauth/deauthorize" || request.route === "POST /oauth/revoke") {
				const bearer = request.bearer ?? request.form.get("access_token") ?? request.form.get("token") ?? "";
				const at = grants.findIndex(({ access }) => access === bearer);
				if (at >= 0) grants.splice(at, 1);
				return at >= 0
					? { status: 200, body: { access_token: bearer } }
					: { status: 401, body: { message: "Authorization Error" } };
			}
			if (request.path.startsWith("/api/v3/push_subscriptions")) return subscribe(request);
			if (request.path.startsWith("/api/v3/")) return api(request);
			return { status: 404 };
		},
	};
}

/** What the list tells: no calories, no description. */
function summary({ calories: _, description: __, ...rest }: StravaActivity): object {
	return { ...rest, resource_state: 2 };
}
