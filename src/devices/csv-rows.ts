import { pipeline, type Readable } from "node:stream";
import { parse } from "csv-parse";
import { UnreadablePayload } from "./payload.ts";
import { damaged } from "./unzip.ts";

/** Longest row; a quote that is never closed makes one of a whole file. Bytes. */
const longestRow = 1024 * 1024;

/** The rows of a CSV while it is read. @throws UnreadablePayload for what is none, or breaks off */
export async function* csvRows(source: Readable, name: string): AsyncGenerator<readonly string[]> {
	const parser = parse({
		bom: true,
		relax_column_count: true,
		skip_empty_lines: true,
		relax_quotes: true,
		max_record_size: longestRow,
	});
	pipeline(source, parser, () => undefined);
	try {
		yield* parser as AsyncIterable<string[]>;
	} catch (error) {
		const isOfCsv = error instanceof Error && "code" in error && String(error.code).startsWith("CSV_");
		throw new UnreadablePayload(isOfCsv ? `${name.split(/[/\\]/).at(-1)} is no CSV` : damaged, { cause: error });
	}
}
