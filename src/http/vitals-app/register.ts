import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { FastifyInstance } from "fastify";

const require = createRequire(import.meta.url);
const own = (name: string) => readFileSync(new URL(`browser/${name}`, import.meta.url), "utf8");
const packaged = (path: string) => readFileSync(require.resolve(path), "utf8");

const script = "text/javascript; charset=utf-8";
const sheet = "text/css; charset=utf-8";
const page = "text/html; charset=utf-8";

/** Every file of the app, by its address below /apps/vitals/. */
const files: Readonly<Record<string, readonly [type: string, read: () => string]>> = {
	"": [page, () => own("index.html")],
	"launch.html": [page, () => own("launch.html")],
	"app.js": [script, () => own("app.js")],
	"launch.js": [script, () => own("launch.js")],
	"settings.js": [script, () => own("settings.js")],
	"measures.js": [script, () => own("measures.js")],
	"chart.js": [script, () => own("chart.js")],
	"app.css": [sheet, () => own("app.css")],
	"fhir-client.js": [script, () => packaged("fhirclient/build/fhir-client.pure.min.js")],
	"uplot.js": [script, () => packaged("uplot/dist/uPlot.iife.min.js")],
	"uplot.css": [sheet, () => packaged("uplot/dist/uPlot.min.css")],
};

/** All it needs comes from here; it speaks to this server only, and is in no frame. */
const policy =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/apps/vitals/`: the sample SMART app, as any other app would be: it knows the server by its public address only. */
export function registerVitalsApp(app: FastifyInstance): void {
	for (const [name, [type, read]] of Object.entries(files)) {
		const text = read();
		app.get(`/apps/vitals/${name}`, { schema: { hide: true } }, async (_request, reply) =>
			reply
				.headers({ "content-security-policy": policy, "content-type": type, "cache-control": "public, max-age=300" })
				.send(text),
		);
	}
}
