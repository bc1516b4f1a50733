import type { Parsed, SandboxClock, StandInReply } from "./stand-in.ts";
import type { StravaActivity } from "./strava-activities.ts";
import { fault, type Grant } from "./strava-grants.ts";

/** What Strava's API tells of an athlete's activities (device-apis.md 1.3), the newest first in `all`. */
export function stravaData(
	{ path, query }: Parsed,
	{ athlete, scope }: Grant,
	all: readonly StravaActivity[],
	clock: SandboxClock,
): StandInReply {
	const seesPrivate = scope.includes("activity:read_all");
	if (!seesPrivate && !scope.includes("activity:read")) {
		return fault(401, "Authorization Error", "AccessToken", "activity:read_permission", "missing");
	}
	const visible = all.filter((one) => seesPrivate || one.private !== true);
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

/** What the list tells: no calories, no description. */
function summary({ calories: _, description: __, ...rest }: StravaActivity): object {
	return { ...rest, resource_state: 2 };
}
