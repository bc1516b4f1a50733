import { resolve } from "node:path";
import {
	databaseAddress,
	flag,
	issuer,
	key,
	list,
	mailSender,
	messageOf,
	network,
	oneOf,
	openidScopes,
	type Reader,
	secretAddress,
	text,
	webAddress,
	wholeNumber,
} from "./config/readers.ts";

/** One environment variable: the README's table is made from these (test/laws/environment.test.ts). */
export interface Setting<T> {
	readonly name: string;
	readonly meaning: string;
	/** The default as the README shows it. */
	readonly shownDefault: string;
	readonly read: Reader<T>;
	readonly fallback: T;
}

function setting<T>(name: string, fallback: string, read: Reader<T>, meaning: string): Setting<T> {
	return { name, meaning, shownDefault: fallback, read, fallback: read(fallback) };
}

function optional<T>(name: string, shownDefault: string, read: Reader<T>, meaning: string): Setting<T | null> {
	return { name, meaning, shownDefault, read, fallback: null };
}

function listOf<T>(name: string, shownDefault: string, read: Reader<T>, meaning: string): Setting<readonly T[]> {
	return { name, meaning, shownDefault, read: list(read), fallback: [] };
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
const audiences = ["owner", "care-team"] as const;
const linkable = ["patient", "therapist", "admin", "none"] as const;
const mebibyte = 1024 * 1024;

/** Everything that is read from the environment, by the property of {@link Config} it becomes. */
export const settings = {
	port: setting("PORT", "8080", wholeNumber("a port number", 1, 65_535), "port to listen on"),
	host: setting("HOST", "127.0.0.1", text, "address to listen on; `0.0.0.0` for every network"),
	baseUrl: optional(
		"BASE_URL",
		"`http://localhost:$PORT`",
		webAddress,
		"the public address, used in every link; the OAuth issuer is `$BASE_URL/oauth`",
	),
	trustProxy: listOf(
		"TRUST_PROXY",
		"none",
		network,
		"addresses or networks of proxies whose `X-Forwarded-*` headers are believed, comma separated",
	),
	databaseUrl: optional(
		"DATABASE_URL",
		"unset",
		databaseAddress,
		"PostgreSQL 15 or newer, as an owner who may create roles; unset = the embedded PostgreSQL 18",
	),
	replicaUrls: listOf("DATABASE_REPLICA_URLS", "unset", databaseAddress, "read replicas, comma separated"),
	poolSize: setting(
		"POOL_SIZE",
		"10",
		wholeNumber("a number of connections", 1, 1000),
		"database connections per server",
	),
	dataDir: setting(
		"DATA_DIR",
		".data",
		(path) => resolve(path),
		"folder of the embedded database and generated secrets",
	),
	tokenEncryptionKeys: listOf(
		"TOKEN_ENCRYPTION_KEY",
		"made and kept in `DATA_DIR` when embedded",
		key,
		"32 bytes in base64; several for rotation, newest first, comma separated; required with `DATABASE_URL`",
	),
	demo: optional(
		"DEMO",
		"`true` when embedded, else `false`",
		flag,
		"fill an empty database with demo people and sample clients",
	),
	logLevel: setting(
		"LOG_LEVEL",
		"info",
		oneOf(logLevels),
		`one of ${logLevels.join(", ")}; no personal data is ever logged`,
	),
	bodyLimit: setting(
		"BODY_LIMIT",
		String(50 * mebibyte),
		wholeNumber("a number of bytes", 1024, 1024 * mebibyte),
		"largest accepted request body, in bytes",
	),
	bodyMemory: setting(
		"BODY_MEMORY",
		String(64 * mebibyte),
		wholeNumber("a number of bytes", 1024, 64 * 1024 * mebibyte),
		"bytes of large request bodies (over 64 KiB) that are read and worked on at once; others wait until they are read",
	),
	bcryptCost: setting("BCRYPT_COST", "12", wholeNumber("a bcrypt cost", 10, 16), "cost of new password hashes"),
	shutdownNoticeSeconds: setting(
		"SHUTDOWN_NOTICE_SECONDS",
		"0",
		wholeNumber("a number of seconds", 0, 600),
		"how long requests are still taken after SIGTERM while `/health/ready` says no; as long as a balancer needs to notice",
	),
	shutdownGraceSeconds: setting(
		"SHUTDOWN_GRACE_SECONDS",
		"10",
		wholeNumber("a number of seconds", 0, 600),
		"how long requests under way may take after that",
	),
	stravaClientId: optional("STRAVA_CLIENT_ID", "unset", text, "id of the app registered with Strava"),
	stravaClientSecret: optional("STRAVA_CLIENT_SECRET", "unset", text, "secret of the app registered with Strava"),
	stravaBaseUrl: optional("STRAVA_BASE_URL", "Strava's own", webAddress, "replaces Strava's address"),
	polarClientId: optional("POLAR_CLIENT_ID", "unset", text, "id of the app registered with Polar"),
	polarClientSecret: optional("POLAR_CLIENT_SECRET", "unset", text, "secret of the app registered with Polar"),
	polarBaseUrl: optional("POLAR_BASE_URL", "Polar's own", webAddress, "replaces all three of Polar's addresses"),
	samsungClientId: optional("SAMSUNG_CLIENT_ID", "unset", text, "id of the app registered with Samsung"),
	samsungClientSecret: optional("SAMSUNG_CLIENT_SECRET", "unset", text, "secret of the app registered with Samsung"),
	samsungBaseUrl: optional("SAMSUNG_BASE_URL", "each connection's own", webAddress, "replaces Samsung's address"),
	stravaVerifyToken: optional(
		"STRAVA_VERIFY_TOKEN",
		"derived from the client secret",
		text,
		"what Strava presents (`hub.verify_token`) when it makes sure of `/api/webhooks/strava`",
	),
	polarWebhookSecret: optional(
		"POLAR_WEBHOOK_SECRET",
		"the one Polar gave when the server subscribed",
		text,
		"key Polar signs its events with, where the webhook was made by hand",
	),
	stravaAudience: setting(
		"DEVICE_STRAVA_AUDIENCE",
		"owner",
		oneOf(audiences),
		"who sees what came from Strava: `owner` (its terms allow no more unless agreed otherwise) or `care-team`",
	),
	polarAudience: setting("DEVICE_POLAR_AUDIENCE", "care-team", oneOf(audiences), "the same for Polar"),
	samsungAudience: setting("DEVICE_SAMSUNG_AUDIENCE", "care-team", oneOf(audiences), "the same for Samsung Health"),
	devicePrivateNetworks: listOf(
		"DEVICE_PRIVATE_NETWORKS",
		"none; `loopback` with `DEMO`",
		network,
		"private networks where people may have bridges and exports, comma separated (`10.0.0.0/8`, `loopback`); others are refused",
	),
	deviceExportDir: optional(
		"DEVICE_EXPORT_DIR",
		"unset",
		(path) => resolve(path),
		"folder below which export folders of Samsung Health connections are",
	),
	devicePayloadDays: setting(
		"DEVICE_PAYLOAD_DAYS",
		"30",
		wholeNumber("a number of days", 0, 3650),
		"how long vendors' payloads are kept, sealed, for `npm run devices -- replay`; 0 keeps none",
	),
	dynamicRegistration: setting(
		"DYNAMIC_REGISTRATION",
		"false",
		flag,
		"whether apps may register themselves at `/oauth/register` (RFC 7591): never as backend clients; consent pages say so",
	),
	oidcIssuer: optional(
		"OIDC_ISSUER",
		"unset",
		issuer,
		"a hospital's identity provider (OpenID Connect), where people may sign in; `$BASE_URL/sign-in/hospital/callback` is registered there",
	),
	oidcClientId: optional("OIDC_CLIENT_ID", "unset", text, "id this server is registered with there"),
	oidcClientSecret: optional("OIDC_CLIENT_SECRET", "unset", text, "secret this server is registered with there"),
	oidcName: setting("OIDC_NAME", "your hospital", text, "what people know it by: “Sign in with …”"),
	oidcScopes: setting("OIDC_SCOPES", "openid email", openidScopes, "scopes asked for there, space separated"),
	oidcLinkByEmail: setting(
		"OIDC_LINK_BY_EMAIL",
		"patient,therapist",
		list(oneOf(linkable)),
		"roles whose accounts are found by an e-mail address that the provider has verified, comma separated; `none`: administrators connect accounts",
	),
	smtpUrl: optional(
		"SMTP_URL",
		"in-app alerts only, no password reset",
		secretAddress(["smtp", "smtps"]),
		"mail server for alert notifications and new passwords",
	),
	alertFrom: optional("ALERT_FROM", "unset", mailSender, "sender of mails; required with `SMTP_URL`"),
	smsWebhookUrl: optional(
		"SMS_WEBHOOK_URL",
		"unset",
		secretAddress(["https", "http"]),
		"address that alert text messages are posted to",
	),
} as const;

type Read = { readonly [Name in keyof typeof settings]: (typeof settings)[Name]["fallback"] };

/** The checked configuration. `tokenEncryptionKeys` is empty only when embedded and not given: see process/token-keys.ts. */
export interface Config extends Read {
	readonly baseUrl: string;
	readonly demo: boolean;
	readonly devicePrivateNetworks: readonly string[];
}

/** What is wrong with the environment: one line per mistake, each starting with the variable's name. */
export class ConfigError extends Error {
	readonly lines: readonly string[];

	constructor(lines: readonly string[]) {
		super(lines.join("\n"));
		this.lines = lines;
	}
}

/**
 * Reads and checks the environment; a variable set to nothing counts as unset, unknown ones are ignored.
 * @throws {ConfigError} naming every mistake.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
	const lines: string[] = [];
	const read = <T>({ name, read, fallback }: Setting<T>): T => {
		const given = env[name]?.trim();
		if (given === undefined || given === "") return fallback;
		try {
			return read(given);
		} catch (error) {
			lines.push(`${name}: ${messageOf(error)}`);
			return fallback;
		}
	};
	const values = Object.fromEntries(
		Object.entries(settings).map(([property, one]) => [property, read<unknown>(one)]),
	) as unknown as Read;
	lines.push(...contradictions(values, env));
	if (lines.length > 0) throw new ConfigError(lines);
	const demo = values.demo ?? values.databaseUrl === null;
	const networks = values.devicePrivateNetworks;
	return {
		...values,
		baseUrl: values.baseUrl ?? `http://localhost:${values.port}`,
		demo,
		devicePrivateNetworks: networks.length === 0 && demo ? ["loopback"] : networks,
	};
}

/** Mistakes that only several variables together make. */
function contradictions(values: Read, env: Readonly<Record<string, string | undefined>>): string[] {
	const given = (name: string): boolean => (env[name]?.trim() ?? "") !== "";
	const lines: string[] = [];
	if (given("DATABASE_URL") && !given("TOKEN_ENCRYPTION_KEY")) {
		lines.push("TOKEN_ENCRYPTION_KEY: is required with DATABASE_URL (openssl rand -base64 32)");
	}
	if (values.replicaUrls.length > 0 && !given("DATABASE_URL")) {
		lines.push("DATABASE_REPLICA_URLS: needs DATABASE_URL");
	}
	if (values.smtpUrl !== null && !given("ALERT_FROM")) lines.push("ALERT_FROM: is required with SMTP_URL");
	const oidc = ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"];
	const [first] = oidc.filter(given);
	if (first !== undefined) {
		for (const name of oidc) if (!given(name)) lines.push(`${name}: is required with ${first}`);
	}
	if (values.oidcLinkByEmail.includes("none") && values.oidcLinkByEmail.length > 1) {
		lines.push("OIDC_LINK_BY_EMAIL: none stands alone");
	}
	for (const vendor of ["STRAVA", "POLAR", "SAMSUNG"]) {
		const [id, secret] = [`${vendor}_CLIENT_ID`, `${vendor}_CLIENT_SECRET`];
		if (given(id) !== given(secret)) {
			lines.push(`${given(id) ? secret : id}: is required with ${given(id) ? id : secret}`);
		}
	}
	return lines;
}
