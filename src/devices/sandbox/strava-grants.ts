import { randomBytes } from "node:crypto";
import { consentPage, type Parsed, type StandInReply, sendBack } from "./stand-in.ts";
import type { StravaSandboxOptions } from "./strava.ts";

/** Access somebody gave an app. */
export interface Grant {
	readonly athlete: number;
	readonly scope: string;
	access: string;
	expiresAt: number;
	refresh: string;
	/** Earlier access tokens still good until their own end. */
	readonly older: { token: string; expiresAt: number }[];
}

/** A failure as Strava's API tells it. */
export function fault(status: number, message: string, resource: string, field: string, code: string): StandInReply {
	return { status, body: { message, errors: [{ resource, field, code }] } };
}

const hour = 3_600_000;

/** Strava's OAuth (device-apis.md 1.1): codes that work once, access for six hours, refresh tokens that die when a new one is given. */
export function stravaGrants(options: StravaSandboxOptions) {
	const { clock } = options;
	const codes = new Map<string, { athlete: number; scope: string }>();
	const grants: Grant[] = [];

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

	/** Ends the access of whoever shows its token. */
	function deauthorize(request: Parsed): StandInReply {
		const bearer = request.bearer ?? request.form.get("access_token") ?? request.form.get("token") ?? "";
		const at = grants.findIndex(({ access }) => access === bearer);
		if (at >= 0) grants.splice(at, 1);
		return at >= 0
			? { status: 200, body: { access_token: bearer } }
			: { status: 401, body: { message: "Authorization Error" } };
	}

	return {
		authorize,
		token,
		deauthorize,
		/** Whose access a token is; undefined for one that is no good. */
		grantOf,
		/** Takes the access of an athlete away. */
		revoke(athlete: number): void {
			for (let at = grants.length - 1; at >= 0; at--) if (grants[at]?.athlete === athlete) grants.splice(at, 1);
		},
	};
}
