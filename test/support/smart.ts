import { createHash, randomBytes } from "node:crypto";
import { type Client, type ClientValues, clients } from "../../src/auth/clients.ts";
import { testPassword } from "./people.ts";
import type { TestServer } from "./server.ts";

/** Where the test apps are said to be; nothing listens there: what would arrive is read off the redirect. */
export const callback = "http://127.0.0.1:9876/callback";

/** The secret of the confidential test app. */
export const testSecret = "test-app-secret";

const usual = {
	jwks: null,
	jwksUri: null,
	scopes: null,
	launchUrl: "http://127.0.0.1:9876/launch",
	redirectUris: [callback],
};

/** Registers a public and a confidential app. */
export async function addTestApps(server: TestServer): Promise<void> {
	const registry = clients(server.database);
	await registry.add("public-app", { ...usual, name: "Public app", authMethod: "none" });
	await registry.add("other-app", { ...usual, name: "Other app", authMethod: "none" });
	await registry.add("secret-app", { ...usual, name: "Secret app", authMethod: "client_secret_basic" }, testSecret);
}

/** Registers a client of one's own. */
export function addClient(server: TestServer, clientId: string, values: Partial<ClientValues>): Promise<Client> {
	return clients(server.database).add(clientId, { ...usual, name: clientId, authMethod: "none", ...values });
}

/** A browser as far as these tests need one: cookies and redirects by hand, forms filled in as a person would. */
export class Browser {
	readonly #cookies: { name: string; value: string; path: string }[] = [];
	readonly base: string;
	/** What came last. */
	url = "";
	status = 0;
	text = "";
	headers = new Headers();

	constructor(base: string) {
		this.base = base;
	}

	/** Opens an address and follows redirects as long as they stay here; what leads elsewhere is left in `url`. */
	async open(address: string, form?: URLSearchParams, headers: Record<string, string> = {}): Promise<this> {
		let next = new URL(address, this.url === "" ? this.base : this.url).href;
		let body = form;
		for (let hops = 0; hops < 12; hops++) {
			this.url = next;
			if (!next.startsWith(`${this.base}/`)) return this;
			const response = await fetch(next, {
				method: body === undefined ? "GET" : "POST",
				redirect: "manual",
				headers: { accept: "text/html", cookie: this.#cookiesFor(new URL(next).pathname), ...headers },
				...(body === undefined ? {} : { body }),
			});
			this.status = response.status;
			this.headers = response.headers;
			this.text = await response.text();
			for (const line of response.headers.getSetCookie()) this.#keep(line);
			const location = response.headers.get("location");
			if (location === null) return this;
			next = new URL(location, next).href;
			body = undefined;
		}
		throw new Error(`too many redirects at ${this.url}`);
	}

	/** Sends a form without following where it leads. @returns where that is */
	async post(path: string, form: URLSearchParams): Promise<string> {
		const response = await fetch(this.base + path, {
			method: "POST",
			redirect: "manual",
			headers: { cookie: this.#cookiesFor(path) },
			body: form,
		});
		for (const line of response.headers.getSetCookie()) this.#keep(line);
		return response.headers.get("location") ?? "";
	}

	/** Sends the form of the page: its hidden fields and ticked boxes, and what is given; `null` takes a field out. */
	submit(given: Record<string, string | string[] | null> = {}, headers: Record<string, string> = {}): Promise<this> {
		const { action, method, fields } = formIn(this.text);
		for (const [name, value] of Object.entries(given)) {
			fields.delete(name);
			if (value !== null) for (const one of [value].flat()) fields.append(name, one);
		}
		if (method === "post") return this.open(action, fields, headers);
		return this.open(`${action}?${fields}`);
	}

	/** The query of the address it ended at. */
	get query(): URLSearchParams {
		return new URL(this.url).searchParams;
	}

	/** The value of a cookie it holds. */
	cookie(name: string): string | undefined {
		return this.#cookies.find((one) => one.name === name)?.value;
	}

	cookieNames(): string[] {
		return this.#cookies.map(({ name }) => name);
	}

	/** Takes over a cookie, as whoever prepared this browser would. */
	plant(line: string): void {
		this.#keep(line);
	}

	#keep(line: string): void {
		const [pair = "", ...attributes] = line.split(/; */);
		const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
		const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? "/";
		const at = this.#cookies.findIndex((one) => one.name === name && one.path === path);
		if (at >= 0) this.#cookies.splice(at, 1);
		if (value !== "" && !/expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.push({ name, value, path });
	}

	#cookiesFor(path: string): string {
		const fits = (one: string) => path === one || path.startsWith(one.endsWith("/") ? one : `${one}/`);
		return this.#cookies
			.filter((cookie) => fits(cookie.path))
			.map(({ name, value }) => `${name}=${value}`)
			.join("; ");
	}
}

/** The first form of a page that is not for leaving. */
function formIn(page: string): { action: string; method: string; fields: URLSearchParams } {
	const forms = [...page.matchAll(/<form ([^>]*)>(.*?)<\/form>/gs)];
	const [, head = "", body = ""] = forms.find(([, attributes]) => !attributes?.includes("/logout")) ?? [];
	const fields = new URLSearchParams();
	for (const [, attributes = ""] of body.matchAll(/<input ([^>]*)>/g)) {
		const type = attributeIn(attributes, "type");
		if ((type === "checkbox" || type === "radio") && !/ checked/.test(attributes)) continue;
		fields.append(attributeIn(attributes, "name"), attributeIn(attributes, "value"));
	}
	return { action: attributeIn(head, "action"), method: attributeIn(head, "method"), fields };
}

function attributeIn(attributes: string, name: string): string {
	const value = new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
	return value
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&quot;", '"')
		.replaceAll("&#39;", "'")
		.replaceAll("&amp;", "&");
}

/** A code verifier and its challenge (RFC 7636). */
export function pkce(): { verifier: string; challenge: string } {
	const verifier = randomBytes(32).toString("base64url");
	return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** What an authorization request asks, besides what is usual. */
export interface Asked {
	readonly client?: string;
	readonly scope: string;
	readonly launch?: string;
	readonly aud?: string;
	/** More parameters, or others; null takes one out. */
	readonly more?: Readonly<Record<string, string | null>>;
}

/** The address of an authorization request, and what its answer is checked with. */
export function authorizeUrl(server: TestServer, { client = "public-app", scope, launch, aud, more = {} }: Asked) {
	const { verifier, challenge } = pkce();
	const state = randomBytes(8).toString("hex");
	const query = new URLSearchParams({
		response_type: "code",
		client_id: client,
		redirect_uri: callback,
		scope,
		state,
		aud: aud ?? `${server.base}/fhir`,
		code_challenge: challenge,
		code_challenge_method: "S256",
		...(launch === undefined ? {} : { launch }),
	});
	for (const [name, value] of Object.entries(more)) {
		if (value === null) query.delete(name);
		else query.set(name, value);
	}
	return { url: `${server.base}/oauth/auth?${query}`, query, verifier, state };
}

/** How a person goes through it. */
export interface Person {
	readonly email: string;
	/** patients.id to choose where one is asked for. */
	readonly patient?: number;
	/** Scopes to tick; undefined: as they are ticked. */
	readonly scopes?: string[];
	readonly browser?: Browser;
}

/** Goes through an authorization as a person does, to the redirect to the app. */
export async function authorize(server: TestServer, asked: Asked, person: Person) {
	const { url, verifier, state } = authorizeUrl(server, asked);
	const browser = person.browser ?? new Browser(server.base);
	await browser.open(url);
	if (/name="password"/.test(browser.text)) await browser.submit({ email: person.email, password: testPassword });
	if (/type="radio"/.test(browser.text)) await browser.submit({ patient: String(person.patient ?? "") });
	if (/name="decision"/.test(browser.text)) {
		await browser.submit({ decision: "allow", ...(person.scopes === undefined ? {} : { scope: person.scopes }) });
	}
	return { browser, verifier, state, code: browser.url.startsWith(callback) ? browser.query.get("code") : null };
}

/** A token response, or a refusal. */
export interface TokenAnswer {
	readonly status: number;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
	readonly body: any;
}

/** Asks the token endpoint; `client` names itself as it must. */
export async function token(
	base: string,
	client: string,
	form: Record<string, string>,
	headers: Record<string, string> = {},
): Promise<TokenAnswer> {
	const isSecret = client === "secret-app";
	const response = await fetch(`${base}/oauth/token`, {
		method: "POST",
		headers: {
			accept: "application/json",
			...(isSecret ? { authorization: `Basic ${Buffer.from(`${client}:${testSecret}`).toString("base64")}` } : {}),
			...headers,
		},
		body: new URLSearchParams({
			...form,
			...(isSecret || form.client_assertion !== undefined ? {} : { client_id: client }),
		}),
	});
	return { status: response.status, headers: response.headers, body: await response.json() };
}

/** Redeems a code. */
export function redeem(server: TestServer, client: string, code: string | null, verifier: string) {
	return token(server.base, client, {
		grant_type: "authorization_code",
		code: code ?? "",
		redirect_uri: callback,
		code_verifier: verifier,
	});
}

/** The whole way to a token. */
export async function tokenFor(server: TestServer, asked: Asked, person: Person): Promise<TokenAnswer["body"]> {
	const { code, verifier, browser } = await authorize(server, asked, person);
	if (code === null) throw new Error(`no code: ${browser.status} ${browser.url}\n${browser.text}`);
	const answer = await redeem(server, asked.client ?? "public-app", code, verifier);
	if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}

/** An answer with its JSON. */
export async function answered(request: Promise<Response>): Promise<TokenAnswer> {
	const response = await request;
	return { status: response.status, headers: response.headers, body: await response.json() };
}
