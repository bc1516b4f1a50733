import { sql } from "kysely";
import type { Json } from "../../fhir/json.ts";
import type { Sql } from "../../mapping/unit.ts";
import { type Condition, or } from "../condition.ts";
import { unescaped } from "../escape.ts";
import { escapeLike, normalise, normalisedSql } from "../normalise.ts";
import type { Filter } from "../query.ts";
import type { IndexEntries, ParameterKind } from "./kind.ts";

/** String parameters (R4 search 2.1.3.9): start of any word by default, `:contains`, `:exact`. */
export const string: ParameterKind = {
	modifiers: ["exact", "contains", "missing"],
	parse: (text, _parameter, context) => ({ text: unescaped(text, context.name) }),
	index: (parameter, value, _type, into) => indexString(parameter, value, into),
	stored: (filter) =>
		or(
			filter.values.map(
				(value) => sql<boolean>`exists (select 1 from unnest(x.strings) s
					where s.param = ${filter.parameter.code} and ${compare(filter.modifier, value.text ?? "", sql`s.norm`, sql`s.exact`)})`,
			),
		),
	finds: ({ text = "" }, { parameter, modifier }, { strings }) =>
		strings.some((one) => one.param === parameter.code && agrees(modifier, text, one)),
	native: (filter, values) =>
		or(
			filter.values.flatMap((wanted) =>
				values.map((value): Condition => {
					if (value.kind !== "string") return false;
					const matches = (text: Sql<string | null>) =>
						compare(filter.modifier, wanted.text ?? "", normalisedSql(text), text);
					if (value.separator === undefined) return matches(value.text);
					return sql<boolean>`exists (select 1 from string_to_table(${value.text}, ${value.separator}) one where ${matches(sql`one`)})`;
				}),
			),
		),
	storedKey: (parameter, descending) =>
		sql`(select ${descending ? sql`max` : sql`min`}(s.norm collate "C") from unnest(x.strings) s where s.param = ${parameter})`,
	nativeKey: (value) => (value.kind === "string" ? sql`${normalisedSql(value.text)} collate "C"` : sql`null::text`),
};

function compare(modifier: Filter["modifier"], wanted: string, norm: Sql, exact: Sql): Sql<boolean> {
	if (modifier === "exact") return sql<boolean>`${exact} = ${wanted}`;
	const text = escapeLike(normalise(wanted));
	if (modifier === "contains") return sql<boolean>`${norm} like ${`%${text}%`}`;
	return sql<boolean>`(${norm} like ${`${text}%`} or ${norm} like ${`% ${text}%`})`;
}

/** As {@link compare}. */
function agrees(
	modifier: Filter["modifier"],
	wanted: string,
	{ norm, exact }: { norm: string; exact: string },
): boolean {
	if (modifier === "exact") return exact === wanted;
	const text = normalise(wanted);
	return modifier === "contains" ? norm.includes(text) : norm.startsWith(text) || norm.includes(` ${text}`);
}

/** A string, or all the string parts of a HumanName or Address apart from their codes. */
function indexString(parameter: string, value: Json, into: IndexEntries): void {
	if (typeof value === "string") into.strings.push({ param: parameter, norm: normalise(value), exact: value });
	else if (Array.isArray(value)) for (const one of value) indexString(parameter, one, into);
	else if (value !== null && typeof value === "object") {
		for (const [name, part] of Object.entries(value)) {
			if (stringParts.has(name) && part !== undefined) indexString(parameter, part, into);
		}
	}
}

const stringParts = new Set("text family given prefix suffix line city district state postalCode country".split(" "));
