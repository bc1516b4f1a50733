import type { Ask } from "../http-client.ts";
import type { DeviceParts } from "../parts.ts";
import type { VendorName } from "../vendor.ts";
import { polarSandbox } from "./polar.ts";
import { type SandboxClock, type StandIn, sandboxClock } from "./stand-in.ts";
import { stravaSandbox } from "./strava.ts";

/** Stand-ins for vendors nobody registered an app with, so that a newcomer can connect one and watch data arrive. */
export interface DemoVendors {
	readonly standIns: ReadonlyMap<VendorName, StandIn>;
	readonly clock: SandboxClock;
	/** The parts of pulling with the stand-ins in the vendors' places. */
	readonly parts: DeviceParts;
}

/** The app these stand-ins know. */
const client = { clientId: "demo", clientSecret: "demo-secret" };

/** Puts stand-ins where no app is registered: below `/sandbox/{vendor}` for browsers, and without a way through the network for this server. */
export function demoVendors(parts: DeviceParts): DemoVendors {
	const clock = sandboxClock();
	const made: Partial<Record<VendorName, StandIn>> = {
		strava: stravaSandbox({ ...client, clock, adoptsTokens: true }).standIn,
		polar: polarSandbox({ ...client, clock, adoptsTokens: true }).standIn,
	};
	const wanted = Object.entries(made).filter(([name]) => parts.vendors[name as VendorName].clientId === null);
	const standIns = new Map(wanted as [VendorName, StandIn][]);
	const baseOf = (name: VendorName) => `${parts.baseUrl}/sandbox/${name}`;
	const vendors = { ...parts.vendors };
	for (const name of standIns.keys()) vendors[name] = { ...vendors[name], ...client, baseUrl: baseOf(name) };
	const ask: Ask = async (call) => {
		for (const [name, standIn] of standIns) {
			if (!call.url.href.startsWith(`${baseOf(name)}/`)) continue;
			const headers = Object.fromEntries(new Headers(call.headers).entries());
			const request = {
				method: call.method,
				url: call.url.href.slice(baseOf(name).length),
				headers,
				body: call.body ?? "",
			};
			const { status, headers: given = {}, body } = await standIn(request);
			const answered = new Headers({
				...(typeof body === "object" ? { "content-type": "application/json" } : {}),
				...given,
			});
			const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
			return { status, header: (header) => answered.get(header), body: Buffer.from(text) };
		}
		return parts.ask(call);
	};
	return { standIns, clock, parts: { ...parts, vendors, ask, now: clock.now } };
}
