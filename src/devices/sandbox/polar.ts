import { createHmac, randomBytes } from "node:crypto";
import { generatedPolar, type PolarData } from "./polar-data.ts";
import {
	consentPage,
	type Parsed,
	parsed,
	type SandboxClock,
	type StandIn,
	type StandInReply,
	sendBack,
} from "./stand-in.ts";

/** What a Polar stand-in may be told to be like. */
export interface PolarSandboxOptions {
	readonly clientId: string;
	readonly clientSecret: string;
	readonly clock: SandboxClock;
	/** Requests per quarter hour and per day. Default: 520 and 5100 */
	readonly limits?: readonly [number, number];
	/** Whether people come with generated data. Default: true */
	readonly generated?: boolean;
	/** Takes tokens of its form that it does not know: a demo that was restarted. Default: false */
	readonly adoptsTokens?: boolean;
}

/** A stand-in for Polar AccessLink v3, and the strings it hangs on. */
export interface PolarSandbox {
	readonly standIn: StandIn;
	/** Data of a user beyond the generated ones; edit them at will. */
	dataOf(user: number): PolarData;
	/** Users who have not accepted all consents. */
	readonly withoutConsent: Set<number>;
	/** Statuses of the next data answers, instead of what it would say. */
	readonly troubles: number[];
	/** An event signed as Polar signs. */
	event(event: Record<string, unknown>): { body: string; headers: Record<string, string> };
	readonly webhooks: Map<string, { url: string; key: string }>;
	readonly counts: Map<string, number>;
}

const quarter = 15 * 60_000;
const day = 86_400_000;

/** Behaves as device-apis.md section 2 says Polar does. */
export function polarSandbox(options: PolarSandboxOptions): PolarSandbox {
	const { clock, limits = [520, 5100] } = options;
	const codes = new Map<string, { user: number; used: boolean; expiresAt: number }>();
	const tokens = new Map<string, number>();
	const enrolled = new Set<number>();
	const own = new Map<number, PolarData>();
	const webhooks = new Map<string, { url: string; key: string }>();
	const counts = new Map<string, number>();
	const withoutConsent = new Set<number>();
	const troubles: number[] = [];
	const windows = [
		{ length: quarter, endsAt: 0, used: 0, most: limits[0] },
		{ length: day, endsAt: 0, used: 0, most: limits[1] },
	];

	const dataOf = (user: number): PolarData => {
		const known = own.get(user) ?? {
			exercises: [],
			nights: [],
			heartRates: [],
			spo2: [],
			temperatures: [],
			physicalInfo: undefined,
		};
		own.set(user, known);
		return known;
	};
	const basic = `Basic ${Buffer.from(`${options.clientId}:${options.clientSecret}`).toString("base64")}`;

	function authorize({ query, form, route }: Parsed): StandInReply {
		if (route.startsWith("GET")) return consentPage("Polar", query, ["accesslink.read_all"]);
		if (form.get("decision") !== "allow") return sendBack(form, { error: "access_denied" });
		const code = randomBytes(16).toString("hex");
		codes.set(code, { user: Number(form.get("user") ?? 475), used: false, expiresAt: clock.now() + 600_000 });
		return sendBack(form, { code });
	}

	function token({ form }: Parsed, authorization: string | undefined): StandInReply {
		if (authorization !== basic) return { status: 401, body: { error: "invalid_client" } };
		const code = codes.get(form.get("code") ?? "");
		if (code?.used) {
			for (const [one, user] of tokens) if (user === code.user) tokens.delete(one);
		}
		if (code === undefined || code.used || code.expiresAt < clock.now())
			return { status: 400, body: { error: "invalid_grant" } };
		code.used = true;
		const access = `sandbox-${code.user}-${randomBytes(16).toString("hex")}`;
		tokens.set(access, code.user);
		return {
			status: 200,
			body: { access_token: access, token_type: "bearer", expires_in: 31_535_999, x_user_id: code.user },
		};
	}

	function userOf(bearer: string | undefined): number | undefined {
		const known = tokens.get(bearer ?? "");
		const [, adopted] = /^sandbox-(\d+)-/.exec(bearer ?? "") ?? [];
		if (known !== undefined || options.adoptsTokens !== true || adopted === undefined) return known;
		enrolled.add(Number(adopted));
		return Number(adopted);
	}

	function count(): { headers: Record<string, string>; over: boolean } {
		const now = clock.now();
		for (const window of windows) {
			if (window.endsAt <= now) Object.assign(window, { endsAt: now + window.length, used: 0 });
			window.used++;
		}
		const headers = {
			"RateLimit-Limit": windows.map(({ most }) => most).join(","),
			"RateLimit-Usage": windows.map(({ used, most }) => Math.min(used, most)).join(","),
			"RateLimit-Reset": windows.map(({ endsAt }) => Math.ceil((endsAt - now) / 1000)).join(","),
		};
		return { headers, over: windows.some(({ used, most }) => used > most) };
	}

	function api(request: Parsed): StandInReply {
		const { headers, over } = count();
		if (over) return { status: 429, headers };
		const trouble = troubles.shift();
		if (trouble !== undefined && trouble > 0) return { status: trouble, headers };
		const user = userOf(request.bearer);
		if (user === undefined) return { status: 401, headers };
		return { ...users(request, user), headers };
	}

	function users(request: Parsed, user: number): StandInReply {
		const { route, path } = request;
		if (route === "POST /v3/users") {
			if (withoutConsent.has(user)) return { status: 403 };
			if (enrolled.has(user)) return { status: 409 };
			enrolled.add(user);
			return { status: 200, body: { "polar-user-id": user, "member-id": request.form.get("member-id") } };
		}
		if (route === `DELETE /v3/users/${user}`) {
			enrolled.delete(user);
			for (const [one, of] of tokens) if (of === user) tokens.delete(one);
			return { status: 204 };
		}
		// Nothing comes before the person is registered, nor without their consents.
		if (!enrolled.has(user) || withoutConsent.has(user)) return { status: 403 };
		if (path === `/v3/users/${user}`) return { status: 200, body: { "polar-user-id": user } };
		return data(request, user);
	}

	function data({ path, query }: Parsed, user: number): StandInReply {
		const generated = options.generated === false ? undefined : generatedPolar(user, clock.now());
		const mine = dataOf(user);
		const exercises = [...mine.exercises, ...(generated?.exercises ?? [])].filter(
			({ upload_time }) => Date.parse(upload_time) > clock.now() - 30 * day,
		);
		const nights = [...mine.nights, ...(generated?.nights ?? [])].filter(
			({ date }) => Date.parse(date) > clock.now() - 28 * day,
		);
		const heartRates = [...mine.heartRates, ...(generated?.heartRates ?? [])];
		const [, list, id] = /^\/v3\/(exercises|users\/[a-z-]+(?:\/[a-z0-9]+)?)(?:\/([\w:.-]+))?$/.exec(path) ?? [];
		if (path === "/v3/exercises") return { status: 200, body: exercises };
		if (list === "exercises") return one(exercises.find((exercise) => exercise.id === id));
		if (path === "/v3/users/sleep") return { status: 200, body: { nights } };
		if (path.startsWith("/v3/users/sleep/")) return one(nights.find(({ date }) => path.endsWith(date)));
		const [from, to] = [query.get("from"), query.get("to")];
		const tooLong = from !== null && to !== null && Date.parse(to) - Date.parse(from) > 28 * day;
		if (tooLong)
			return { status: 400, body: { status: 400, errorType: "BAD_REQUEST", message: "range is longer than 28 days" } };
		if (path === "/v3/users/continuous-heart-rate") {
			if (from === null || to === null) return { status: 400 };
			return one({ heart_rates: heartRates.filter(({ date }) => date >= from && date <= to) });
		}
		if (path.startsWith("/v3/users/continuous-heart-rate/"))
			return one(heartRates.find(({ date }) => path.endsWith(date)));
		if (path === "/v3/users/physical-info") return one(mine.physicalInfo ?? generated?.physicalInfo);
		const biosensing = { spo2: mine.spo2, bodytemperature: mine.temperatures }[path.split("/").at(-1) ?? ""];
		if (biosensing !== undefined) return biosensing.length === 0 ? { status: 204 } : { status: 200, body: biosensing };
		return { status: 404 };
	}

	async function hooks({ route, form, path }: Parsed, authorization: string | undefined): Promise<StandInReply> {
		if (authorization !== basic) return { status: 401 };
		if (route === "GET /v3/webhooks")
			return { status: 200, body: { data: [...webhooks].map(([id, { url }]) => ({ id, url, active: true })) } };
		if (route.startsWith("DELETE")) return { status: webhooks.delete(path.split("/").at(-1) ?? "") ? 204 : 404 };
		if (webhooks.size > 0) return { status: 409 };
		const url = form.get("url") ?? "";
		const ping = await fetch(url, {
			method: "POST",
			headers: { "content-type": "application/json", "Polar-Webhook-Event": "PING" },
			body: JSON.stringify({ timestamp: new Date(clock.now()).toISOString(), event: "PING" }),
		});
		if (ping.status !== 200) return { status: 400 };
		const [id, key] = [randomBytes(4).toString("hex"), randomBytes(16).toString("hex")];
		webhooks.set(id, { url, key });
		return { status: 201, body: { data: { id, events: ["EXERCISE"], url, signature_secret_key: key } } };
	}

	return {
		dataOf,
		withoutConsent,
		troubles,
		webhooks,
		counts,
		event(event) {
			const body = JSON.stringify({ timestamp: new Date(clock.now()).toISOString(), ...event });
			const [hook] = webhooks.values();
			const signature = createHmac("sha256", hook?.key ?? "")
				.update(body)
				.digest("hex");
			return { body, headers: { "content-type": "application/json", "polar-webhook-signature": signature } };
		},
		async standIn(raw) {
			const request = parsed(raw);
			const sort = request.path.replace(/[\d-]{6,}/g, "…");
			counts.set(sort, (counts.get(sort) ?? 0) + 1);
			if (request.path === "/oauth2/authorization") return authorize(request);
			if (request.route === "POST /v2/oauth2/token") return token(request, raw.headers.authorization);
			if (request.path.startsWith("/v3/webhooks")) return hooks(request, raw.headers.authorization);
			if (request.path.startsWith("/v3/")) return api(request);
			return { status: 404 };
		},
	};
}

function one(body: object | undefined): StandInReply {
	return body === undefined ? { status: 404 } : { status: 200, body };
}
