import { resolve } from "node:path";
import t from "tap";
import { ConfigError, readConfig } from "../../src/config.ts";

const key = Buffer.alloc(32, 7).toString("base64");

function linesOf(env: Record<string, string>): readonly string[] {
	try {
		readConfig(env);
		return [];
	} catch (error) {
		if (error instanceof ConfigError) return error.lines;
		throw error;
	}
}

t.test("nothing set gives the documented defaults", async (t) => {
	const config = readConfig({});
	t.match(config, {
		port: 8080,
		host: "127.0.0.1",
		baseUrl: "http://localhost:8080",
		trustProxy: [],
		databaseUrl: null,
		demo: true,
		logLevel: "info",
		bodyLimit: 52_428_800,
		tokenEncryptionKeys: [],
		dataDir: resolve(".data"),
	});
});

t.test("defaults follow what is set", async (t) => {
	t.equal(readConfig({ PORT: "9000" }).baseUrl, "http://localhost:9000");
	const served = readConfig({ DATABASE_URL: "postgres://a:b@c/d", TOKEN_ENCRYPTION_KEY: `${key}, ${key}` });
	t.equal(served.demo, false, "no demo data in a database somebody brought");
	t.equal(served.tokenEncryptionKeys.length, 2);
	t.equal(readConfig({ BASE_URL: "https://heart.example/" }).baseUrl, "https://heart.example");
	t.equal(readConfig({ PORT: " " }).port, 8080, "set to nothing counts as unset");
});

t.test("every mistake is one line that names the variable", async (t) => {
	t.same(linesOf({ PORT: "abc", HOST: "x", DEMO: "perhaps", LOG_LEVEL: "loud", TRUST_PROXY: "10.0.0.0/8,banana" }), [
		'PORT: "abc" is not a port number (1-65535)',
		'TRUST_PROXY: part 2 "banana" is not an IP address or network (10.0.0.0/8, loopback)',
		'DEMO: "perhaps" is neither true nor false',
		'LOG_LEVEL: "loud" is not one of trace, debug, info, warn, error, fatal, silent',
	]);
	t.same(linesOf({ PORT: "70000", BASE_URL: "ftp://x", BCRYPT_COST: "4" }).length, 3);
	t.same(linesOf({ DATABASE_URL: "postgresql://a:b@c/d" }), [
		"TOKEN_ENCRYPTION_KEY: is required with DATABASE_URL (openssl rand -base64 32)",
	]);
	t.same(linesOf({ STRAVA_CLIENT_ID: "1" }), ["STRAVA_CLIENT_SECRET: is required with STRAVA_CLIENT_ID"]);
	const oidc = { OIDC_ISSUER: "https://id.hospital.example/", OIDC_CLIENT_ID: "a", OIDC_CLIENT_SECRET: "b" };
	t.same(linesOf(oidc), []);
	t.equal(readConfig(oidc).oidcIssuer, oidc.OIDC_ISSUER, "as the provider names itself, slash and all");
	t.same(linesOf({ ...oidc, OIDC_ISSUER: "http://localhost:9000" }), []);
	t.same(
		linesOf({
			...oidc,
			OIDC_ISSUER: "http://id.hospital.example",
			OIDC_SCOPES: "email",
			OIDC_LINK_BY_EMAIL: "none,admin",
		}),
		[
			'OIDC_ISSUER: "http://id.hospital.example" is not an https address (http is for addresses of this machine)',
			'OIDC_SCOPES: "email" has no openid among its scopes',
			"OIDC_LINK_BY_EMAIL: none stands alone",
		],
	);
	t.same(linesOf({ OIDC_ISSUER: oidc.OIDC_ISSUER }), [
		"OIDC_CLIENT_ID: is required with OIDC_ISSUER",
		"OIDC_CLIENT_SECRET: is required with OIDC_ISSUER",
	]);
	t.same(linesOf({ SMTP_URL: "smtp://mail" }), ["ALERT_FROM: is required with SMTP_URL"]);
});

t.test("secrets are never repeated", async (t) => {
	const lines = linesOf({
		DATABASE_URL: "mysql://u:hunter2@h/d",
		TOKEN_ENCRYPTION_KEY: `${key},hunter2`,
		SMTP_URL: "hunter2",
	});
	t.equal(lines.length, 3, "three malformed values; the sender is not asked for when the mail server is wrong");
	t.notMatch(lines.join("\n"), /hunter2/);
});
