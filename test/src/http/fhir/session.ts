import type { Test } from "tap";
import { startTestServer } from "../../../support/server.ts";

/** An answer with its body parsed, `undefined` where there is none. */
export interface Answered {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
	readonly body: any;
}

/** A signed-in client of the FHIR side of a server of its own; paths are below `[base]`. */
export interface Session {
	readonly base: string;
	readonly token: string;
	send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
	get(path: string, headers?: Record<string, string>): Promise<Answered>;
}

/** Starts a server for this test file and signs its admin in, who sees and may write everything. */
export async function fhirSession(t: Test): Promise<Session> {
	const server = await startTestServer(t);
	const { token } = await server.as("admin@test.example");
	return sessionOf(`${server.base}/fhir`, token);
}

/** A session from a base and a bearer token. */
export function sessionOf(base: string, token: string): Session {
	const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
		const response = await fetch(path.startsWith("http") ? path : base + path, {
			method,
			headers: {
				...(token === "" ? {} : { authorization: `Bearer ${token}` }),
				...(body === undefined ? {} : { "content-type": "application/fhir+json" }),
				...headers,
			},
			...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		return {
			status: response.status,
			headers: response.headers,
			text,
			body: text.startsWith("{") ? JSON.parse(text) : undefined,
		};
	};
	return { base, token, send, get: (path, headers) => send("GET", path, undefined, headers) };
}

/** A resource of a type that no table holds, with an identifier to find it by. */
export function organization(value: string, more: Record<string, unknown> = {}) {
	return {
		resourceType: "Organization",
		identifier: [{ system: "urn:test", value }],
		name: `Clinic ${value}`,
		...more,
	};
}
