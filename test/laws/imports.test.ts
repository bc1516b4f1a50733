import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

const project = join(import.meta.dirname, "../..");

function cruise(...folders: string[]): { status: number | null; output: string } {
	const program = join(project, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
	const run = spawnSync(process.execPath, [program, "--config", ".dependency-cruiser.mjs", ...folders], {
		cwd: project,
		encoding: "utf8",
	});
	return { status: run.status, output: run.stdout + run.stderr };
}

// Should the tool one day stop reading TypeScript, it would find nothing, and say that all is well.
t.test("the import rules see TypeScript: breaking them is reported", async (t) => {
	const folder = join(project, "src/fhir/breaks-the-rules");
	mkdirSync(folder, { recursive: true });
	t.teardown(() => rmSync(folder, { recursive: true, force: true }));
	writeFileSync(
		join(folder, "probe.ts"),
		[
			'import { fastify } from "fastify";',
			'import pg from "pg";',
			'import { connect } from "node:net";',
			'import type { Database } from "../../store/database.ts";',
			"export const probe = (database: Database) => [fastify, pg, connect, database];",
			"",
		].join("\n"),
	);
	const { status, output } = cruise("src/fhir/breaks-the-rules");
	t.not(status, 0);
	for (const rule of ["fhir-layer", "fastify-in-http", "sql-in-store", "network-at-the-edges"]) t.match(output, rule);
});
