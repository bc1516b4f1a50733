import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { oneRound } from "./measure.ts";
import { type Hottest, hottest } from "./profile.ts";
import type { Scenario } from "./scenarios.ts";

/** What {@link profileScenario} found. */
export interface Profiled {
	/** The folder with the .cpuprofile, for Chromium's developer tools; it stays. */
	readonly folder: string;
	readonly hot: Hottest;
	readonly reqPerSec: number;
}

/** Loads a server that profiles itself with one scenario on 16 connections; the warm-up is left out. */
export async function profileScenario(bench: Bench, scenario: Scenario, seconds: number): Promise<Profiled> {
	const folder = mkdtempSync(join(tmpdir(), `heart-profile-${scenario.name}-`));
	const server = await bench.anotherServer(["--cpu-prof", `--cpu-prof-dir=${folder}`]);
	await oneRound(bench.ground, server, scenario, 16, Math.min(2, seconds));
	const began = performance.now();
	const { reqPerSec } = await oneRound(bench.ground, server, scenario, 16, seconds);
	const ended = performance.now();
	await server.stop();
	// The process stops within milliseconds of being asked; the profile ends then.
	const stopped = performance.now();
	return { folder, hot: hottest(folder, { from: stopped - began, to: stopped - ended }), reqPerSec };
}
