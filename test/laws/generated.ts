/**
 * `npm run check:generated`: every committed generated file is what its generator writes today. Each generator runs as its
 * npm script does; what it changed is put back and reported. A new generator = one more line in `generators`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "../..");

const generators: readonly { script: string; program: string; folder: string; files: RegExp }[] = [
	{
		script: "definitions",
		program: "src/fhir/definitions/generate.ts",
		folder: "src/fhir/definitions",
		files: /^r4-.*\.json$/,
	},
	{ script: "openapi", program: "src/commands/openapi.ts", folder: "openapi", files: /./ },
];

function contents(folder: string, files: RegExp): Map<string, Buffer> {
	const names = readdirSync(join(project, folder)).filter((name) => files.test(name));
	return new Map(names.map((name) => [join(project, folder, name), readFileSync(join(project, folder, name))]));
}

let failed = false;
for (const { script, program, folder, files } of generators) {
	const committed = contents(folder, files);
	const run = spawnSync(process.execPath, [program], { cwd: project, encoding: "utf8" });
	const written = contents(folder, files);
	const changed = [...new Set([...committed.keys(), ...written.keys()])].filter(
		(path) => committed.get(path)?.equals(written.get(path) ?? Buffer.alloc(0)) !== true,
	);
	for (const path of changed) {
		const before = committed.get(path);
		if (before === undefined) rmSync(path);
		else writeFileSync(path, before);
	}
	if (run.status !== 0) console.error(`npm run ${script} fails: ${run.stderr.trim().split("\n").at(-1)}`);
	for (const path of changed) console.error(`${path.slice(project.length + 1)} is out of step: npm run ${script}`);
	failed ||= run.status !== 0 || changed.length > 0;
}
if (failed) process.exitCode = 1;
else console.log("generated files are in step");
