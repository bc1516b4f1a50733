/** `npm run bench`: see README.md here. Results go to stdout, progress to stderr. */
import { parseArgs } from "node:util";
import { type Bench, openBench } from "./bench.ts";
import { type DevicesMeasured, measureDevices, quickSize, wholeSize } from "./devices/devices.ts";
import { type FacesMeasured, measureFaces } from "./faces.ts";
import { measureFlat } from "./flat.ts";
import { type Ingested, measureIngest } from "./ingest.ts";
import { type Measured, measure, type Pace } from "./measure.ts";
import type { Hot } from "./profile.ts";
import { profileScenario } from "./profile-scenario.ts";
import { scenarios } from "./scenarios.ts";
import { measureStartUp, type StartUp, startUpGoals } from "./start-up.ts";
import { measuredJson, measuredTable, rounded, table } from "./table.ts";

const { values: given, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		json: { type: "boolean", default: false },
		quick: { type: "boolean", default: false },
		scale: { type: "boolean", default: false },
		profile: { type: "boolean", default: false },
		rows: { type: "string" },
		connections: { type: "string", default: "16,1" },
		rounds: { type: "string" },
		seconds: { type: "string" },
		minutes: { type: "string" },
	},
});
const known = [...scenarios.map(({ name }) => name), "start-up", "faces", "ingest"];
for (const name of positionals) {
	if (!known.includes(name) && name !== "devices" && name !== "flat")
		fail(`no scenario ${name}; there are ${known.join(", ")}, and by themselves devices and flat`);
}
const pace: Pace = {
	rounds: numberOf("rounds", given.quick ? 1 : 3),
	seconds: numberOf("seconds", given.quick ? 1.25 : 10),
	warmUpSeconds: given.quick ? 0.5 : 2,
};
const connections = given.connections.split(",").map(Number);
const chosen = given.scale && positionals.length === 0 ? ["search"] : positionals.length === 0 ? known : positionals;
const say = (line: string) => process.stderr.write(`${line}\n`);

if (chosen.includes("devices")) showDevices(await measureDevices(given.quick ? quickSize : wholeSize, say));
else if (chosen.includes("flat")) await flat();
else if (given.profile) await profiles();
else if (given.scale) await scale();
else await all();

/** Every chosen scenario beside the limit. */
async function all(): Promise<void> {
	const startUp = chosen.includes("start-up") ? await startUps() : undefined;
	const wanted = scenarios.filter(({ name }) => chosen.includes(name));
	if (wanted.length === 0 && !chosen.includes("faces") && !chosen.includes("ingest")) return show([], startUp, [], []);
	await using bench = await openBench(numberOf("rows", given.quick ? 20_000 : 200_000), say);
	const measured = await measureAll(bench, wanted);
	const faces = chosen.includes("faces") ? await facesOf(bench) : [];
	const ingested = chosen.includes("ingest") ? await measureIngest(bench) : [];
	show(measured, startUp, faces, ingested);
}

/** The server's memory over minutes of mixed load. */
async function flat(): Promise<void> {
	await using bench = await openBench(numberOf("rows", given.quick ? 20_000 : 200_000), say);
	const { samples, growthMb } = await measureFlat(bench, numberOf("minutes", given.quick ? 1 : 10), say);
	const most = Math.max(...samples.map(({ rssMb }) => rssMb ?? Number.NaN));
	if (given.json) console.log(JSON.stringify(rounded({ scenario: "flat", mostMb: most, growthMb })));
	else
		console.log(
			`at most ${most.toFixed(0)} MB; growth from the second quarter to the last ${growthMb?.toFixed(0) ?? "-"} MB`,
		);
}

/** The chosen scenarios on 200,000 rows and then on many more: time per request must hardly grow. */
async function scale(): Promise<void> {
	const [few, many] = given.quick ? [20_000, 200_000] : [200_000, numberOf("rows", 5_000_000)];
	const wanted = scenarios.filter(({ name }) => chosen.includes(name));
	await using bench = await openBench(few, say);
	const before = await measureAll(bench, wanted);
	await bench.grow(many - few);
	// What came later is not newer then, and where no order is asked for the two may choose another.
	const after = await measureAll(bench, wanted, { check: false });
	show([...before.map(named(few)), ...after.map(named(many))], undefined, [], []);
	for (const [at, one] of before.entries()) {
		const times = one.reqPerSec / (after[at]?.reqPerSec ?? Number.NaN);
		const verdict = times <= 1.3 ? "within" : "NOT within";
		say(
			`${one.scenario}, ${one.connections} connections: ${times.toFixed(2)} times slower on ${many} rows, ${verdict} 1.3`,
		);
	}
}

function named(rows: number): (one: Measured) => Measured {
	return (one) => ({ ...one, scenario: `${one.scenario} @${rows}` });
}

async function measureAll(bench: Bench, wanted: typeof scenarios, { check } = { check: true }): Promise<Measured[]> {
	const measured: Measured[] = [];
	for (const scenario of wanted) {
		if (check) await bench.check(scenario);
		for (const count of connections) {
			const one = await measure(bench.ground, scenario, count, pace).catch((error: unknown) => {
				say(bench.said());
				throw error;
			});
			const { reqPerSec, limitReqPerSec, ratio } = one;
			const figures = `${Math.round(reqPerSec)}/s, limit ${Math.round(limitReqPerSec)}/s, ratio ${ratio.toFixed(2)}`;
			say(`${scenario.name}, ${count} connections: ${figures}`);
			measured.push(one);
		}
	}
	return measured;
}

async function startUps(): Promise<StartUp> {
	const startUp = await measureStartUp();
	say(`start-up: first ${Math.round(startUp.firstMs)} ms, second ${Math.round(startUp.secondMs)} ms`);
	return startUp;
}

async function facesOf(bench: Bench): Promise<FacesMeasured[]> {
	say("the same rows through /fhir and /api");
	return measureFaces(bench.ground, 16, pace);
}

/** Where the server spends its time under each chosen scenario. */
async function profiles(): Promise<void> {
	const wanted = scenarios.filter(({ name }) => chosen.includes(name));
	await using bench = await openBench(numberOf("rows", given.quick ? 20_000 : 200_000), say);
	for (const scenario of wanted) {
		const { folder, hot, reqPerSec } = await profileScenario(bench, scenario, pace.seconds);
		console.log(`${scenario.name}: ${Math.round(reqPerSec)}/s with 16 connections while profiled; ${folder}`);
		const list = (title: string, rows: readonly Hot[]) =>
			console.log(`\n${title}\n${rows.map(({ share, name }) => `${percent(share)}  ${name}`).join("\n")}`);
		list("by package or folder", hot.groups);
		list("our functions with what they call", hot.total);
		list("functions by themselves", hot.self);
	}
}

function show(
	measured: readonly Measured[],
	startUp: StartUp | undefined,
	faces: readonly FacesMeasured[],
	ingested: readonly Ingested[],
): void {
	if (given.json) {
		for (const one of measured) console.log(JSON.stringify(measuredJson(one)));
		if (startUp !== undefined) console.log(JSON.stringify(rounded({ scenario: "start-up", ...startUp })));
		for (const one of faces) console.log(JSON.stringify(rounded({ scenario: "faces", ...one })));
		for (const one of ingested) console.log(JSON.stringify(rounded({ scenario: "ingest", ...one })));
		return;
	}
	if (measured.length > 0) console.log(`\n${measuredTable(measured)}`);
	if (startUp !== undefined) {
		const row = (name: string, ms: number, goal: number) => [
			name,
			Math.round(ms).toString(),
			`<= ${goal}`,
			ms <= goal ? "yes" : "no",
		];
		const rows = [
			row("first start", startUp.firstMs, startUpGoals.firstMs),
			row("second start", startUp.secondMs, startUpGoals.secondMs),
		];
		console.log(`\n${table([["start-up", "ms", "goal", "met"], ...rows])}`);
	}
	if (faces.length > 0) {
		const rows = faces.map((one) => [
			one.rows,
			Math.round(one.fhirReqPerSec).toString(),
			Math.round(one.apiReqPerSec).toString(),
			one.ratio.toFixed(2),
		]);
		console.log(`\n${table([["the same rows, 16 connections", "/fhir req/s", "/api req/s", "ratio"], ...rows])}`);
	}
	if (ingested.length > 0) console.log(`\n${ingestTable(ingested)}`);
}

function showDevices(measured: readonly DevicesMeasured[]): void {
	if (given.json) {
		for (const one of measured) console.log(JSON.stringify(rounded({ scenario: "devices", ...one })));
		return;
	}
	const head = ["devices", "connections", "pulls", "s", "pulls/min", "requests", "429", "statements", "transactions"];
	const rows = measured.map((one) => [
		one.phase,
		...[one.connections, one.pulls, one.seconds, one.pullsPerMinute, one.requests, one.refused].map((n) =>
			Math.round(n).toString(),
		),
		...[one.statementsEach, one.transactionsEach, one.serverMsEach, one.postgresMsEach].map((n) => n.toFixed(1)),
		Math.round(one.rssMb).toString(),
	]);
	console.log(`\n${table([[...head, "server ms", "postgres ms", "RSS MB"], ...rows])}\n`);
	for (const { phase, fairness, waitMinutes, workouts, days, leastDays } of measured) {
		if (fairness !== undefined)
			console.log(
				`${phase}: fairness ${fairness.toFixed(3)} (Jain) at half, complete after ${waitMinutes?.map((n) => n.toFixed(0)).join(", ")} min (first, middle, last)`,
			);
		if (workouts !== undefined)
			console.log(
				`${phase}: ${workouts} workouts whole after ${days?.toFixed(1)} days, at least ${leastDays?.toFixed(1)}`,
			);
	}
}

function ingestTable(ingested: readonly Ingested[]): string {
	const rows = ingested.map((one) => [
		one.body,
		one.mb.toFixed(1),
		String(one.status),
		one.ms.toFixed(1),
		Math.round(one.resourcesPerSec).toString(),
		one.peakMb === undefined ? "-" : Math.round(one.peakMb).toString(),
	]);
	return table([["one body after the other", "MB", "status", "ms", "resources/s", "peak RSS MB"], ...rows]);
}

function percent(share: number): string {
	return `${(share * 100).toFixed(1)} %`.padStart(7);
}

function numberOf(name: "rows" | "rounds" | "seconds" | "minutes", otherwise: number): number {
	const text = given[name];
	const value = text === undefined ? otherwise : Number(text);
	if (!(value > 0)) fail(`--${name}: ${text} is not a number above 0`);
	return value;
}

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(2);
}
