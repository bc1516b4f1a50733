import { pino } from "pino";
import { buildApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { Answer, Session, TestServer } from "./server.ts";

/** A registered route; `url` as it was registered, e.g. `/fhir/:type/:id`. */
export interface Route {
	readonly method: string;
	readonly url: string;
}

/** What the server answers to at all, from Fastify itself: without HEAD (its GET) and without what is only there to answer 405. */
export async function registeredRoutes(server: TestServer): Promise<Route[]> {
	const config = {
		...readConfig({}),
		baseUrl: server.base,
		trustProxy: [],
		bodyLimit: 1000,
		bodyMemory: 1000,
		bcryptCost: 4,
		demo: true,
		shutdownGraceSeconds: 1,
		tokenEncryptionKeys: [Buffer.alloc(32)],
	};
	const app = await buildApp({ config, database: server.database, log: pino({ level: "silent" }) });
	await app.ready();
	const routes = routesOf(app.printRoutes({ commonPrefix: false }));
	await app.close();
	if (routes.length < 50) throw new Error("Fastify prints its routes otherwise than this reads them");
	// A stranger hears of a method that is refused, and can do nothing with the others.
	const answered = await Promise.all(
		routes.map(async (route) => (await take(server.stranger, route, filled(route.url))).status !== 405),
	);
	return routes.filter((_, at) => answered[at]);
}

/** The tree that `printRoutes` draws: four characters a level, then the rest of the path and its methods. */
function routesOf(tree: string): Route[] {
	const above: string[] = [];
	return tree.split("\n").flatMap((line) => {
		const [, indent, path, methods] = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
		if (indent === undefined || path === undefined) return [];
		const level = indent.length / 4;
		above.splice(level);
		above[level] = path;
		const url = above.join("").replaceAll("//", "/");
		const named = (methods ?? "").split(", ").filter((method) => !["", "HEAD", "OPTIONS"].includes(method));
		return named.map((method) => ({ method, url }));
	});
}

/** A path of a route, with something in the place of each parameter. */
export function filled(url: string): string {
	const words: Readonly<Record<string, string>> = { ":type": "Observation", ":versionId": "1", ":id": "987654" };
	return url.replace(/:\w+/g, (name) => words[name] ?? "1");
}

/** Sends what a route takes; writes with an empty object. */
export function take(session: Session, { method }: Route, path: string) {
	if (method === "GET") return session.get(path);
	if (method === "DELETE") return session.delete(path);
	if (method === "POST") return session.post(path, {});
	return method === "PUT" ? session.put(path, {}) : session.patch(path, {});
}

/** A session that notes which requests it made, as `GET /fhir/Patient/1`. */
export function noting(session: Session, taken: Set<string>): Session {
	const noted =
		<More extends unknown[]>(method: string, send: (path: string, ...more: More) => Promise<Answer>) =>
		(path: string, ...more: More) => {
			taken.add(`${method} ${path.split("?")[0]}`);
			return send(path, ...more);
		};
	return {
		token: session.token,
		get: noted("GET", session.get),
		post: noted("POST", session.post),
		put: noted("PUT", session.put),
		patch: noted("PATCH", session.patch),
		delete: noted("DELETE", session.delete),
	};
}

/** Routes that show nobody's record: what they are is in their own tests. */
export const openRoutes: readonly string[] = [
	"GET /",
	"GET /health/live",
	"GET /health/ready",
	"GET /metrics",
	"GET /docs",
	"GET /docs*",
	"GET /docs/json",
	"GET /docs/yaml",
	"GET /docs/fhir.json",
	"GET /docs/static/index.html",
	"GET /docs/static/swagger-initializer.js",
	"GET /docs/static/theme/ours.css",
	"GET /fhir/metadata",
	"POST /api/auth/login",
	"POST /api/auth/register",
	// Where vendors send browsers, events and data: a state, a signature or a secret says whose it is (http/native/devices.test.ts).
	"GET /api/strava/callback",
	"GET /api/polar/callback",
	"GET /api/webhooks/strava",
	"POST /api/webhooks/strava",
	"POST /api/webhooks/polar",
	"POST /api/devices/:id/push",
	"POST /api/auth/password-reset",
	"POST /api/auth/password-reset/confirm",
	"GET /reset-password",
	"POST /reset-password",
	// It never ends; alert-stream.test.ts has who hears what.
	"GET /api/alerts/stream",
	// It does not end while a sync is under way; sync-progress.test.ts has who hears what.
	"GET /api/devices/:id/sync-progress",
	// Pages that send whoever is not signed in to the sign-in, and the demo's stand-ins.
	"GET /devices",
	"POST /devices/connect",
	"POST /devices/disconnect",
	"POST /devices/sync",
	"POST /devices/workouts",
	"GET /devices/samsung",
	"POST /devices/samsung",
	"GET /devices/:id/export",
	"POST /devices/:id/export",
	"GET /sandbox",
	...["GET", "POST", "DELETE"].map((method) => `${method} /sandbox*`),
	"POST /sandbox/advance",
	"GET /sandbox/strava/*",
	"POST /sandbox/strava/*",
	"DELETE /sandbox/strava/*",
	"GET /sandbox/polar/*",
	"POST /sandbox/polar/*",
	"DELETE /sandbox/polar/*",
	// As Fastify prints them.
	"GET /sandbox*",
	"POST /sandbox*",
	"DELETE /sandbox*",
	// Its address holds a secret of its own (calendar-files.test.ts).
	"GET /api/calendars/:id/feed.ics",
	// The authorization server and its pages, where people are known by their browser (smart-*.test.ts).
	"GET /fhir/.well-known/smart-configuration",
	"GET /smart-style.json",
	"GET /interaction/:uid",
	"POST /interaction/:uid",
	"GET /sign-in",
	"POST /sign-in",
	"GET /logout",
	"POST /logout",
	"GET /apps",
	"GET /apps/vitals",
	// A secret in the address says whose it is.
	"GET /api/calendars/:id/feed.ics",
	"POST /apps/revoke",
	"POST /apps/launch",
	// What is mounted at /oauth, as Fastify prints it.
	"GET /*",
	"POST /*",
	...[
		"launch.html",
		"app.js",
		"launch.js",
		"settings.js",
		"measures.js",
		"chart.js",
		"app.css",
		"fhir-client.js",
		"uplot.js",
		"uplot.css",
	].map((file) => `GET /apps/vitals/${file}`),
];

/** The routes nobody took. */
export function untaken(routes: readonly Route[], taken: ReadonlySet<string>): string[] {
	const all = [...taken];
	return routes
		.filter(({ method, url }) => {
			const pattern = new RegExp(`^${method} ${url.replaceAll("$", "\\$").replace(/:\w+/g, "[^/]+")}/?$`);
			return !all.some((one) => pattern.test(one));
		})
		.map(({ method, url }) => `${method} ${url}`);
}
