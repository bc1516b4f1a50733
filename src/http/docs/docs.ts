import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { useTokenOfSignIn } from "./use-token-of-sign-in.ts";

/**
 * `/docs`: Swagger UI over both documents, `/docs/json` (native) and `/docs/fhir.json`. For everybody; what one tries there needs a
 * token, which is forgotten with the page.
 *
 * @param fhirDocument - made when it is first asked for
 */
export async function registerDocs(app: FastifyInstance, fhirDocument: () => object): Promise<void> {
	await app.register(async (docs) => {
		docs.addHook("onSend", async (request, reply, payload) => {
			if (request.url.startsWith("/docs/static/")) reply.header("cache-control", "public, max-age=3600");
			reply.header("content-security-policy", policy);
			// The page comes without a viewport, and would be a desktop in a phone.
			return typeof payload === "string" && isPage(reply.getHeader("content-type"))
				? payload.replace("<head>", `<head>${viewport}`)
				: payload;
		});
		let text: string | undefined;
		docs.get("/docs/fhir.json", { schema: { hide: true } }, async (_request, reply) => {
			text ??= JSON.stringify(fhirDocument());
			return reply.type("application/json; charset=utf-8").send(text);
		});
		await docs.register(swaggerUi, {
			routePrefix: "/docs",
			logo: { type: "image/svg+xml", content: logo, href: "/", target: "_self" },
			theme: { title: "API documentation – Heart Recovery", css: [{ filename: "ours.css", content: style }] },
			uiConfig: {
				urls: [
					{ url: "/docs/json", name: "Native REST" },
					{ url: "/docs/fhir.json", name: "FHIR R4" },
				],
				docExpansion: "none",
				defaultModelsExpandDepth: -1,
				displayRequestDuration: true,
				filter: true,
				persistAuthorization: false,
				tryItOutEnabled: true,
				syntaxHighlight: { activate: false },
				// The types speak of Express's answers.
				responseInterceptor: useTokenOfSignIn as never,
			},
		});
	});
}

function isPage(type: unknown): boolean {
	return String(type).startsWith("text/html");
}

const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/** The one inline style Swagger UI 5 makes (of its JSON schema view). A browser test tells when an update brings another. */
const styleOfUi = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/** Scripts and styles of this server only; what is tried goes to this server only. */
const policy = [
	"default-src 'none'",
	"script-src 'self'",
	`style-src 'self' ${styleOfUi}`,
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"form-action 'none'",
	"base-uri 'none'",
	"frame-ancestors 'none'",
].join("; ");

const logo =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 40"><text x="0" y="27" fill="#fff" font-family="system-ui,sans-serif" font-size="21" font-weight="600">Heart Recovery</text></svg>';

const style = `.topbar{padding:.25rem 0}
@media(max-width:40rem){
.topbar-wrapper{flex-wrap:wrap}
.swagger-ui .opblock-tag{flex-wrap:wrap}
.swagger-ui .opblock-tag small{order:9;flex-basis:100%}
.swagger-ui .dialog-ux .modal-ux{min-width:0;width:96vw}
.swagger-ui .opblock .opblock-summary-path{max-width:none}
.swagger-ui .opblock .opblock-summary{flex-wrap:wrap}
.swagger-ui .opblock-body{overflow-x:auto}
}`;
