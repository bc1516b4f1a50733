import fc from "fast-check";
import type { Request, Target } from "./requests.ts";
import { escaped, oddId, oddText } from "./values.ts";

/** What the authorization server has under /oauth; it is no route of Fastify's. */
const oauthPaths = [
	..."auth token token/introspection token/revocation jwks me session/end request".split(" "),
	..."introspect revoke register device .well-known/openid-configuration nothing".split(" "),
].map((path) => `/oauth/${path}`);

const names = [
	..."grant_type code client_id client_secret redirect_uri scope state nonce aud resource launch response_type".split(
		" ",
	),
	..."code_challenge code_challenge_method code_verifier refresh_token token token_type_hint prompt max_age".split(" "),
	..."client_assertion client_assertion_type response_mode request request_uri id_token_hint login_hint claims".split(
		" ",
	),
	..."email password csrf xsrf action grant decision scopes patient return_to uid".split(" "),
];

const values = fc.oneof(
	fc.constantFrom(
		"authorization_code",
		"refresh_token",
		"client_credentials",
		"password",
		"code",
		"S256",
		"plain",
		"none",
	),
	fc.constantFrom(
		"demo-app",
		"demo-ehr",
		"demo-ehr-secret",
		"demo-backend",
		"openid fhirUser launch/patient patient/*.rs",
	),
	fc.constantFrom(
		"http://127.0.0.1:9876/callback",
		"javascript:alert(1)",
		"//elsewhere.example",
		"patient/Observation.cruds?x",
	),
	fc.constantFrom("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "eyJhbGciOiJub25lIn0.e30.", "a.b.c", "{}"),
	oddText,
);

/** Requests to the authorization server and to pages with forms, as browsers and apps send them. */
export function formRequests({ routes }: Target): fc.Arbitrary<Request> {
	const pages = routes.map(({ url }) => url).filter((url) => !/^\/(?:api|fhir|docs)|\*/.test(url));
	const path = fc
		.tuple(fc.constantFrom(...oauthPaths, ...pages), oddId.map(escaped))
		.map(([one, id]) => one.replace(/:\w+/g, id));
	const fields = fc
		.array(fc.tuple(fc.constantFrom(...names), values), { maxLength: 7 })
		.map((all) => all.map(([name, value]) => `${name}=${escaped(value)}`).join("&"));
	const basic = fc.constantFrom("Basic ZGVtby1laHI6ZGVtby1laHItc2VjcmV0", "Basic !!", "Basic", "Bearer x", "");
	const form = "application/x-www-form-urlencoded";
	return fc.oneof<fc.Arbitrary<Request>[]>(
		fc.tuple(path, fields).map(([one, query]) => ({ method: "GET", path: `${one}?${query}`, headers: {} })),
		fc.tuple(path, fields, basic, fc.boolean()).map(([one, body, authorization, named]) => ({
			method: "POST",
			path: one,
			headers: { "content-type": form, ...(named ? { authorization } : {}) },
			body,
		})),
	) as fc.Arbitrary<Request>;
}
