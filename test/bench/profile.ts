import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

interface Node {
	readonly id: number;
	readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
	readonly children?: readonly number[];
}

interface CpuProfile {
	readonly nodes: readonly Node[];
	readonly samples: readonly number[];
	/** Microseconds before each sample. */
	readonly timeDeltas: readonly number[];
	readonly startTime: number;
	readonly endTime: number;
}

/** Something and its share of the time in which anything ran. */
export interface Hot {
	readonly share: number;
	readonly name: string;
}

/** Where time went, most first. */
export interface Hottest {
	/** Functions by the time spent in themselves: `name  file:line`. */
	readonly self: readonly Hot[];
	/** Our own functions by the time spent in them and whatever they called before their first await. */
	readonly total: readonly Hot[];
	/** Packages, and our own folders, by the time spent in their functions. */
	readonly groups: readonly Hot[];
}

const project = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Reads the one profile `--cpu-prof-dir` wrote.
 *
 * @param lastMs which part of it: milliseconds before its end, so that the start of the process is left out
 */
export function hottest(folder: string, lastMs: { from: number; to: number }): Hottest {
	const file = readdirSync(folder).find((name) => name.endsWith(".cpuprofile"));
	if (file === undefined) throw new Error(`no profile in ${folder}`);
	const profile = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
	const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
	const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
	const [self, total, groups] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
	let sum = 0;
	for (const [id, micros] of timeByNode(profile, lastMs)) {
		const node = nodes.get(id);
		if (node === undefined || node.callFrame.functionName === "(idle)") continue;
		sum += micros;
		add(self, nameOf(node), micros);
		add(groups, groupOf(node), micros);
		const above = new Set<string>();
		for (let one: Node | undefined = node; one !== undefined; one = nodes.get(parents.get(one.id) ?? -1)) {
			if (placeOf(one).startsWith("src/")) above.add(nameOf(one));
		}
		for (const name of above) add(total, name, micros);
	}
	return { self: top(self, sum, 30), total: top(total, sum, 30), groups: top(groups, sum, 20) };
}

function timeByNode(profile: CpuProfile, { from, to }: { from: number; to: number }): Map<number, number> {
	const times = new Map<number, number>();
	let at = profile.startTime;
	for (const [n, id] of profile.samples.entries()) {
		const delta = profile.timeDeltas[n] ?? 0;
		at += delta;
		const beforeEnd = (profile.endTime - at) / 1000;
		if (beforeEnd <= from && beforeEnd >= to) times.set(id, (times.get(id) ?? 0) + delta);
	}
	return times;
}

function add(sums: Map<string, number>, name: string, micros: number): void {
	sums.set(name, (sums.get(name) ?? 0) + micros);
}

function top(sums: ReadonlyMap<string, number>, whole: number, count: number): Hot[] {
	return [...sums]
		.sort(([, one], [, other]) => other - one)
		.slice(0, count)
		.map(([name, micros]) => ({ name, share: micros / whole }));
}

function nameOf(node: Node): string {
	return `${node.callFrame.functionName || "(anonymous)"}  ${placeOf(node)}`.trimEnd();
}

/** `src/…:12`, `pg/lib/client.js:99`, `node:net:5`, or nothing for what V8 and C++ do. */
function placeOf({ callFrame: { url, lineNumber } }: Node): string {
	if (url === "") return "";
	const path = url.startsWith("file://") ? relative(project, fileURLToPath(url)) : url;
	return `${path.replace(/^.*node_modules\//, "")}:${lineNumber + 1}`;
}

function groupOf(node: Node): string {
	const place = placeOf(node);
	if (place === "") return node.callFrame.functionName.startsWith("(") ? node.callFrame.functionName : "built in";
	if (place.startsWith("node:")) return "node";
	const [first = "", second = ""] = place.split("/");
	return first === "src" || first.startsWith("@") ? `${first}/${second}` : first;
}
