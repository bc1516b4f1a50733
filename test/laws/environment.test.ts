import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { type Setting, settings } from "../../src/config.ts";

const readme = new URL("../../README.md", import.meta.url);

/** The rows of README.md's table, as the settings say them: `node test/laws/environment.test.ts --table` prints it. */
function rowsFromSettings(): string[] {
	const all: readonly Setting<unknown>[] = Object.values(settings);
	return all.map(({ name, meaning, shownDefault }) => `| \`${name}\` | ${meaning} | ${shownDefault} |`);
}

if (process.argv.includes("--table")) {
	process.stdout.write(`${["| name | meaning | default |", "|---|---|---|", ...rowsFromSettings()].join("\n")}\n`);
	process.exit();
}

t.test("README.md lists every environment variable as the code reads it, and no other", async (t) => {
	const rows = readFileSync(readme, "utf8")
		.split("\n")
		.filter((line) => /^\| `[A-Z][A-Z_]+` \|/.test(line));
	t.same(rows, rowsFromSettings());
});

t.test("the compose file sets only variables that exist", async (t) => {
	const compose = readFileSync(join(import.meta.dirname, "../../docker-compose.yml"), "utf8");
	const server = compose.slice(compose.indexOf("  server:"), compose.indexOf("    ports:"));
	const names: ReadonlySet<string> = new Set(Object.values(settings).map(({ name }) => name));
	const set = [...server.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name = ""]) => name);
	t.ok(set.length > 3);
	t.same(
		set.filter((name) => !names.has(name)),
		[],
	);
});
