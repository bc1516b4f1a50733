import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Caller } from "../../access/caller.ts";
import { introspect } from "./introspect.ts";
import { errors } from "./library.ts";
import { plainScopes } from "./offered-scopes.ts";
import { type AuthorizationPages, show } from "./provider.ts";

/** Something that happened at the authorization server, for the access log. */
export interface AuthorizationEvent {
	readonly action: "token" | "revoke" | "authorize";
	/** Undefined where it is not known which client it was. */
	readonly clientId: string | undefined;
	/** users.id of the person concerned. */
	readonly userId: number | undefined;
	readonly outcome: "success" | "refused";
}

/** What goes on around oidc-provider. */
export interface Surroundings {
	/** Public address of the issuer, without a trailing slash. */
	readonly issuer: string;
	readonly callerOf: (token: string) => Promise<Caller | undefined>;
	readonly pages: AuthorizationPages;
	/** Where apps register themselves; undefined where they may not. */
	readonly registrationEndpoint: string | undefined;
	/** Resolves when it is noted, which is before the answer goes out. */
	readonly note: (event: AuthorizationEvent) => Promise<void>;
}

type Context = KoaContextWithOIDC;
type Next = () => Promise<void>;

/** Scopes for data that discovery names: the widest ones, and a few of what apps usually ask for. */
export const dataScopes = [
	"patient/*.cruds",
	"patient/*.rs",
	"patient/*.read",
	"user/*.cruds",
	"user/*.rs",
	"user/*.read",
	"system/*.cruds",
	"system/*.rs",
	"patient/Observation.rs",
	"patient/Patient.rs",
];

/** Puts what SMART asks for beyond the library around it: one function per matter. */
export function surround(provider: Provider, around: Surroundings): void {
	provider.use((context, next) => secureCookies(context as Context, next, around));
	provider.use((context, next) => noteOutcome(context as Context, next, around));
	provider.use((context, next) => sayEnded(context as Context, next, around));
	provider.use((context, next) => answerAsSmart(context as Context, next, around));
	provider.use((context, next) => introspectByBearer(context as Context, next, provider, around));
	provider.use((context, next) => postAsGet(context as Context, next, around));
	provider.use((context, next) => alwaysConsent(context as Context, next));
}

/** Behind a proxy the connection is not https, but the browser's is. */
async function secureCookies(context: Context, next: Next, { issuer }: Surroundings): Promise<void> {
	if (issuer.startsWith("https:")) context.cookies.secure = true;
	await next();
}

/** A session that ended while it was used: the library saves it at the very end, where it has no page for that. */
async function sayEnded(context: Context, next: Next, { pages }: Surroundings): Promise<void> {
	try {
		await next();
	} catch (error) {
		if (!(error instanceof errors.SessionNotFound)) throw error;
		context.remove("location");
		context.status = 400;
		show(context, pages, pages.error("Start again", "You are not signed in any more, or the account has changed."));
	}
}

/** An authorization request by POST goes on as the same by GET, so that cookies need not be sent from other sites. */
async function postAsGet(context: Context, next: Next, { issuer }: Surroundings): Promise<void> {
	if (context.method !== "POST" || context.path !== "/auth") return next();
	context.status = 303;
	context.redirect(`${issuer}/auth?${await formOf(context)}`);
}

/**
 * Consent is always asked for; without it in `prompt` the library would also drop `offline_access`, which SMART apps ask for without it.
 * The mount's prefix is known by comparing originalUrl with url, so both change.
 */
async function alwaysConsent(context: Context, next: Next): Promise<void> {
	const query = new URLSearchParams(context.querystring);
	const [prompt, another] = query.getAll("prompt");
	const words = (prompt ?? "").split(" ").filter((word) => word !== "");
	if (context.path === "/auth" && another === undefined && !words.includes("none") && !words.includes("consent")) {
		const request = context.req as typeof context.req & { originalUrl?: string };
		const mount = (request.originalUrl ?? "").slice(0, -context.url.length);
		query.set("prompt", [...words, "consent"].join(" "));
		context.querystring = query.toString();
		request.originalUrl = mount + context.url;
	}
	await next();
}

async function answerAsSmart(context: Context, next: Next, { registrationEndpoint }: Surroundings): Promise<void> {
	await next();
	const { oidc } = context as Partial<Context>;
	if (oidc?.route === "token") {
		context.set("Pragma", "no-cache");
		const extra = oidc.entities.AccessToken?.extra;
		if (context.status === 200 && extra !== undefined) context.body = { ...extra, ...(context.body as object) };
	}
	if (context.path.startsWith("/.well-known/") && context.status === 200) {
		// The library names the implicit grant, which no client here can have.
		context.body = {
			...(context.body as object),
			grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
			scopes_supported: [...plainScopes, ...dataScopes],
			...(registrationEndpoint === undefined ? {} : { registration_endpoint: registrationEndpoint }),
		};
	}
}

/** SMART App Launch 2.2, “Token introspection”: with a bearer token as authorization; the library knows clients' own only. */
async function introspectByBearer(
	context: Context,
	next: Next,
	provider: Provider,
	{ callerOf }: Surroundings,
): Promise<void> {
	const bearer = /^bearer +(\S+) *$/i.exec(context.get("authorization"))?.[1];
	if (context.method !== "POST" || context.path !== "/token/introspection" || bearer === undefined) return next();
	context.set({ "Cache-Control": "no-store", Pragma: "no-cache" });
	if (context.get("origin") !== "")
		context.set({ "Access-Control-Allow-Origin": context.get("origin"), Vary: "Origin" });
	const caller = await callerOf(bearer);
	const token = (await formOf(context)).get("token");
	if (caller === undefined || (caller.app === undefined && caller.role !== "system")) {
		context.status = 401;
		context.set("WWW-Authenticate", 'Bearer error="invalid_token"');
		context.body = { error: "invalid_token", error_description: "the bearer token is not one that may introspect" };
	} else if (token === null || token === "") {
		context.status = 400;
		context.body = { error: "invalid_request", error_description: "missing required parameter 'token'" };
	} else {
		context.status = 200;
		context.body = await introspect(provider, caller, token);
	}
}

/** What is given out, refused and ended is in the access log before the answer is sent. */
async function noteOutcome(context: Context, next: Next, { note }: Surroundings): Promise<void> {
	await next();
	const { oidc } = context as Partial<Context>;
	if (oidc === undefined) return;
	const { entities, route } = oidc;
	const person = Number(
		entities.Account?.accountId ?? entities.AccessToken?.accountId ?? entities.RefreshToken?.accountId,
	);
	const event = {
		clientId: entities.Client?.clientId,
		userId: Number.isSafeInteger(person) ? person : undefined,
		outcome: context.status >= 400 ? ("refused" as const) : ("success" as const),
	};
	if (route === "token") await note({ ...event, action: "token" });
	else if (route === "revocation") await note({ ...event, action: "revoke" });
	else if ((route === "authorization" || route === "resume") && isRefusal(context)) {
		await note({ ...event, action: "authorize", outcome: "refused" });
	}
}

function isRefusal(context: Context): boolean {
	const location = context.response.get("location");
	return context.status >= 400 || /[?&#]error=/.test(location);
}

const mostBytes = 56 * 1024;

/** The form of a request nobody has read yet; empty where there is none. */
async function formOf(context: Context): Promise<URLSearchParams> {
	if (!context.is("application/x-www-form-urlencoded")) return new URLSearchParams();
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of context.req) {
		length += (chunk as Buffer).length;
		if (length > mostBytes) context.throw(413, "too long");
		chunks.push(chunk as Buffer);
	}
	return new URLSearchParams(Buffer.concat(chunks).toString());
}
