import { sql } from "kysely";
import { Failure } from "../../fhir/failure.ts";
import { type Json, numberText } from "../../fhir/json.ts";
import type { SearchValue, Sql } from "../../mapping/unit.ts";
import { and, type Condition, or } from "../condition.ts";
import { compareDecimals, type Decimal, decimalOf, negative, plus, tenth } from "../decimal.ts";
import { splitEscaped, unescaped } from "../escape.ts";
import { splitPrefix } from "../prefix.ts";
import type { FilterValue, Prefix } from "../query.ts";
import type { IndexEntries, ParameterKind } from "./kind.ts";

/** Number parameters (R4 search 2.1.3.7): `eq` by significant digits, the others by the exact value. */
export const number: ParameterKind = {
	modifiers: ["missing"],
	parse: (text, _parameter, context) => parseNumber(text, context.name),
	index: (parameter, value, type, into) => {
		if (typeof value === "number" || isDecimal(value)) into.numbers.push(entry(parameter, numberText(value as never)));
		// A probability may be a Range.
		else quantity.index(parameter, value, type, into);
	},
	stored: (filter) =>
		or(
			filter.values.map(
				(value) => sql<boolean>`exists (select 1 from unnest(x.numbers) n
					where n.param = ${filter.parameter.code} and ${compare(value, sql`n.lo`, sql`n.hi`)} and ${unitStored(value)})`,
			),
		),
	finds: (value, { parameter }, { numbers }) =>
		numbers.some((one) => one.param === parameter.code && isOfUnit(value, one) && agrees(value, one)),
	native: (filter, values) =>
		or(
			filter.values.flatMap((wanted) =>
				values.map((value): Condition => {
					if (value.kind !== "quantity") return false;
					return and([unitNative(wanted, value), compare(wanted, value.value, value.value)]);
				}),
			),
		),
	storedKey: (parameter, descending) =>
		sql`(select ${descending ? sql`max` : sql`min`}(n.value) from unnest(x.numbers) n where n.param = ${parameter})`,
	nativeKey: (value) => (value.kind === "quantity" ? value.value : sql`null::numeric`),
};

/** Quantity parameters (R4 search 2.1.3.11): `[prefix]number|system|code`; units are compared, not converted. */
export const quantity: ParameterKind = {
	...number,
	parse: (text, _parameter, context) => {
		const [amount, system, code, ...more] = splitEscaped(text, "|").map((part) => unescaped(part, context.name));
		if (more.length > 0 || (system !== undefined && code === undefined)) {
			throw new Failure("invalid", `${context.name}: a quantity is a number, number|system|code or number||code`);
		}
		return {
			...parseNumber(amount ?? "", context.name),
			...(system ? { system } : {}),
			...(code ? { code } : {}),
		};
	},
	index: (parameter, value, _type, into) => {
		if (value === null || typeof value !== "object" || Array.isArray(value)) return;
		const object = value as { [name: string]: Json | undefined };
		if (object.low !== undefined || object.high !== undefined) {
			const low = quantityParts(object.low);
			const high = quantityParts(object.high);
			const unit = low ?? high;
			if (unit === undefined) return;
			into.numbers.push({
				...entry(parameter, low?.text ?? high?.text ?? "0"),
				lo: low?.text ?? "-Infinity",
				hi: high?.text ?? "Infinity",
				system: unit.system,
				code: unit.code,
				unit: unit.unit,
			});
			return;
		}
		const parts = quantityParts(object);
		if (parts === undefined) return;
		const open = object.comparator;
		into.numbers.push({
			...entry(parameter, parts.text),
			lo: open === "<" || open === "<=" ? "-Infinity" : parts.text,
			hi: open === ">" || open === ">=" ? "Infinity" : parts.text,
			system: parts.system,
			code: parts.code,
			unit: parts.unit,
		});
	},
};

function quantityParts(
	value: Json | undefined,
): { text: string; system: string | null; code: string | null; unit: string | null } | undefined {
	const object = (value ?? {}) as { [name: string]: Json | undefined };
	if (typeof object.value !== "number" && !isDecimal(object.value)) return undefined;
	const string = (one: Json | undefined) => (typeof one === "string" ? one : null);
	return {
		text: numberText(object.value as never),
		system: string(object.system),
		// Money has a currency where a Quantity has a code.
		code: string(object.code ?? object.currency),
		unit: string(object.unit),
	};
}

function isDecimal(value: Json | undefined): boolean {
	return JSON.isRawJSON(value);
}

function entry(param: string, text: string) {
	return { param, lo: text, hi: text, value: text, system: null, code: null, unit: null };
}

/** The implicit range of a number is half a unit of its last digit to either side (`1e2`: 95 to 105). */
function parseNumber(text: string, name: string): FilterValue {
	const { prefix, rest } = splitPrefix(text);
	const found = /^([+-]?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(rest);
	if (found === null) throw new Failure("invalid", `${name}: "${text}" is not a number such as 5.4 or ge100`);
	const exponent = Number(found[4] ?? 0);
	const half = `5e${exponent - (found[3]?.length ?? 0) - 1}`;
	return { prefix, text: rest.replace(/^\+/, ""), lo: half, hi: half };
}

function compare(value: FilterValue, lo: Sql, hi: Sql): Sql<boolean> {
	const exact = sql`${value.text}::numeric`;
	const half = sql`${value.lo}::numeric`;
	const within = sql<boolean>`(${lo} >= ${exact} - ${half} and ${hi} < ${exact} + ${half})`;
	const conditions: Record<Prefix, Sql<boolean>> = {
		eq: within,
		ne: sql<boolean>`not ${within}`,
		gt: sql<boolean>`${hi} > ${exact}`,
		lt: sql<boolean>`${lo} < ${exact}`,
		ge: sql<boolean>`${hi} >= ${exact}`,
		le: sql<boolean>`${lo} <= ${exact}`,
		sa: sql<boolean>`${lo} > ${exact}`,
		eb: sql<boolean>`${hi} < ${exact}`,
		ap: sql<boolean>`(${lo} <= ${exact} + abs(${exact}) / 10 and ${hi} >= ${exact} - abs(${exact}) / 10)`,
	};
	return conditions[value.prefix ?? "eq"];
}

/** As {@link compare}. */
function agrees(value: FilterValue, one: { readonly lo: string; readonly hi: string }): boolean {
	const [exact, half] = [decimalOf(value.text ?? ""), decimalOf(value.lo ?? "")];
	if (exact === undefined || half === undefined) return false;
	const lo = (bound: Decimal) => compareBound(one.lo, bound);
	const hi = (bound: Decimal) => compareBound(one.hi, bound);
	const within = () => lo(plus(exact, negative(half))) >= 0 && hi(plus(exact, half)) < 0;
	const slack = exact.digits < 0n ? negative(tenth(exact)) : tenth(exact);
	const conditions: Record<Prefix, () => boolean> = {
		eq: within,
		ne: () => !within(),
		gt: () => hi(exact) > 0,
		lt: () => lo(exact) < 0,
		ge: () => hi(exact) >= 0,
		le: () => lo(exact) <= 0,
		sa: () => lo(exact) > 0,
		eb: () => hi(exact) < 0,
		ap: () => lo(plus(exact, slack)) <= 0 && hi(plus(exact, negative(slack))) >= 0,
	};
	return conditions[value.prefix ?? "eq"]();
}

/** A bound of what was found, open ones too, against a number. */
function compareBound(text: string, number: Decimal): number {
	if (text === "Infinity") return 1;
	if (text === "-Infinity") return -1;
	const bound = decimalOf(text);
	return bound === undefined ? Number.NaN : compareDecimals(bound, number);
}

/** As {@link unitStored}. */
function isOfUnit(value: FilterValue, one: IndexEntries["numbers"][number]): boolean {
	if (value.code === undefined) return true;
	if (value.system) return one.system === value.system && one.code === value.code;
	return one.code === value.code || one.unit === value.code;
}

function unitStored(value: FilterValue): Sql<boolean> {
	if (value.code === undefined) return sql<boolean>`true`;
	if (value.system) return sql<boolean>`(n.system = ${value.system} and n.code = ${value.code})`;
	return sql<boolean>`(n.code = ${value.code} or n.unit = ${value.code})`;
}

function unitNative(wanted: FilterValue, value: Extract<SearchValue, { kind: "quantity" }>): boolean {
	if (wanted.code === undefined) return true;
	if (wanted.system) return wanted.system === value.system && wanted.code === value.code;
	return wanted.code === value.code || wanted.code === value.unit;
}
