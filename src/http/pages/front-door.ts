import type { FastifyInstance } from "fastify";
import { resourceTypes } from "../../fhir/definitions/definitions.ts";
import { collections } from "../native/collections/all.ts";
import { type Html, html } from "./html.ts";
import { sendPage } from "./page.ts";

/** What the front door tells of the server. */
export interface FrontDoorParts {
	readonly software: { readonly name: string; readonly version: string };
	/** Whether the database is the server's own PostgreSQL. */
	readonly embedded: boolean;
	/** Whether there are demo people to point to. */
	readonly demo: boolean;
	/** Resolves when the database answers. */
	readonly reachDatabase: () => Promise<void>;
}

/** `/`: what this is, what is running, where to go, and with demo data who to sign in as. Nothing on it is about a person. */
export function registerFrontDoor(app: FastifyInstance, parts: FrontDoorParts): void {
	app.get("/", { schema: { security: [] } }, async (_request, reply) => {
		const isReached = await parts.reachDatabase().then(
			() => true,
			() => false,
		);
		const body = html`${intro}${running(parts, isReached)}${places(app)}${parts.demo && demoPeople}${beginning}`;
		return sendPage(reply, { title: "FHIR server", heading: parts.software.name, body });
	});
}

const intro = html`<p>People recovering from heart surgery, and their therapists, keep vitals, medications, calendar, meals, exercise and sleep
here. The same rows are served twice: as they are, to therapists and patients, and as FHIR R4, to hospitals and SMART apps.</p>`;

function running({ software, embedded }: FrontDoorParts, isReached: boolean): Html {
	return html`<section aria-labelledby="running"><h2 id="running">What is running</h2>
<dl>
<div><dt>Version</dt><dd>${software.version}</dd></div>
<div><dt>FHIR</dt><dd>R4 (4.0.1), ${resourceTypes.length} resource types</dd></div>
<div><dt>Native REST</dt><dd>${collections.length} collections</dd></div>
<div><dt>Database</dt><dd>${embedded ? "PostgreSQL, embedded" : "PostgreSQL, external"}</dd></div>
<div><dt>Health</dt><dd>${isReached ? html`<strong class="good">ready</strong>` : html`<strong class="bad">the database is not reached</strong>`}</dd></div>
</dl></section>`;
}

/** Where one can go, each shown where it is registered. */
const everywhere: readonly [url: string, name: string, what: string][] = [
	["/docs", "API documentation", "read it, sign in and try it"],
	["/docs?urls.primaryName=FHIR%20R4", "FHIR documentation", "every type and interaction"],
	["/fhir/metadata", "Capability statement", "what the server can do, in FHIR's own words"],
	["/fhir/.well-known/smart-configuration", "SMART configuration", "for apps"],
	["/apps/vitals/", "Vitals", "a sample SMART app"],
	["/apps", "Your apps", "which have access, and ending it"],
	["/devices", "Your devices", "Strava, Polar and Samsung Health"],
	["/health/ready", "Readiness", "for operators"],
];

function places(app: FastifyInstance): Html {
	const there = everywhere.filter(([url]) => isThere(app, url));
	const items = there.map(
		([url, name, what]) => html`<li><a href="${url}">${name}</a> <span class="soft">${what}</span></li>`,
	);
	return html`<nav aria-labelledby="places"><h2 id="places">Where to go</h2>
<ul class="plain">
${items}
</ul></nav>`;
}

function isThere(app: FastifyInstance, url: string): boolean {
	const [path = ""] = url.split("?");
	return [path, path.replace(/(.)\/$/, "$1")].some((one) => app.findRoute({ method: "GET", url: one }) !== null);
}

const demoPeople = html`<section aria-labelledby="demo"><h2 id="demo">Demo people</h2>
<p>All with the password <code>heart-demo-2026</code>:</p>
<ul class="plain">
<li><code>patient@demo.example</code> <span class="soft">a patient</span></li>
<li><code>therapist@demo.example</code> <span class="soft">cares for that patient and others</span></li>
<li><code>therapist2@demo.example</code> <span class="soft">cares for other patients, and sees none of the first one's</span></li>
<li><code>admin@demo.example</code> <span class="soft">an administrator</span></li>
</ul></section>`;

const beginning = html`<section aria-labelledby="beginning"><h2 id="beginning">To begin</h2>
<p><code>POST /api/auth/login</code> with <code>{"email", "password"}</code> answers a token; send it as <code>Authorization: Bearer …</code> to
<code>/api</code> and <code>/fhir</code>.</p></section>`;
