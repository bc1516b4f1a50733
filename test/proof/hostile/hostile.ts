import { Agent, request as httpRequest } from "node:http";
import fc from "fast-check";
import { wrongInAnswer } from "../../support/native-document.ts";
import type { HostileGround, Who } from "./ground.ts";
import { rawBytes, sendRaw } from "./raw.ts";
import { hostileRequest, type Request } from "./requests.ts";

/** What a run is made with. */
export interface HostileOptions {
	readonly requests: number;
	readonly seed: number;
	/** Told of every thousand requests. */
	readonly say: (line: string) => void;
}

/** What it has shown. */
export interface HostileReport {
	readonly seed: number;
	requests: number;
	seconds: number;
	/** Answers by status. */
	readonly statuses: Map<number, number>;
	slowestMs: number;
	/** Memory of the server in MiB: after the first tenth, and at the end. */
	memory: { before: number | undefined; after: number | undefined };
	/** What is not as it must be; each kind once, with the request that showed it. */
	readonly wrong: Map<string, string>;
	readonly say: HostileOptions["say"];
}

const inside =
	/\bat .*\.[jt]s:\d+|node_modules|\bselect \S+ from\b|insert into|PostgresError|ECONN[RA]|undefined is not|Cannot read|pg_/i;
const patienceMs = 30_000;

/**
 * Sends hostile requests one after the other and looks at every answer: below 500 and in time, nothing of the server's inside nor of what
 * the sender may not see, as documented, and nothing stored by what was refused.
 */
export async function proveHostile(ground: HostileGround, options: HostileOptions): Promise<HostileReport> {
	const began = performance.now();
	const report: HostileReport = {
		seed: options.seed,
		requests: 0,
		seconds: 0,
		statuses: new Map(),
		slowestMs: 0,
		memory: { before: undefined, after: undefined },
		wrong: new Map(),
		say: options.say,
	};
	const agent = new Agent({ keepAlive: true, maxSockets: 1 });
	const requests = hostileRequest(ground);
	let stored = await ground.stored();
	for (let chunk = 0; report.requests < options.requests; chunk++) {
		const numRuns = Math.min(250, options.requests - report.requests);
		for (const request of fc.sample(requests, { numRuns, seed: options.seed + chunk })) {
			const who = ground.callers[report.requests++ % ground.callers.length] as Who;
			stored = await one(ground, report, agent, who, request, stored);
		}
		for (const raw of fc.sample(rawBytes(ground.callers[0]?.token ?? ""), {
			numRuns: Math.ceil(numRuns / 30),
			seed: options.seed + chunk,
		})) {
			const answer = await sendRaw(ground.base, raw);
			report.requests++;
			judgeText(ground, report, answer, raw.bytes.toString("latin1").slice(0, 300));
			if (/^HTTP\/1\.1 5/m.test(answer))
				wrong(report, "raw bytes: a 5xx", `${answer.slice(0, 300)} to ${raw.bytes.toString("latin1").slice(0, 300)}`);
			// What was cut off may have been whole enough to be taken.
			stored = await ground.stored();
		}
		if (report.memory.before === undefined && report.requests * 10 >= options.requests)
			report.memory.before = ground.memoryMb();
		if (report.requests % 1000 < 260) options.say(progress(report, began, options));
	}
	agent.destroy();
	report.memory.after = ground.memoryMb();
	report.seconds = (performance.now() - began) / 1000;
	for (const fault of ground.faults()) wrong(report, `fault in the log: ${fault.slice(0, 300)}`, "");
	return report;
}

async function one(
	ground: HostileGround,
	report: HostileReport,
	agent: Agent,
	who: Who,
	request: Request,
	before: number,
): Promise<number> {
	const began = performance.now();
	const what = () => `${who.name}: ${JSON.stringify(request).slice(0, 1500)}`;
	const answer = await send(ground.base, agent, who.token, request).catch((error: Error) => error);
	report.slowestMs = Math.max(report.slowestMs, performance.now() - began);
	const route = `${request.method} ${routeLike(request.path)}`;
	if (answer instanceof Error) {
		wrong(report, `${route}: no answer (${answer.message})`, what());
		return ground.stored();
	}
	const { status, text } = answer;
	report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
	if (status >= 500) wrong(report, `${route}: ${status}`, `${text.slice(0, 300)} to ${what()}`);
	judgeText(ground, report, status >= 400 ? text : "", what());
	if (text.includes(ground.secret)) wrong(report, `${route}: shows what is hidden`, what());
	// What a HEAD is answered is not documented apart.
	if (request.path.startsWith("/api") && who.token !== "" && request.method !== "HEAD") {
		const undocumented = wrongInAnswer(request.method, request.path, answer);
		if (undocumented !== "")
			wrong(report, `${route}: ${status}, ${undocumented}`, `${text.slice(0, 300)} to ${what()}`);
	}
	const after = await ground.stored();
	if (status >= 400 && after !== before) wrong(report, `${route}: ${status}, but something is stored`, what());
	if (status !== 401 || who.token === "" || request.path.startsWith("/oauth")) return after;
	await ground.renew(who);
	return ground.stored();
}

function judgeText({ secret }: HostileGround, report: HostileReport, text: string, what: string): void {
	const found = inside.exec(text);
	if (found !== null) wrong(report, `tells of the inside: ${found[0]}`, `${text.slice(0, 300)} to ${what}`);
	if (text.includes(secret)) wrong(report, "shows what is hidden", what);
}

function wrong(report: HostileReport, kind: string, what: string): void {
	if (report.wrong.has(kind)) return;
	report.wrong.set(kind, what);
	report.say(`WRONG ${kind}\n  ${what}`);
}

/** Words in place of what differs from one request to the next. */
function routeLike(path: string): string {
	return (path.split("?")[0] ?? "")
		.split("/")
		.slice(0, 4)
		.map((part, at) => (at > 2 || part.length > 30 ? "…" : part))
		.join("/");
}

interface Answer {
	readonly status: number;
	readonly headers: Headers;
	readonly text: string;
	readonly body: unknown;
}

function send(base: string, agent: Agent, token: string, { method, path, headers, body }: Request): Promise<Answer> {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(base);
		const authorized = token === "" ? headers : { authorization: `Bearer ${token}`, ...headers };
		const bytes = body === undefined ? undefined : Buffer.from(body);
		const length = bytes === undefined ? {} : { "content-length": String(bytes.length) };
		const signal = AbortSignal.timeout(patienceMs);
		const sent = httpRequest({ hostname, port, agent, method, path, headers: { ...authorized, ...length }, signal });
		sent.on("error", reject);
		sent.on("response", (response) => {
			const chunks: Buffer[] = [];
			// A stream of events never ends by itself.
			if (response.headers["content-type"]?.startsWith("text/event-stream")) {
				response.on("error", () => undefined).destroy();
				const headers = new Headers({ "content-type": response.headers["content-type"] });
				return resolve({ status: response.statusCode ?? 0, headers, text: "", body: undefined });
			}
			response.on("data", (chunk: Buffer) => chunks.push(chunk));
			response.on("error", reject);
			response.on("end", () => {
				const text = Buffer.concat(chunks).toString();
				const named = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
				const isJson = named.get("content-type")?.includes("json") === true && text !== "";
				resolve({
					status: response.statusCode ?? 0,
					headers: named,
					text,
					body: isJson ? JSON.parse(text) : undefined,
				});
			});
		});
		sent.end(bytes);
	});
}

function progress({ requests, wrong: found }: HostileReport, began: number, options: HostileOptions): string {
	const rate = requests / ((performance.now() - began) / 1000);
	return `${requests}/${options.requests} requests, ${Math.round(rate)}/s, ${found.size} kinds of wrong`;
}

/** The report for people. */
export function hostileText(report: HostileReport): string {
	const { requests, seconds, statuses, memory } = report;
	const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
	return [
		`${requests} requests (seed ${report.seed}) in ${Math.round(seconds)} s, ${Math.round(requests / seconds)}/s`,
		`answers: ${counts.join(", ")}`,
		`slowest ${Math.round(report.slowestMs)} ms; the server's memory ${Math.round(memory.before ?? 0)} MiB after a tenth, ${Math.round(memory.after ?? 0)} MiB at the end`,
		report.wrong.size === 0
			? "nothing wrong"
			: `WRONG:\n${[...report.wrong].map(([kind, what]) => `- ${kind}\n  ${what}`).join("\n")}`,
	].join("\n");
}
