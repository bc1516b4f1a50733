import type { FastifyInstance } from "fastify";
import type { DemoVendors } from "../../devices/sandbox/demo.ts";
import { vendors } from "../../devices/vendors/all.ts";
import { formOf } from "./form.ts";
import { html } from "./html.ts";
import { sendPage } from "./page.ts";

const hidden = { schema: { hide: true } };
const day = 86_400_000;

/** `/sandbox`, only in the demo: the vendors' stand-ins as browsers see them, and a button that moves their time forward. */
export async function registerSandbox(
	app: FastifyInstance,
	{ standIns, clock }: DemoVendors,
	baseUrl: string,
): Promise<void> {
	app.get("/sandbox", hidden, async (_request, reply) => {
		const names = [...standIns.keys()].map((name) => vendors[name].title).join(" and ");
		const body = html`<p>${names === "" ? "No vendor" : names} is played by this server, so that <a href="/devices">a device</a> can be connected without an
account anywhere. For them it is ${new Date(clock.now()).toISOString().slice(0, 16).replace("T", " ")} UTC.</p>
<form method="post" action="/sandbox/advance"><div class="buttons"><button type="submit">Move their time a day forward</button></div></form>`;
		return sendPage(reply, { title: "Sandbox", body });
	});
	app.post("/sandbox/advance", hidden, async (request, reply) => {
		formOf(request, baseUrl);
		clock.advance(day);
		return reply.redirect("/sandbox", 303);
	});
	await app.register(async (raw) => {
		raw.removeAllContentTypeParsers();
		raw.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => done(null, text));
		for (const [name, standIn] of standIns) {
			raw.route({
				method: ["GET", "POST", "DELETE"],
				url: `/sandbox/${name}/*`,
				...hidden,
				async handler(request, reply) {
					const headers = Object.fromEntries(
						Object.entries(request.headers).map(([header, value]) => [header, String(value)]),
					);
					const url = request.url.slice(`/sandbox/${name}`.length);
					const body = typeof request.body === "string" ? request.body : "";
					const answer = await standIn({ method: request.method, url, headers, body });
					return reply
						.code(answer.status)
						.headers(answer.headers ?? {})
						.send(answer.body);
				},
			});
		}
	});
}
