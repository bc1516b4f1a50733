import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bench } from "./bench.ts";
import { median } from "./measure.ts";
import { peakMb } from "./processes.ts";
import { contentType } from "./same.ts";
import { bundleOf, type World } from "./scenarios.ts";

/** One kind of body, sent one after the other by one client. */
export interface Ingested {
	readonly body: string;
	readonly mb: number;
	/** Resources in it. */
	readonly resources: number;
	/** How it was answered. */
	readonly status: number;
	/** Median. */
	readonly ms: number;
	readonly resourcesPerSec: number;
	/** The most the server has had by then, MiB: it is started anew for these. */
	readonly peakMb: number | undefined;
}

interface Body {
	readonly name: string;
	readonly resources: number;
	/** How often it is sent. */
	readonly times: number;
	/** By how many clients at once. Default: one. */
	readonly clients?: number;
	readonly path: string;
	readonly text: (n: number) => string;
}

const mebibyte = 2 ** 20;

/** Sends transactions of vital signs, a hospital's record where ../shared/data is there, and bodies nearly as large as may be. */
export async function measureIngest(bench: Bench): Promise<Ingested[]> {
	const server = await bench.anotherServer([]);
	const { token, world, next } = bench.ground;
	const ingested: Ingested[] = [];
	for (const body of bodiesOf(world)) {
		const took: number[] = [];
		let [status, mb] = [0, 0];
		const send = async (text: string) => {
			const headers = {
				authorization: `Bearer ${token}`,
				...contentType({ method: "POST", path: body.path, body: text }),
			};
			const began = performance.now();
			const response = await fetch(server.base + body.path, { method: "POST", headers, body: text });
			await response.arrayBuffer();
			took.push(performance.now() - began);
			[status, mb] = [response.status, text.length / mebibyte];
		};
		for (let at = 0; at < body.times; at++) {
			await Promise.all(Array.from({ length: body.clients ?? 1 }, () => send(body.text(next()))));
		}
		const ms = median(took);
		const resourcesPerSec = (body.resources / ms) * 1000;
		ingested.push({
			body: body.name,
			mb,
			resources: body.resources,
			status,
			ms,
			resourcesPerSec,
			peakMb: peakMb(server.pid),
		});
	}
	await server.stop();
	return ingested;
}

function bodiesOf(world: World): Body[] {
	const vitals = ([resources, times]: readonly [number, number]): Body => ({
		name: `${resources} vital signs`,
		resources,
		times,
		path: "/fhir",
		text: (n) => bundleOf(world, n, resources),
	});
	const binary = (name: string, bytes: number): Body => ({
		name,
		resources: 1,
		times: 2,
		path: "/fhir/Binary",
		text: () => `{"resourceType":"Binary","contentType":"application/dicom","data":"${"A".repeat(bytes)}"}`,
	});
	const sizes = [
		[50, 40],
		[500, 10],
		[2000, 10],
	] as const;
	const large = binary("a Binary of 49 MB", 49 * mebibyte);
	const eight = { ...large, name: "eight of these at once", times: 1, clients: 8 };
	return [...sizes.map(vitals), ...hospitalRecord(), large, eight];
}

/** The largest of the Synthea records; none where there are none. */
function hospitalRecord(): Body[] {
	const folder = fileURLToPath(new URL("../../../shared/data/synthea/", import.meta.url));
	const files = existsSync(folder) ? globSync("**/*.json", { cwd: folder }).map((name) => join(folder, name)) : [];
	const texts = files.map((file) => readFileSync(file, "utf8")).filter((text) => text.includes('"transaction"'));
	const [largest] = texts.sort((one, other) => other.length - one.length);
	if (largest === undefined) return [];
	const { entry } = JSON.parse(largest) as { entry: unknown[] };
	return [{ name: "a Synthea record", resources: entry.length, times: 5, path: "/fhir", text: () => largest }];
}
