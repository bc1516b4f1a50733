import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../../../shared/data");

/** Options of a test that needs ../shared/data: skipped with the reason where the folder is not there. */
export const needsData = existsSync(root) ? {} : { skip: "../shared/data is not there" };

/** Names and texts of the files of a folder of ../shared/data, at any depth, that end in `extension`. */
export function* dataFiles(folder: string, extension: string): Generator<{ name: string; text: string }> {
	for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).sort()) {
		if (name.endsWith(extension)) yield { name, text: readFileSync(join(root, folder, name), "utf8") };
	}
}
