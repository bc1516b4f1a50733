import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";

const style =
	"body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}code{overflow-wrap:anywhere}";
const styleHash = createHash("sha256").update(style).digest("base64");

/** `/`: what this is, where to go, and with demo data who to sign in as. No scripts, nothing from elsewhere. */
export function registerFrontDoor(app: FastifyInstance, demo: boolean): void {
	const page = html(demo);
	app.get("/", { schema: { security: [] } }, async (_request, reply) =>
		reply
			.header(
				"content-security-policy",
				`default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
			)
			.type("text/html; charset=utf-8")
			.send(page),
	);
}

function html(demo: boolean): string {
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Heart Recovery FHIR server</title><style>${style}</style></head>
<body><main><h1>Heart Recovery FHIR server</h1>
<p>The tables of the Heart Recovery calendar, as they are under <code>/api</code> and as FHIR R4 under <code>/fhir</code>.</p>
<ul>
<li><a href="/fhir/metadata">FHIR capability statement</a></li>
<li><a href="/health/ready">Is it ready?</a></li>
<li><code>POST /api/auth/login</code> with <code>{"email", "password"}</code> gives a token for both</li>
</ul>${demo ? demoPeople : ""}
</main></body></html>
`;
}

const demoPeople = `
<h2>Demo people</h2>
<p>All with the password <code>heart-demo-2026</code>:</p>
<ul>
<li><code>patient@demo.example</code></li>
<li><code>therapist@demo.example</code> - cares for the patient above</li>
<li><code>therapist2@demo.example</code> - cares for others</li>
<li><code>admin@demo.example</code></li>
</ul>`;
