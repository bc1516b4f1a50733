import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

interface CpuProfile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
	}[];
	readonly samples: readonly number[];
	/** Microseconds before each sample. */
	readonly timeDeltas: readonly number[];
	readonly startTime: number;
	readonly endTime: number;
}

/** A function and its share of the time in which anything ran. */
export interface Hot {
	readonly share: number;
	readonly name: string;
	/** `src/…:12`, `pg/lib/client.js:99`, or nothing for what V8 itself does. */
	readonly place: string;
}

const project = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The functions a profile spent most time in themselves.
 *
 * @param folder where `--cpu-prof-dir` wrote the one profile
 * @param lastMs only what happened so long before the process ended: without its start
 */
export function hottest(folder: string, lastMs: { from: number; to: number }, count: number): Hot[] {
	const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile"));
	if (file === undefined) throw new Error(`no profile in ${folder}`);
	const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
	const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
	const micros = new Map<string, number>();
	let [at, total] = [profile.startTime, 0];
	for (const [n, id] of profile.samples.entries()) {
		const delta = profile.timeDeltas[n] ?? 0;
		at += delta;
		const beforeEnd = (profile.endTime - at) / 1000;
		const frame = frames.get(id);
		if (frame === undefined || frame.functionName === "(idle)" || beforeEnd > lastMs.from || beforeEnd < lastMs.to)
			continue;
		total += delta;
		const key = `${frame.functionName || "(anonymous)"}\n${placeOf(frame.url, frame.lineNumber)}`;
		micros.set(key, (micros.get(key) ?? 0) + delta);
	}
	return [...micros]
		.sort(([, one], [, other]) => other - one)
		.slice(0, count)
		.map(([key, time]) => {
			const [name = "", place = ""] = key.split("\n");
			return { share: time / total, name, place };
		});
}

function placeOf(url: string, line: number): string {
	if (!url.startsWith("file://")) return url === "" ? "" : `${url}:${line + 1}`;
	const path = relative(project, fileURLToPath(url));
	return `${path.replace(/^.*node_modules\//, "")}:${line + 1}`;
}
