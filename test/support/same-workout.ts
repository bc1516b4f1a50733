import { polarSandbox } from "../../src/devices/sandbox/polar.ts";
import { serveStandIn } from "../../src/devices/sandbox/serve.ts";
import { sandboxClock } from "../../src/devices/sandbox/stand-in.ts";
import { stravaSandbox } from "../../src/devices/sandbox/strava.ts";
import { deviceParts } from "./devices.ts";
import { startTestServer } from "./server.ts";
import { stravaActivity } from "./strava-activity.ts";

// One run at lunch, as two watches saw it: at the same time, ten seconds apart.

/** As Strava tells it. */
export const runAtStrava = stravaActivity(1, Date.parse("2026-03-19T10:00:00Z"), {
	name: "Lunch",
	start_date_local: "2026-03-19T12:00:00Z",
	timezone: "",
	utc_offset: 7200,
	elapsed_time: 1800,
});

/** As Polar does. */
export const runAtPolar = {
	id: "A",
	upload_time: "2026-03-19T11:00:00.000Z",
	start_time: "2026-03-19T12:00:10",
	start_time_utc_offset: 120,
	duration: "PT29M",
	calories: 280,
	sport: "RUNNING",
};

/** A server, the day after, whose vendors are stand-ins; of each, what to tell of whoever connects first. */
export async function serverOfTwoVendors(t: Parameters<typeof startTestServer>[0]) {
	const clock = sandboxClock(() => Date.parse("2026-03-20T18:00:00Z"));
	const app = { clientId: "app", clientSecret: "app-secret", clock, generated: false };
	const [strava, polar] = [stravaSandbox(app), polarSandbox(app)];
	const [stravaAt, polarAt] = [await serveStandIn(strava.standIn), await serveStandIn(polar.standIn)];
	t.teardown(() => Promise.all([stravaAt.close(), polarAt.close()]));
	const { vendors, ask, sleep } = deviceParts(undefined as never, clock, {
		strava: stravaAt.base,
		polar: polarAt.base,
	});
	const server = await startTestServer(t, { devices: { vendors, ask, sleep, now: clock.now } });
	return { server, activities: strava.activitiesOf(1_000_001), exercises: polar.dataOf(475).exercises };
}
