import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ground } from "./measure.ts";
import { type Place, preparePlace } from "./place.ts";
import { type Running, start } from "./processes.ts";
import { checkSame } from "./same.ts";
import { readWorld, type Scenario } from "./scenarios.ts";
import { addVitals, benchPassword, seed, therapistEmail } from "./seed.ts";

/** Server and limit running on one seeded database. */
export interface Bench extends AsyncDisposable {
	readonly place: Place;
	readonly ground: Ground;
	/** @throws Error when the limit answers a scenario otherwise than the server */
	check(scenario: Scenario): Promise<void>;
	/** Adds rows of vital signs. */
	grow(rows: number): Promise<void>;
	/** The last lines the server wrote, for when it fails under load. */
	said(): string;
	/** Starts one more server on the same database, with options of Node. */
	anotherServer(nodeOptions: readonly string[]): Promise<Running>;
}

/** Makes a database with so many rows of vital signs and starts both programs on it; everything is gone when it is disposed. */
export async function openBench(rows: number, say: (line: string) => void): Promise<Bench> {
	say("making a database");
	const place = await preparePlace();
	const running: Running[] = [];
	const close = async () => {
		for (const one of running) await one.stop();
		await place.remove();
	};
	const interrupted = () => void close().finally(() => process.exit(130));
	process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
	try {
		await timed(`${rows} rows of vital signs`, () => seed(place.owner, { rows }));
		const server = await serverOn([]);
		const limit = await start({
			script: "test/bench/limit.ts",
			env: { DATABASE_URL: place.ownerUrl },
			logFile: join(place.folder, "limit.log"),
			readyPath: "/",
		});
		running.push(limit);
		const token = await signIn(server.base);
		const world = await readWorld(place.owner);
		let number = 1000;
		const ground: Ground = { server, limit, postgresPid: place.postgresPid, token, world, next: () => number++ };
		return {
			place,
			ground,
			check: (scenario) => checkSame({ server: server.base, limit: limit.base, token }, scenario, world),
			grow: (more) => timed(`${more} rows more`, () => addVitals(place.owner, more)),
			said: () => readFileSync(join(place.folder, "server.log"), "utf8").slice(-3000),
			anotherServer: serverOn,
			async [Symbol.asyncDispose]() {
				process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
				await close();
			},
		};
	} catch (error) {
		await close();
		throw error;
	}

	async function serverOn(nodeOptions: readonly string[]): Promise<Running> {
		const { options, env } = startedWith();
		const server = await start({
			script: "src/main.js",
			env: { ...env, ...place.env },
			logFile: join(place.folder, "server.log"),
			readyPath: "/health/ready",
			nodeOptions: [...options, ...nodeOptions],
		});
		running.push(server);
		return server;
	}

	async function timed(what: string, work: () => Promise<void>): Promise<void> {
		const began = performance.now();
		await work();
		say(`${what} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
	}
}

/** What `npm start` gives to Node: options, and settings in its environment. */
export function startedWith(): { readonly options: string[]; readonly env: Record<string, string> } {
	const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
	const words = (scripts.start as string).split(" ");
	const settings = words.slice(0, words.indexOf("exec")).map((word) => word.split("=") as [string, string]);
	return { options: words.filter((word) => word.startsWith("--")), env: Object.fromEntries(settings) };
}

/** The token of the first therapist. */
async function signIn(base: string): Promise<string> {
	const response = await fetch(`${base}/api/auth/login`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ email: therapistEmail(1), password: benchPassword }),
	});
	const { token } = (await response.json()) as { token?: string };
	if (token === undefined) throw new Error(`sign-in: ${response.status}`);
	return token;
}
