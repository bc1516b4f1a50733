import { setTimeout as sleep } from "node:timers/promises";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { type Answer, type Session, sessionAt, type TestServer } from "./server.ts";
import { addClient, token } from "./smart.ts";

/** What a kick-off must say. */
export const inBackground = { prefer: "respond-async", accept: "application/fhir+json" };

/** A resource as it came. */
export interface Line {
	readonly resourceType: string;
	readonly id: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
	readonly [member: string]: any;
}

/** An export that has ended. */
export interface Exported {
	/** The last answer of its status. */
	readonly answer: Answer;
	/** Path of its status. */
	readonly status: string;
	/** Everything in `output`, by type, in the order of the files. */
	readonly output: ReadonlyMap<string, readonly Line[]>;
	/** Paths of all files. */
	readonly files: readonly string[];
}

/** Registers a backend (private_key_jwt) and gives how it gets tokens. */
export async function addBackend(server: TestServer, clientId: string, scopes: string) {
	const { privateKey, publicKey } = await generateKeyPair("ES384", { extractable: true });
	const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "ES384", use: "sig" };
	await addClient(server, clientId, {
		authMethod: "private_key_jwt",
		redirectUris: [],
		launchUrl: null,
		jwks: { keys: [jwk] } as never,
		scopes,
	});
	return async (scope: string, base = server.base): Promise<Session> => {
		const assertion = await new SignJWT({
			iss: clientId,
			sub: clientId,
			aud: `${server.base}/oauth/token`,
			jti: String(Math.random()),
			exp: Math.floor(Date.now() / 1000) + 200,
		})
			.setProtectedHeader({ alg: "ES384", kid: "k", typ: "JWT" })
			.sign(privateKey);
		const { body } = await token(base, clientId, {
			grant_type: "client_credentials",
			client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
			client_assertion: assertion,
			scope,
		});
		if (body.access_token === undefined) throw new Error(JSON.stringify(body));
		return sessionAt(base, body.access_token);
	};
}

/** Kicks an export off; gives the path of its status. @throws Error when it is not taken on */
export async function kickedOff(session: Session, path: string, headers = {}, body?: unknown): Promise<string> {
	const all = { ...inBackground, ...headers };
	const answer = body === undefined ? await session.get(path, all) : await session.post(path, body, all);
	if (answer.status !== 202) throw new Error(`${path}: ${answer.status} ${answer.text}`);
	return pathOf(answer.headers.get("content-location") ?? "");
}

/** Asks until an export has ended. */
export async function ended(session: Session, status: string): Promise<Answer> {
	for (const until = Date.now() + 60_000; ; await sleep(100)) {
		const answer = await session.get(status, { accept: "application/json" });
		if ((answer.status !== 202 && answer.status !== 429) || Date.now() > until) return answer;
	}
}

/** Kicks an export off, waits for it and reads all its files. */
export async function exported(session: Session, path: string, headers = {}, body?: unknown): Promise<Exported> {
	const status = await kickedOff(session, path, headers, body);
	const answer = await ended(session, status);
	if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
	const output = new Map<string, Line[]>();
	for (const { type, url } of answer.body.output) {
		output.set(type, [...(output.get(type) ?? []), ...(await linesOf(session, pathOf(url)))]);
	}
	const { output: given, deleted, error } = answer.body;
	const files = [...given, ...deleted, ...error].map(({ url }: { url: string }) => pathOf(url));
	return { answer, status, output, files };
}

/** The lines of a file. */
export async function linesOf(session: Session, path: string): Promise<Line[]> {
	const { status, text } = await session.get(path, { accept: "application/fhir+ndjson" });
	if (status !== 200 || !text.endsWith("\n")) throw new Error(`${path}: ${status} ${text.slice(0, 200)}`);
	return text
		.slice(0, -1)
		.split("\n")
		.map((line) => JSON.parse(line));
}

/** `Type/id` of everything in the output, sorted. */
export function names({ output }: Pick<Exported, "output">): string[] {
	return [...output.values()]
		.flat()
		.map(({ resourceType, id }) => `${resourceType}/${id}`)
		.sort();
}

/** All matches of a search, through all pages. */
export async function found(session: Session, path: string): Promise<Line[]> {
	const all: Line[] = [];
	for (let next: string | undefined = path; next !== undefined; ) {
		const { status, body }: Answer = await session.get(next);
		if (status !== 200) throw new Error(`${next}: ${status}`);
		const entries = (body.entry ?? []) as { resource: Line; search: { mode: string } }[];
		all.push(...entries.filter(({ search }) => search.mode === "match").map(({ resource }) => resource));
		const link = (body.link as { relation: string; url: string }[]).find(({ relation }) => relation === "next");
		next = link === undefined ? undefined : pathOf(link.url);
	}
	return all;
}

/** An address below the server's, whichever of two servers is asked. */
export function pathOf(url: string): string {
	return url.replace(/^https?:\/\/[^/]+/, "");
}
