import type { JWKS } from "oidc-provider";

/** Public keys that clients publish at an address of theirs. */
export interface ClientKeys {
	/** The keys at an address; none where they cannot be had. */
	at(url: string): Promise<JWKS>;
}

/** A server that says nothing about it lets its keys be kept this long, in seconds; one that does, no longer than it says or a day. */
const usualSeconds = 60;
const longestSeconds = 86_400;
const waitMilliseconds = 2500;
const mostBytes = 64 * 1024;

/**
 * Keys by address, kept no longer than their server allows (SMART App Launch 2.2, “Registering a Client”). Administrators register the
 * addresses, so ones within the hospital's network are fine.
 *
 * @param now - milliseconds since 1970
 */
export function clientKeys(get: typeof fetch = fetch, now: () => number = Date.now): ClientKeys {
	const known = new Map<string, { readonly keys: JWKS; readonly until: number }>();
	return {
		async at(url) {
			const kept = known.get(url);
			if (kept !== undefined && kept.until > now()) return kept.keys;
			try {
				const signal = AbortSignal.timeout(waitMilliseconds);
				const response = await get(url, { headers: { accept: "application/json" }, redirect: "error", signal });
				const keys = keySetIn(response.status, await textOf(response));
				known.set(url, { keys, until: now() + keepSeconds(response.headers.get("cache-control")) * 1000 });
				return keys;
			} catch {
				// Whatever is wrong there, nobody can prove to be this client now.
				known.delete(url);
				return { keys: [] };
			}
		},
	};
}

async function textOf(response: Response): Promise<string> {
	let text = "";
	const decoder = new TextDecoder();
	for await (const chunk of response.body ?? []) {
		text += decoder.decode(chunk, { stream: true });
		if (text.length > mostBytes) throw new Error("too long");
	}
	return text;
}

function keySetIn(status: number, text: string): JWKS {
	const parsed = JSON.parse(text) as { keys?: unknown };
	if (status !== 200 || !Array.isArray(parsed.keys)) throw new Error("no key set");
	// A private or symmetric key among them is a mistake that must not be relied on.
	const fit = parsed.keys.filter(
		(key) => typeof key === "object" && key !== null && key.kty !== "oct" && !("d" in key),
	);
	return { keys: fit } as JWKS;
}

/** How long an answer may be kept (RFC 9111), in seconds. */
function keepSeconds(header: string | null): number {
	if (header === null) return usualSeconds;
	if (/\b(no-store|no-cache)\b/i.test(header)) return 0;
	const age = /\bmax-age=(\d{1,9})/i.exec(header)?.[1];
	return age === undefined ? usualSeconds : Math.min(Number(age), longestSeconds);
}
