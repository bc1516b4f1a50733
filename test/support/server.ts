import { pino } from "pino";
import { type AppConfig, buildApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import type { DeviceParts } from "../../src/devices/parts.ts";
import type { ExportSettings } from "../../src/exports/parts.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { wrongInAnswer } from "./native-document.ts";
import { createPeople, type People, testPassword } from "./people.ts";
import { testDatabase, testKey } from "./postgres.ts";
import { freePort } from "./server-process.ts";

/** An answer with its body parsed where it is JSON. */
export interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
	readonly body: any;
}

type Headers_ = Record<string, string>;

/** Somebody signed in; paths are below the server's address. */
export interface Session {
	readonly token: string;
	get(path: string, headers?: Headers_): Promise<Answer>;
	post(path: string, body?: unknown, headers?: Headers_): Promise<Answer>;
	put(path: string, body?: unknown, headers?: Headers_): Promise<Answer>;
	patch(path: string, body?: unknown, headers?: Headers_): Promise<Answer>;
	delete(path: string, headers?: Headers_): Promise<Answer>;
}

/** A server of a test file's own. */
export interface TestServer {
	/** Its address, without a trailing slash. */
	readonly base: string;
	/** Another server on the same database, as another process would be: its address. What it links to is the first one's. */
	beside(): Promise<string>;
	/** As the database's owner, whom no policy binds. */
	readonly ownerUrl: string;
	readonly database: Database;
	readonly people: People;
	/** What was logged so far, one JSON object a line. */
	readonly logged: string[];
	/** Signs in with the test password, or whichever is given. */
	as(email: string, password?: string): Promise<Session>;
	/** Nobody. */
	readonly stranger: Session;
	close(): Promise<void>;
}

/** What a test may choose. */
export interface TestServerOptions {
	/** Bytes. Default: 50 MiB. */
	readonly bodyLimit?: number;
	/** Bytes of large bodies at once. Default: 64 MiB. */
	readonly bodyMemory?: number;
	/** Where alerts are told of. Default: nowhere. */
	readonly smtpUrl?: string;
	readonly smsWebhookUrl?: string;
	/** Default: 10. */
	readonly lookForJobsEverySeconds?: number;
	/** Connections for reading, and as many for writing. Default: 8. */
	readonly poolSize?: number;
	/** Default: that of `openDatabase`. */
	readonly statementTimeoutMilliseconds?: number;
	/** Where it listens, for what has to know before it does. Default: a free port. */
	readonly port?: number;
	/** Other settings. */
	readonly config?: Partial<AppConfig>;
	/** Stand-ins of vendors. */
	readonly devices?: Partial<DeviceParts>;
	/** Sizes and limits of bulk exports. */
	readonly exports?: Partial<ExportSettings>;
}

/** Starts a server on a database of its own, with the people of people.ts; both go when the test ends. */
export async function startTestServer(
	t: { teardown(undo: () => unknown): unknown },
	options: TestServerOptions = {},
): Promise<TestServer> {
	const place = await testDatabase(t);
	const { bodyLimit = 50 * 1024 * 1024, poolSize = 8, statementTimeoutMilliseconds = 30_000 } = options;
	const settings = { url: place.serverUrl, poolSize, statementTimeoutMilliseconds };
	const database = await openDatabase(settings);
	const people = await createPeople(database);
	const logged: string[] = [];
	const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
	const serve = async (over: Database, port: number, publicBase: string) => {
		const config = {
			...readConfig({}),
			baseUrl: publicBase,
			trustProxy: [],
			bodyLimit,
			bcryptCost: 4,
			demo: true,
			shutdownGraceSeconds: 5,
			tokenEncryptionKeys: [testKey],
			smtpUrl: options.smtpUrl ?? null,
			alertFrom: "Heart <heart@clinic.example>",
			smsWebhookUrl: options.smsWebhookUrl ?? null,
			...(options.bodyMemory === undefined ? {} : { bodyMemory: options.bodyMemory }),
			...(options.lookForJobsEverySeconds === undefined
				? {}
				: { lookForJobsEverySeconds: options.lookForJobsEverySeconds }),
			...options.config,
		};
		const { devices = {}, exports = {} } = options;
		const app = await buildApp({ config, database: over, log, devices, exports });
		await app.listen({ port, host: "127.0.0.1" });
		return async () => {
			await app.close();
			await over.close();
		};
	};
	const port = options.port ?? (await freePort());
	const base = `http://127.0.0.1:${port}`;
	const closing = [await serve(database, port, base)];
	let closed = false;
	const close = async () => {
		if (closed) return;
		closed = true;
		await Promise.all(closing.map((one) => one()));
	};
	t.teardown(close);
	return {
		base,
		ownerUrl: place.ownerUrl,
		database,
		people,
		logged,
		close,
		async beside() {
			const another = await freePort();
			closing.push(await serve(await openDatabase(settings), another, base));
			return `http://127.0.0.1:${another}`;
		},
		stranger: sessionAt(base, ""),
		as: (email, password) => signIn(base, email, password),
	};
}

async function signIn(base: string, email: string, password = testPassword): Promise<Session> {
	const answer = await sessionAt(base, "").post("/api/auth/login", { email, password });
	if (answer.status !== 200) throw new Error(`sign-in of ${email}: ${answer.status} ${answer.text}`);
	return sessionAt(base, answer.body.token as string);
}

/** A client that sends this token. What /api answers it must be as openapi/native.json says, or the request fails. */
export function sessionAt(base: string, token: string): Session {
	const send = async (method: string, path: string, body?: unknown, headers: Headers_ = {}): Promise<Answer> => {
		const response = await fetch(base + path, {
			method,
			headers: {
				...(token === "" ? {} : { authorization: `Bearer ${token}` }),
				...(body === undefined
					? {}
					: { "content-type": path.startsWith("/fhir") ? "application/fhir+json" : "application/json" }),
				...headers,
			},
			redirect: "manual",
			...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		const json = /[/+]json/.test(response.headers.get("content-type") ?? "") && text !== "";
		const { status, headers: answered } = response;
		const answer = { status, headers: answered, text, body: json ? JSON.parse(text) : undefined };
		const wrong = path.startsWith("/api/") ? wrongInAnswer(method, path, answer) : "";
		if (wrong !== "") throw new Error(`${method} ${path} answers ${status}, not as openapi/native.json says: ${wrong}`);
		return answer;
	};
	return {
		token,
		get: (path, headers) => send("GET", path, undefined, headers),
		post: (path, body, headers) => send("POST", path, body, headers),
		put: (path, body, headers) => send("PUT", path, body, headers),
		patch: (path, body, headers) => send("PATCH", path, body, headers),
		delete: (path, headers) => send("DELETE", path, undefined, headers),
	};
}
