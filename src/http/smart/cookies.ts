import type { FastifyRequest } from "fastify";

/** A cookie of a request (RFC 6265); undefined where it has none of this name. */
export function cookieIn(request: FastifyRequest, name: string): string | undefined {
	for (const pair of (request.headers.cookie ?? "").split(";")) {
		const at = pair.indexOf("=");
		if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
	}
	return undefined;
}

/** A `Set-Cookie` line of one that no script reads and no other site's form brings; 0 seconds take it away. */
export function cookieLine(
	name: string,
	value: string,
	{ path, seconds, secure }: { readonly path: string; readonly seconds: number; readonly secure: boolean },
): string {
	const ends = seconds === 0 ? "; Expires=Thu, 01 Jan 1970 00:00:00 GMT" : "";
	return `${name}=${value}; Path=${path}; Max-Age=${seconds}${ends}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
