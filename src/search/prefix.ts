import type { Prefix } from "./query.ts";

/** Splits `ge2026` into prefix and rest; no prefix means `eq`. */
export function splitPrefix(text: string): { prefix: Prefix; rest: string } {
	const found = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+\d.])/.exec(text);
	return found === null ? { prefix: "eq", rest: text } : { prefix: found[1] as Prefix, rest: text.slice(2) };
}
