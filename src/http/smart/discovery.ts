import type { FastifyInstance } from "fastify";
import { dataScopes } from "../../auth/server/around-provider.ts";
import { plainScopes } from "../../auth/server/offered-scopes.ts";
import { assertionAlgorithms } from "../../auth/server/provider.ts";
import { refuseOtherMethods } from "../plugins/refuse-methods.ts";
import { registrationPath } from "./registration-routes.ts";

/** What SMART App Launch 2.2 calls capabilities; each is taken by a test in test/journeys/smart-*.test.ts. */
const capabilities = [
	"launch-ehr",
	"launch-standalone",
	"authorize-post",
	"client-public",
	"client-confidential-symmetric",
	"client-confidential-asymmetric",
	"sso-openid-connect",
	"context-banner",
	"context-style",
	"context-ehr-patient",
	"context-ehr-encounter",
	"context-standalone-patient",
	"context-standalone-encounter",
	"permission-offline",
	"permission-online",
	"permission-patient",
	"permission-user",
	"permission-v1",
	"permission-v2",
] as const;

/**
 * `/fhir/.well-known/smart-configuration` (SMART App Launch 2.2, “Conformance”), and the style apps may take on. Both for everybody.
 *
 * @param registers - whether apps may register themselves
 */
export function registerDiscovery(app: FastifyInstance, baseUrl: string, registers: boolean): void {
	const oauth = `${baseUrl}/oauth`;
	const configuration = {
		issuer: oauth,
		jwks_uri: `${oauth}/jwks`,
		authorization_endpoint: `${oauth}/auth`,
		token_endpoint: `${oauth}/token`,
		introspection_endpoint: `${oauth}/token/introspection`,
		revocation_endpoint: `${oauth}/token/revocation`,
		management_endpoint: `${baseUrl}/apps`,
		...(registers ? { registration_endpoint: baseUrl + registrationPath } : {}),
		grant_types_supported: ["authorization_code", "client_credentials"],
		response_types_supported: ["code"],
		scopes_supported: [...plainScopes, ...dataScopes],
		code_challenge_methods_supported: ["S256"],
		token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
		token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
		capabilities,
	};
	serve(app, "/fhir/.well-known/smart-configuration", configuration);
	serve(app, "/smart-style.json", {
		color_background: "#f3f5f7",
		color_error: "#a4161a",
		color_highlight: "#0b5cad",
		color_modal_backdrop: "",
		color_success: "#1d6b3a",
		color_text: "#1b2430",
		dim_border_radius: "6px",
		dim_font_size: "17px",
		dim_spacing_size: "16px",
		font_family_body: "system-ui, sans-serif",
		font_family_heading: "system-ui, sans-serif",
	});
}

/** JSON whatever the Accept header says, and for browser apps of any site. */
function serve(app: FastifyInstance, url: string, document: object): void {
	const text = JSON.stringify(document);
	app.get(url, { schema: { hide: true } }, async (_request, reply) =>
		reply
			.header("content-type", "application/json; charset=utf-8")
			.header("access-control-allow-origin", "*")
			.header("cache-control", "public, max-age=60")
			.send(text),
	);
	refuseOtherMethods(app, url, ["GET"]);
}
