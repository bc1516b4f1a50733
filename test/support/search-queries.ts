import { base } from "./clinic.ts";
import type { Choices } from "./generate.ts";
import { escaped, type OfficialParameter, strings, tokens } from "./search-oracle.ts";

/** One query about one parameter: its modifier ("" for none) and text. */
export interface Query {
	readonly modifier: string;
	readonly text: string;
}

/** Queries about a parameter, made from values that occur and some that do not. */
export function queriesFor(parameter: OfficialParameter, found: readonly unknown[], pick: Choices): Query[] {
	const values = pick.some(found, 4);
	const plain = (...texts: string[]): Query[] => texts.map((text) => ({ modifier: "", text }));
	const made = [
		{ modifier: "missing", text: "true" },
		{ modifier: "missing", text: "false" },
		...nowhere(parameter),
		...values.flatMap((value) => aboutValue(value)),
	];
	const seen = new Set<string>();
	// Where an id leads is looked up first: it takes no modifiers.
	const allowed = parameter.code === "_id" ? made.filter(({ modifier }) => modifier === "") : made;
	return allowed.filter(
		({ modifier, text }) => text !== "" && !seen.has(`${modifier}=${text}`) && seen.add(`${modifier}=${text}`),
	);

	function aboutValue(value: unknown): Query[] {
		switch (parameter.type) {
			case "token":
				return tokens(parameter.code, value).flatMap((token) =>
					aboutToken(token, typeof value === "object" && !isContact(parameter)),
				);
			case "string":
				return pick.some(strings(value), 3).flatMap(aboutString);
			case "date":
				return pick
					.some(edges(value), 1)
					.flatMap((text) => pick.some(precisions(text), 3).flatMap((one) => plain(...withPrefixes(one, 4))));
			case "quantity":
				return aboutQuantity(
					value as { value?: number; system?: string; code?: string; unit?: string; low?: { value: number } },
				);
			case "number":
				return aboutQuantity(typeof value === "number" ? { value } : (value as object));
			case "reference":
				return aboutReference(value);
			default:
				return plain(escaped(String(value)), escaped(`${value}x`), escaped(String(value).toUpperCase()));
		}
	}

	function aboutToken(
		{ system, code }: { system: string | undefined; code: string | undefined },
		hasSystem: boolean,
	): Query[] {
		const text = escaped(code ?? "");
		const named = escaped(system ?? "");
		if (code === undefined) return system === undefined ? [] : plain(`${named}|`);
		return [
			...plain(text, text.toUpperCase(), `${text},nonsense`, text.slice(0, -1)),
			...(hasSystem
				? plain(`${named}|${text}`, `|${text}`, `urn:other|${text}`, ...(system === undefined ? [] : [`${named}|`]))
				: []),
			{ modifier: "not", text },
			...(hasSystem
				? [
						{ modifier: "not", text: `${named}|${text}` },
						{ modifier: "not", text: `${text},${named}|${text}` },
					]
				: []),
		];
	}

	function aboutString(value: string): Query[] {
		const words = value.split(/[\s-]+/);
		const start = [...value].slice(0, 3).join("");
		return [
			...plain(...[start, value, value.toUpperCase(), value.normalize("NFD"), words.at(-1) ?? value].map(escaped)),
			{ modifier: "exact", text: escaped(value) },
			{ modifier: "exact", text: escaped(value.toLowerCase()) },
			{ modifier: "contains", text: escaped([...value].slice(1, 4).join("")) },
		];
	}

	function aboutQuantity(quantity: {
		value?: number;
		system?: string;
		code?: string;
		unit?: string;
		low?: { value: number };
	}): Query[] {
		const number = quantity.value ?? quantity.low?.value;
		if (number === undefined) return [];
		const text = String(number);
		const units =
			quantity.code === undefined
				? []
				: [
						`|${escaped(quantity.system ?? "")}|${escaped(quantity.code)}`,
						`||${escaped(quantity.code)}`,
						`||${escaped(quantity.unit ?? "x")}`,
						"|urn:other|x",
					];
		const forms = [
			text,
			...(text.includes("e") ? [] : [`${text}${text.includes(".") ? "0" : ".0"}`]),
			String(Math.round(number)),
			number.toExponential(1),
			number.toPrecision(2),
		];
		return plain(
			...units.map((unit) => text + unit),
			...forms.flatMap((form) => withPrefixes(form, 3)),
			`${text},999999`,
		);
	}

	function aboutReference(value: unknown): Query[] {
		const { reference, identifier } =
			typeof value === "string"
				? { reference: value }
				: (value as { reference?: string; identifier?: { system?: string; value?: string } });
		const named = [identifier?.system, identifier?.value].filter((one) => one !== undefined).map(escaped);
		const byIdentifier = [named.join("|"), named.at(-1) ?? "", "nobody"]
			.filter((text) => text !== "")
			.map((text): Query => ({ modifier: "identifier", text }));
		if (reference === undefined || reference.startsWith("#")) return byIdentifier;
		const [type = "", id = ""] = reference.split("/").slice(-2);
		const local = /^[A-Z]\w+\/[A-Za-z0-9.-]+$/.test(reference);
		if (!local) return plain(...(/^[a-z]+:/.test(reference) ? [escaped(reference)] : []));
		return [
			...plain(id, reference, `${base}/${reference}`, `http://elsewhere.example/fhir/${reference}`, `${id},nobody`),
			...(parameter.target.includes(type) ? [{ modifier: type, text: id }] : []),
			...byIdentifier,
		];
	}

	function withPrefixes(text: string, count: number): string[] {
		// "ap" depends on the time of asking: near now the oracle asks milliseconds too late.
		const near = Math.abs(Date.now() - Date.parse(text)) < 86_400_000;
		const prefixes = ["ne", "gt", "lt", "ge", "le", "sa", "eb", ...(near ? [] : ["ap"])];
		return [text, ...pick.some(prefixes, count).map((prefix) => prefix + text)];
	}
}

function isContact({ code }: OfficialParameter): boolean {
	return ["telecom", "phone", "email"].includes(code);
}

/** Queries for what is not there. */
function nowhere({ type }: OfficialParameter): Query[] {
	const texts: Record<string, string[]> = {
		token: ["nonsense-1", "urn:nowhere|x", "urn:nowhere|"],
		string: ["Qqq"],
		date: ["1851", "gt2400", "lt1700-01-01T10:00:00Z"],
		quantity: ["-77.5", "gt1e9"],
		number: ["-77.5", "gt1e9"],
		reference: ["nobody", "Patient/nobody"],
		uri: ["urn:nowhere"],
	};
	return (texts[type] ?? []).map((text) => ({ modifier: "", text }));
}

/** The texts of a date, or of the ends of a period. */
function edges(value: unknown): string[] {
	if (typeof value === "string") return [value];
	const { start, end, event, repeat } = value as {
		start?: string;
		end?: string;
		event?: string[];
		repeat?: { boundsPeriod?: unknown };
	};
	return [
		start,
		end,
		...(event ?? []),
		...(repeat?.boundsPeriod === undefined ? [] : edges(repeat.boundsPeriod)),
	].filter((one) => one !== undefined);
}

/** A date as written and less precise, and some time of its day. */
function precisions(text: string): string[] {
	const shorter = [4, 7, 10].map((length) => text.slice(0, length)).filter((one) => one.length < text.length);
	const time = text.includes("T")
		? [`${text.slice(0, 16)}Z`, `${text.slice(0, 19)}Z`, `${text.slice(0, 10)}T23:30:00-01:00`]
		: [`${text.padEnd(10, "-01").slice(0, 10)}T10:00Z`];
	return [text, ...shorter, ...time];
}
