import type { Request, Scenario, World } from "./scenarios.ts";

/** Sends one request and gives the status and the text. */
async function ask(base: string, token: string, request: Request): Promise<{ status: number; text: string }> {
	const response = await fetch(base + request.path, {
		method: request.method,
		headers: { authorization: `Bearer ${token}`, ...contentType(request) },
		...(request.body === undefined ? {} : { body: request.body }),
	});
	return { status: response.status, text: await response.text() };
}

/** The header a request with a body needs. */
export function contentType({ path, body }: Request): Record<string, string> {
	if (body === undefined) return {};
	return { "content-type": path.startsWith("/fhir") ? "application/fhir+json" : "application/json" };
}

/** Two servers that should answer the same. */
export interface Pair {
	readonly server: string;
	readonly limit: string;
	readonly token: string;
}

/**
 * Asks both servers some requests of a scenario.
 *
 * @throws Error showing both answers where they differ: then the limit is no limit, and no ratio means anything
 */
export async function checkSame({ server, limit, token }: Pair, scenario: Scenario, world: World): Promise<void> {
	for (let n = 0; n < 8; n++) {
		const request = scenario.request(world, n);
		const [one, other] = [await ask(server, token, request), await ask(limit, token, request)];
		const isWrite = request.method === "POST";
		const [shown, wanted] = [comparable(one.text, server, isWrite), comparable(other.text, limit, isWrite)];
		if (one.status >= 300 || one.status !== other.status || shown !== wanted) {
			const [from, to] = whereTheyDiffer(shown, wanted);
			const asked = `${scenario.name}: ${request.method} ${request.path}`;
			throw new Error(`${asked}\n--- the server: ${one.status} …${from}\n--- the limit: ${other.status} …${to}`);
		}
	}
}

/** An answer without `meta` and links; of a write also without the ids and times that only it has. The order of members counts. */
function comparable(text: string, base: string, isWrite: boolean): string {
	const value: unknown = JSON.parse(text.replaceAll(base, "http://base"), (name, member) => {
		if (name === "meta" || name === "link") return undefined;
		return isWrite && name === "lastModified" ? "now" : member;
	});
	const plain = JSON.stringify(value);
	return isWrite ? plain.replace(/\bvs-\d+-/g, "vs-new-") : plain;
}

/** Both texts around the first place where they differ. */
function whereTheyDiffer(one: string, other: string): [string, string] {
	let at = 0;
	while (at < one.length && one[at] === other[at]) at++;
	const around = (text: string) => text.slice(Math.max(0, at - 120), at + 120);
	return [around(one), around(other)];
}
