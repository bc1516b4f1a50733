import fc from "fast-check";
import { odd } from "./values.ts";

/** JSON text with some places of a body replaced by something odd, taken out, wrapped or renamed; and sometimes text that only looks like it. */
export function broken(base: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
	const step = fc.record({ at: fc.nat(), how: fc.constantFrom("replace", "remove", "wrap", "rename"), value: odd });
	const text = fc.tuple(base, fc.array(step, { maxLength: 2 })).map(([body, steps]) => {
		const copy = structuredClone(body);
		for (const one of steps) spoil(copy, one);
		return JSON.stringify(copy) ?? "";
	});
	return fc.oneof(
		{ weight: 12, arbitrary: text },
		fc.tuple(text, fc.constantFrom(...spoilings)).map(([one, how]) => how(one)),
	);
}

function spoil(body: unknown, { at, how, value }: { at: number; how: string; value: unknown }): void {
	const places = placesIn(body);
	const place = places[at % Math.max(1, places.length)];
	if (place === undefined) return;
	const { owner, key } = place;
	if (how === "replace") owner[key] = value;
	else if (how === "remove") delete owner[key];
	else if (how === "wrap") owner[key] = [owner[key]];
	else {
		owner[`${key}X`] = owner[key];
		delete owner[key];
	}
}

function placesIn(value: unknown): { owner: Record<string, unknown>; key: string }[] {
	if (value === null || typeof value !== "object") return [];
	const owner = value as Record<string, unknown>;
	return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesIn(owner[key])]);
}

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** What JSON.stringify never writes. */
const spoilings: readonly ((text: string) => string)[] = [
	(text) => text.slice(0, Math.floor(text.length / 2)),
	(text) => `${text}${text}`,
	(text) => `\ufeff${text}`,
	(text) => text.replace("{", '{"a":1,"a":2,'),
	(text) => text.replace("{", '{"resourceType":"Patient",'),
	(text) => text.replace("{", '{"__proto__":{"admin":true},'),
	(text) => text.replace("{", '{"constructor":{"prototype":{"x":1}},'),
	(text) => text.replace(/"[^"]*"(?=[,}])/, '"\\ud800"'),
	(text) => text.replace(/"[^"]*"(?=[,}])/, '"\\u0000"'),
	(text) => text.replace(/:\d+/, ":1e400"),
	(text) => text.replace(/:\d+/, `:${"9".repeat(400)}`),
	(text) => text.replace(/:\d+/, `:0.${"0".repeat(2000)}1`),
	(text) => text.replace(/:\d+/, ":-0"),
	(text) => text.replace(/:\d+/, ":01"),
	(text) => text.replace("{", `{"extension":${nested(150, '[{"extension":', "}]").replace("}]", "[]}]")},`),
	() => nested(5000, "[", "]"),
	() => nested(3000, '{"a":', "}").replace(":}", ":1}"),
	() => "1e999",
	() => "null",
	() => '"text"',
	() => "[]",
	(text) => text.replaceAll('"', "'"),
	(text) => `// no\n${text}`,
	(text) => `{"entry":[${Array(200).fill(text).join()}],"resourceType":"Bundle","type":"transaction"}`,
];
