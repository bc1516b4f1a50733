/**
 * Adds to package-lock.json what `npm install` leaves out when its registry lacks the builds of other platforms: without
 * them `npm ci` refuses the lock file everywhere ("Missing: … from lock file"). Run it after every `npm install`:
 * `node .ci/complete-lock-file.mjs`. Entries made here carry no integrity, as nobody could fetch what it would describe.
 */
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
const systems = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const processors = ["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64", "mips64el"];

/** os, cpu and libc as such packages declare them, from the words of their name: `…-linux-arm64-musl`. */
function platformOf(name) {
	const words = name.split("/").at(-1).split("-");
	const os = systems.filter((system) => words.includes(system));
	const cpu = processors.filter((processor) => words.includes(processor));
	const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
	return {
		...(cpu.length > 0 ? { cpu } : {}),
		...(libc.length > 0 ? { libc } : {}),
		...(os.length > 0 ? { os } : {}),
	};
}

const added = [];
for (const [, parent] of Object.entries(lock.packages)) {
	for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
		const place = `node_modules/${name}`;
		const platform = platformOf(name);
		if (lock.packages[place] !== undefined || platform.os === undefined || !/^\d/.test(version)) continue;
		lock.packages[place] = { version, ...platform, ...(parent.dev ? { dev: true } : {}), optional: true };
		added.push(name);
	}
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en"));
lock.packages = Object.fromEntries(sorted);
writeFileSync(path, `${JSON.stringify(lock, null, "\t")}\n`);
process.stdout.write(`${added.length} added\n`);
