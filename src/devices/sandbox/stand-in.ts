/** A request to a stand-in, whoever serves it. */
export interface StandInRequest {
	readonly method: string;
	/** Path and query, below the stand-in's base. */
	readonly url: string;
	/** By lower-case name. */
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly body: string;
}

/** Its answer. An object becomes JSON, text stays, undefined is an empty body. */
export interface StandInReply {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: unknown;
}

/** Something that behaves as a vendor does. */
export type StandIn = (request: StandInRequest) => Promise<StandInReply>;

/** A clock that can be moved forward. */
export interface SandboxClock {
	/** Epoch milliseconds. */
	now(): number;
	advance(milliseconds: number): void;
}

export function sandboxClock(now: () => number = Date.now): SandboxClock {
	let ahead = 0;
	return {
		now: () => now() + ahead,
		advance(milliseconds) {
			ahead += milliseconds;
		},
	};
}

/** The parts of a request a stand-in looks at. */
export interface Parsed {
	readonly route: string;
	readonly path: string;
	readonly query: URLSearchParams;
	readonly form: URLSearchParams;
	readonly bearer: string | undefined;
}

/** Takes a request apart; `form` holds JSON members, too, where the body is JSON. */
export function parsed({ method, url, headers, body }: StandInRequest): Parsed {
	const { pathname, searchParams } = new URL(url, "http://sandbox.invalid");
	const json =
		headers["content-type"]?.includes("json") === true && body !== "" ? (JSON.parse(body) as object) : undefined;
	const form =
		json === undefined
			? new URLSearchParams(body)
			: new URLSearchParams(Object.entries(json).map(([name, value]) => [name, String(value)]));
	const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
	return { route: `${method} ${pathname}`, path: pathname, query: searchParams, form, bearer };
}

/** A consent page of a vendor, as plain as can be: a box per scope, and two buttons. */
export function consentPage(vendor: string, query: URLSearchParams, scopes: readonly string[]): StandInReply {
	const quoted = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
	const hidden = ["client_id", "redirect_uri", "state"].map(
		(name) => `<input type="hidden" name="${name}" value="${quoted(query.get(name) ?? "")}">`,
	);
	const boxes = scopes.map(
		(scope) =>
			`<p><label><input type="checkbox" name="scope" value="${quoted(scope)}" checked> ${quoted(scope)}</label></p>`,
	);
	const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${vendor} (stand-in)</title>
<h1>${vendor} (a stand-in: nothing leaves this machine)</h1><p>Heart Recovery would like to read your data.</p>
<form method="post">${hidden.join("")}${boxes.join("")}
<button name="decision" value="allow">Authorize</button> <button name="decision" value="deny">Cancel</button></form></html>`;
	return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** Sends the browser back to the app. */
export function sendBack(form: URLSearchParams, parameters: Readonly<Record<string, string>>): StandInReply {
	const url = new URL(form.get("redirect_uri") ?? "");
	const state = form.get("state");
	if (state !== null && state !== "") url.searchParams.set("state", state);
	for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
	return { status: 302, headers: { location: url.href } };
}
