import { pino } from "pino";
import { buildApp } from "../app.ts";
import { readConfig } from "../config.ts";
import { describeMappings } from "../mapping/describe.ts";
import type { Database } from "../store/database.ts";
import { fhirDocument } from "./fhir/document.ts";
import { describeRights } from "./rights.ts";

/** A generated file: its path below the project's folder, and what it must hold. */
export interface GeneratedFile {
	readonly path: string;
	readonly text: string;
}

/** Everything in openapi/ that follows from the code, computed from the routes really registered; no database is needed. */
export async function generateDocuments(): Promise<GeneratedFile[]> {
	const config = {
		...readConfig({}),
		baseUrl: "http://localhost:8080",
		trustProxy: [],
		bodyLimit: 1024,
		bodyMemory: 1024,
		bcryptCost: 10,
		demo: false,
		shutdownGraceSeconds: 1,
		tokenEncryptionKeys: [Buffer.alloc(32)],
	};
	const app = await buildApp({ config, database: unused, log: pino({ level: "silent" }) });
	await app.ready();
	const metadata = await app.inject({ url: "/fhir/metadata", headers: { accept: "application/fhir+json" } });
	const files = [
		{ path: "openapi/native.json", text: jsonText(app.swagger()) },
		{ path: "openapi/fhir.json", text: linesText(fhirDocument(), 4) },
		{ path: "openapi/capability-statement.json", text: jsonText(JSON.parse(metadata.body)) },
		{ path: "openapi/mappings.md", text: describeMappings() },
		{ path: "openapi/rights.md", text: describeRights() },
	];
	await app.close();
	return files;
}

function jsonText(value: unknown): string {
	return `${JSON.stringify(value, null, "\t")}\n`;
}

/** JSON with one line for each value that is `depth` levels inside: an operation, a parameter. */
function linesText(value: unknown, depth: number): string {
	const lines = (part: unknown, level: number): string => {
		if (level === depth || part === null || typeof part !== "object" || Array.isArray(part))
			return JSON.stringify(part);
		const indent = "\t".repeat(level + 1);
		const members = Object.entries(part).map(
			([name, one]) => `${indent}${JSON.stringify(name)}: ${lines(one, level + 1)}`,
		);
		return `{\n${members.join(",\n")}\n${"\t".repeat(level)}}`;
	};
	return `${lines(value, 0)}\n`;
}

const refuse = () => Promise.reject(new Error("documents are generated without a database"));

const unused: Database = {
	reach: refuse,
	load: () => {
		throw new Error("nothing is open");
	},
	read: refuse,
	write: refuse,
	append: refuse,
	react: () => undefined,
	listen: () => ({ isLive: () => false }),
	queue: { executeSql: refuse, listen: refuse, close: () => Promise.resolve() },
	close: () => Promise.resolve(),
};
