import type { FastifyInstance } from "fastify";
import { html } from "./html.ts";
import { sendPage } from "./page.ts";

/** `/`: what this is, where to go, and with demo data who to sign in as. */
export function registerFrontDoor(app: FastifyInstance, demo: boolean): void {
	const body = html`<p>The tables of the Heart Recovery calendar, as they are under <code>/api</code> and as FHIR R4 under <code>/fhir</code>.</p>
<ul>
<li><a href="/fhir/metadata">FHIR capability statement</a></li>
<li><a href="/health/ready">Is it ready?</a></li>
<li><code>POST /api/auth/login</code> with <code>{"email", "password"}</code> gives a token for both</li>
</ul>
${demo && demoPeople}`;
	app.get("/", { schema: { security: [] } }, async (_request, reply) =>
		sendPage(reply, { title: "FHIR server", heading: "Heart Recovery FHIR server", body }),
	);
}

const demoPeople = html`<h2>Demo people</h2>
<p>All with the password <code>heart-demo-2026</code>:</p>
<ul>
<li><code>patient@demo.example</code></li>
<li><code>therapist@demo.example</code> - cares for the patient above</li>
<li><code>therapist2@demo.example</code> - cares for others</li>
<li><code>admin@demo.example</code></li>
</ul>`;
