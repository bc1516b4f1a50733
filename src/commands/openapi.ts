import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { generateDocuments } from "../openapi/generate.ts";

// `npm run openapi`: writes openapi/ anew.
for (const { path, text } of await generateDocuments()) {
	const file = new URL(`../../${path}`, import.meta.url).pathname;
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, text);
	console.log(path);
}
