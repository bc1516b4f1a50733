import { randomBytes } from "node:crypto";
import { parsed, type SandboxClock, type StandIn, type StandInReply } from "./stand-in.ts";

/** A record as a bridge keeps it. */
export interface BridgeRecord {
	readonly _id: string;
	readonly id: string;
	readonly app: string;
	readonly start: string;
	readonly end: string | null;
	readonly data: object;
}

/** A stand-in for a bridge of HCGateway's shape, and the strings it hangs on. */
export interface BridgeSandbox {
	readonly standIn: StandIn;
	/** Records by type (`heartRate`, `sleepSession`, …); edit them at will. */
	recordsOf(type: string): BridgeRecord[];
	/** Never answers data requests. */
	hangs: boolean;
	readonly counts: Map<string, number>;
}

const half = 12 * 3_600_000;

/** Behaves as device-apis.md section 3.2 A says: sign-in with name and password, tokens for 12 hours, 403 after that, refresh. */
export function bridgeSandbox(options: { username: string; password: string; clock: SandboxClock }): BridgeSandbox {
	const { clock } = options;
	const records = new Map<string, BridgeRecord[]>();
	const counts = new Map<string, number>();
	let session = { token: "", refresh: "", expiresAt: 0 };
	const signedIn = (status: number): StandInReply => {
		session = {
			token: randomBytes(16).toString("hex"),
			refresh: session.refresh || randomBytes(16).toString("hex"),
			expiresAt: clock.now() + half,
		};
		const expiry = new Date(session.expiresAt).toISOString().replace("Z", "");
		return { status, body: { token: session.token, refresh: session.refresh, expiry } };
	};
	const sandbox: BridgeSandbox = {
		counts,
		hangs: false,
		recordsOf(type) {
			const known = records.get(type) ?? [];
			records.set(type, known);
			return known;
		},
		async standIn(raw) {
			const { route, path, form, bearer } = parsed(raw);
			counts.set(path, (counts.get(path) ?? 0) + 1);
			if (route === "POST /api/v2/login") {
				const right = form.get("username") === options.username && form.get("password") === options.password;
				return right ? signedIn(201) : { status: 403, body: { error: "invalid password" } };
			}
			if (route === "POST /api/v2/refresh") {
				return form.get("refresh") === session.refresh
					? signedIn(200)
					: { status: 403, body: { error: "invalid token" } };
			}
			if (bearer !== session.token || session.expiresAt <= clock.now())
				return { status: 403, body: { error: "token expired" } };
			if (route === "DELETE /api/v2/revoke") return { status: 200, body: { success: true } };
			const [, type] = /^POST \/api\/v2\/fetch\/(\w+)$/.exec(route) ?? [];
			if (type === undefined) return { status: 404 };
			if (sandbox.hangs) await new Promise(() => undefined);
			const { queries } = JSON.parse(raw.body) as { queries: { start?: { $gte?: string; $lte?: string } } };
			const { $gte = "", $lte = "9999" } = queries.start ?? {};
			return { status: 200, body: sandbox.recordsOf(type).filter(({ start }) => start >= $gte && start <= $lte) };
		},
	};
	return sandbox;
}
