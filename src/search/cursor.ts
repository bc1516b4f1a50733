import { Failure } from "../fhir/failure.ts";
import type { Cursor } from "./query.ts";

/** A cursor as it stands in a page link: opaque, safe in a URL. It holds positions only; who reads on sees what they may see. */
export function encodeCursor(cursor: Cursor): string {
	return Buffer.from(JSON.stringify([cursor.keys, cursor.branch, cursor.row, cursor.part])).toString("base64url");
}

/** @throws Failure `invalid` for anything `encodeCursor` did not make. */
export function decodeCursor(text: string): Cursor {
	const parsed = read(text);
	if (Array.isArray(parsed) && parsed.length === 4) {
		const [keys, branch, row, part] = parsed as unknown[];
		const numbers = [branch, row, part].every((one) => Number.isSafeInteger(one));
		if (
			numbers &&
			Array.isArray(keys) &&
			keys.length <= 10 &&
			keys.every((key) => key === null || (typeof key === "string" && key.length <= 2000 && !key.includes("\0")))
		) {
			return { keys, branch: branch as number, row: row as number, part: part as number };
		}
	}
	throw new Failure("invalid", "_cursor: not a page link of this server");
}

function read(text: string): unknown {
	try {
		return JSON.parse(Buffer.from(text, "base64url").toString());
	} catch {
		return undefined;
	}
}
