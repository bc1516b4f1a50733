import { sql } from "kysely";
import { Failure } from "../../fhir/failure.ts";
import type { Json } from "../../fhir/json.ts";
import type { SearchValue } from "../../mapping/unit.ts";
import { type Condition, or } from "../condition.ts";
import { splitEscaped, unescaped } from "../escape.ts";
import type { FilterValue } from "../query.ts";
import { anySystemTerm, tokenTerm } from "../term.ts";
import type { IndexEntries, ParameterKind } from "./kind.ts";

/** Token parameters (R4 search 2.1.3.10): codes, codings, concepts, identifiers, contact points, booleans, strings. */
export const token: ParameterKind = {
	modifiers: ["not", "missing"],
	parse: (text, _parameter, context) => parseToken(text, context.name),
	index: (parameter, value, type, into) => indexToken(parameter, value, type, into),
	stored: (filter) => termsOverlap(filter.values.map((value) => termOf(filter.parameter.code, value))),
	finds: (value, { parameter }, { terms }) => terms.has(termOf(parameter.code, value)),
	native: (filter, values) =>
		or(
			filter.values.flatMap((wanted) =>
				values.map((value) => (value.kind === "token" ? matches(wanted, value) : false)),
			),
		),
	storedKey: (parameter, descending) => {
		const prefix = `${parameter} * `;
		const extreme = descending ? sql`max` : sql`min`;
		return sql`(select ${extreme}(substr(term, ${prefix.length + 1}::int) collate "C") from unnest(x.terms) term where starts_with(term, ${prefix}))`;
	},
	nativeKey: (value) =>
		value.kind === "token"
			? sql`lower(${typeof value.code === "string" ? sql.lit(value.code) : value.code}) collate "C"`
			: sql`null::text`,
};

/** `code`, `system|code`, `|code`, `system|`. */
export function parseToken(text: string, name: string): FilterValue {
	const parts = splitEscaped(text, "|");
	if (parts.length > 2) throw new Failure("invalid", `${name}: a token is code, system|code, |code or system|`);
	const [first, second] = parts.map((part) => unescaped(part, name)) as [string, string | undefined];
	if (second === undefined) return { code: first };
	if (second === "") return { system: first === "" ? null : first };
	return { system: first === "" ? null : first, code: second };
}

/** The condition that a stored resource has one of some terms. */
export function termsOverlap(terms: readonly string[]): Condition {
	return terms.length === 0 ? false : sql<boolean>`x.terms && ${sql.val(terms)}::text[]`;
}

/** The index term a value is looked up by. */
export function termOf(parameter: string, value: FilterValue): string {
	if (value.code === undefined) return tokenTerm(parameter, value.system ?? null, undefined);
	return value.system === undefined
		? anySystemTerm(parameter, value.code)
		: tokenTerm(parameter, value.system, value.code);
}

function matches(wanted: FilterValue, { system, code, is }: SearchValue & { kind: "token" }): Condition {
	if (wanted.system !== undefined && (wanted.system ?? undefined) !== system) return false;
	if (wanted.code === undefined) return typeof code === "string" ? true : sql<boolean>`${code} is not null`;
	if (typeof code === "string") return code.toLowerCase() === wanted.code.toLowerCase();
	if (is !== undefined) return is(wanted.code);
	return sql<boolean>`lower(${code}) = ${wanted.code.toLowerCase()}`;
}

function indexToken(parameter: string, value: Json, type: string, into: IndexEntries): void {
	if (typeof value === "string" || typeof value === "boolean") {
		add(parameter, null, String(value), into);
		return;
	}
	if (value === null || typeof value !== "object" || Array.isArray(value)) return;
	const object = value as { [name: string]: Json | undefined };
	if (type === "CodeableConcept") {
		for (const coding of Array.isArray(object.coding) ? object.coding : [])
			indexToken(parameter, coding, "Coding", into);
		return;
	}
	const code = type === "Coding" || type === "Quantity" ? object.code : object.value;
	// ContactPoint.system is no code system: the pipe forms do not apply to it.
	const system = type === "ContactPoint" ? undefined : object.system;
	if (typeof code === "string") add(parameter, typeof system === "string" ? system : null, code, into);
	else if (typeof system === "string") into.terms.add(tokenTerm(parameter, system, undefined));
}

function add(parameter: string, system: string | null, code: string, into: IndexEntries): void {
	into.terms.add(tokenTerm(parameter, system, code));
	into.terms.add(anySystemTerm(parameter, code));
	if (system !== null) into.terms.add(tokenTerm(parameter, system, undefined));
}
