import t from "tap";
import { sessionAt, startTestServer } from "../support/server.ts";
import { authorize, callback, redeem, token, tokenFor } from "../support/smart.ts";

// /api/admin/clients: apps are registered, changed, given new secrets and removed by administrators, and take effect at once.

const server = await startTestServer(t);
const admin = await server.as("admin@test.example");
const at = "/api/admin/clients";
const patient = { email: "patient@test.example" };
const asked = { client: "mine", scope: "launch/patient patient/Patient.rs" };

t.test("an app is registered, used, changed and removed", async (t) => {
	const made = await admin.post(at, { clientId: "mine", name: "Mine", authMethod: "none", redirectUris: [callback] });
	t.equal(made.status, 201, made.text);
	t.equal(made.headers.get("location"), `${at}/mine`);
	t.same(made.body.grantTypes, ["authorization_code", "refresh_token"]);
	t.equal(
		(await admin.post(at, { clientId: "mine", name: "Again", authMethod: "none", redirectUris: [callback] })).status,
		409,
	);
	t.match((await admin.get(at)).body.data, [{ clientId: "mine" }]);
	t.equal((await admin.get(`${at}/mine`)).body.name, "Mine");
	t.equal((await admin.get(`${at}/other`)).status, 404);
	const { access_token } = await tokenFor(server, asked, patient);
	const narrowed = await admin.patch(`${at}/mine`, { scopes: "patient/Observation.rs", name: "Narrow" });
	t.equal(narrowed.status, 200, narrowed.text);
	t.equal(narrowed.body.name, "Narrow");
	t.equal(
		(await tokenFor(server, { ...asked, scope: "launch/patient patient/*.rs" }, patient)).scope,
		"launch/patient patient/Observation.rs",
	);
	t.equal((await admin.delete(`${at}/mine`)).status, 204);
	t.equal((await admin.delete(`${at}/mine`)).status, 404);
	t.equal((await sessionAt(server.base, access_token).get("/fhir/Patient")).status, 401);
	t.notOk((await authorize(server, asked, patient)).code);
});

t.test("a secret is shown once, kept as a hash, and replaced", async (t) => {
	const made = await admin.post(at, {
		clientId: "secret",
		name: "Secret",
		authMethod: "client_secret_basic",
		redirectUris: [callback],
	});
	const first = made.body.clientSecret;
	t.match(first, /^[\w-]{43}$/);
	t.notOk("clientSecret" in (await admin.get(`${at}/secret`)).body);
	t.notOk((await admin.get(at)).text.includes(first));
	const redeemed = async (secret: string) => {
		const { code, verifier } = await authorize(
			server,
			{ client: "secret", scope: "launch/patient patient/Patient.rs" },
			patient,
		);
		const headers = { authorization: `Basic ${Buffer.from(`secret:${secret}`).toString("base64")}` };
		const form = {
			grant_type: "authorization_code",
			code: code ?? "",
			redirect_uri: callback,
			code_verifier: verifier,
		};
		return (await token(server.base, "secret", form, headers)).status;
	};
	t.equal(await redeemed(first), 200);
	const second = (await admin.patch(`${at}/secret`, { rotateSecret: true })).body.clientSecret;
	t.match(second, /^[\w-]{43}$/);
	t.equal(await redeemed(first), 401);
	t.equal(await redeemed(second), 200);
	const { code, verifier } = await authorize(
		server,
		{ client: "secret", scope: "launch/patient patient/Patient.rs" },
		patient,
	);
	t.equal((await redeem(server, "secret", code, verifier)).status, 401, "without the secret");
});

t.test("what cannot be registered is named", async (t) => {
	const good = { name: "X", authMethod: "none", redirectUris: [callback] };
	const key = { kty: "EC", crv: "P-384", x: "a", y: "b", kid: "1" };
	const wrong: [object, string][] = [
		[{ redirectUris: ["http://evil.example/cb"] }, "redirectUris[0]"],
		[{ redirectUris: [`${callback}#x`] }, "redirectUris[0]"],
		[{ redirectUris: ["javascript:alert(1)"] }, "redirectUris[0]"],
		[{ redirectUris: ["https://user:pw@app.example/"] }, "redirectUris[0]"],
		[{ redirectUris: ["https://*.example/"] }, "redirectUris[0]"],
		[{ redirectUris: [] }, "authMethod"],
		[{ scopes: "patient/Nothing.rs" }, "scopes"],
		[{ scopes: "patient/Observation.sr" }, "scopes"],
		[{ launchUrl: "ftp://x" }, "launchUrl"],
		[{ authMethod: "private_key_jwt" }, "jwks"],
		[{ authMethod: "private_key_jwt", jwks: { keys: [{ ...key, d: "secret" }] } }, "jwks"],
		[{ authMethod: "private_key_jwt", jwks: { keys: [{ kty: "oct", k: "x", kid: "1" }] } }, "jwks"],
		[{ authMethod: "private_key_jwt", jwks: { keys: [key] }, jwksUri: "https://x.example/" }, "jwks"],
		[{ authMethod: "private_key_jwt", redirectUris: [], jwks: { keys: [key] } }, "scopes"],
		[{ clientId: "a b" }, "clientId"],
		[{ unknown: 1 }, "unknown"],
		[{ name: "" }, "name"],
	];
	for (const [change, path] of wrong) {
		const answer = await admin.post(at, { ...good, ...change });
		t.equal(answer.status, 400, JSON.stringify(change));
		t.ok(
			answer.body.errors.some((one: { path: string }) => one.path === path),
			`${JSON.stringify(change)}: ${answer.text}`,
		);
	}
	t.equal(
		(await admin.post(at, { ...good, redirectUris: ["com.example.app:/callback"] })).status,
		201,
		"an app's own scheme",
	);
});
