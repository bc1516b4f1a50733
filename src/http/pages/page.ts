import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import { type Html, html, Html as Raw } from "./html.ts";
import { style } from "./style.ts";

/** A page of ours for people. */
export interface Page {
	/** For the browser's tab, and the heading unless `heading` says otherwise. */
	readonly title: string;
	readonly heading?: string;
	readonly body: Html;
	/** Default: 200. */
	readonly status?: number;
	/**
	 * Where forms lead besides this server, also by redirects (browsers check both): origins as `https://app.example`, or schemes as
	 * `com.example.app:`.
	 */
	readonly formTargets?: readonly string[];
	/** Seconds after which the browser shows the page anew: only while something on it is under way. */
	readonly againAfterSeconds?: number | undefined;
}

const styleHash = createHash("sha256").update(style).digest("base64");
const sheet = new Raw(`<style>${style}</style>`);

/**
 * Sends a page in the shell all pages share: no scripts, nothing from elsewhere, in no frame, kept by no cache. A page's own code
 * never writes markup that is not from `html`.
 */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
	return reply
		.code(page.status ?? 200)
		.headers(pageHeaders(page.formTargets ?? []))
		.headers(page.againAfterSeconds === undefined ? {} : { refresh: String(page.againAfterSeconds) })
		.type("text/html; charset=utf-8")
		.send(pageText(page));
}

/** The headers of a page, for those that are not sent by Fastify. */
export function pageHeaders(formTargets: readonly string[] = []): Record<string, string> {
	const forms = ["'self'", ...formTargets.filter((target) => /^[A-Za-z0-9.+:/[\]-]+$/.test(target))].join(" ");
	return {
		"content-security-policy": `default-src 'none'; style-src 'sha256-${styleHash}'; form-action ${forms}; base-uri 'none'; frame-ancestors 'none'`,
		"x-frame-options": "DENY",
		"x-content-type-options": "nosniff",
		// Not "no-referrer": browsers would send forms with "Origin: null".
		"referrer-policy": "same-origin",
		"cache-control": "no-store",
	};
}

/** A page as HTML text. */
export function pageText({ title, heading, body }: Pick<Page, "title" | "heading" | "body">): string {
	return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Heart Recovery</title>${sheet}</head>
<body><header>Heart Recovery</header><main><h1>${heading ?? title}</h1>
${body}
</main></body></html>
`.text;
}
