import { sql } from "kysely";
import { or } from "../condition.ts";
import { unescaped } from "../escape.ts";
import { textTerm } from "../term.ts";
import type { ParameterKind } from "./kind.ts";
import { termsOverlap } from "./token.ts";

/** Uri parameters (R4 search 2.1.3.13): exact and case-sensitive. */
export const uri: ParameterKind = {
	modifiers: ["missing"],
	parse: (text, _parameter, context) => ({ text: unescaped(text, context.name) }),
	index: (parameter, value, _type, into) => {
		if (typeof value === "string") into.terms.add(textTerm(parameter, value));
	},
	stored: (filter) => termsOverlap(filter.values.map((value) => textTerm(filter.parameter.code, value.text ?? ""))),
	finds: ({ text }, { parameter }, { terms }) => terms.has(textTerm(parameter.code, text ?? "")),
	native: (filter, values) =>
		or(filter.values.flatMap((wanted) => values.map((value) => value.kind === "uri" && value.uri === wanted.text))),
	storedKey: (parameter, descending) => {
		const prefix = `${parameter} `;
		return sql`(select ${descending ? sql`max` : sql`min`}(substr(term, ${prefix.length + 1}::int) collate "C") from unnest(x.terms) term where starts_with(term, ${prefix}) and term <> ${`${parameter} ?`})`;
	},
	nativeKey: (value) => (value.kind === "uri" ? sql`${sql.lit(value.uri)} collate "C"` : sql`null::text`),
};
