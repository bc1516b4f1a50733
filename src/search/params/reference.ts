import { sql } from "kysely";
import { isResourceType } from "../../fhir/definitions/definitions.ts";
import { Failure } from "../../fhir/failure.ts";
import type { Json } from "../../fhir/json.ts";
import type { Sql } from "../../mapping/unit.ts";
import { type Condition, or } from "../condition.ts";
import { unescaped } from "../escape.ts";
import type { Filter, FilterValue } from "../query.ts";
import { textTerm } from "../term.ts";
import type { ParameterKind } from "./kind.ts";
import { parseToken, termOf, termsOverlap, token } from "./token.ts";

/** Reference parameters (R4 search 2.1.3.12): `12`, `Patient/12`, our own absolute URL – all the same – and foreign URLs. */
export const reference: ParameterKind = {
	modifiers: ["missing", "identifier"],
	parse: (text, parameter, context) => {
		if (context.modifier === "identifier") return parseToken(text, context.name);
		const given = unescaped(text, context.name);
		const own = given.startsWith(`${context.base}/`) ? given.slice(context.base.length + 1) : given;
		if (/^[a-z][a-z0-9+.-]*:/i.test(own)) return { references: [own] };
		const [type, id, ...more] = own.split("/");
		if (id !== undefined) {
			if (more.length > 0 || !isResourceType(type as string) || !isId(id)) throw malformed(context.name, text);
			return { references: [own] };
		}
		if (!isId(own)) throw malformed(context.name, text);
		return { references: parameter.target.map((target) => `${target}/${own}`) };
	},
	index: (parameter, value, _type, into) => {
		// canonical and uri values are searched as references too.
		if (typeof value === "string") into.terms.add(textTerm(parameter, value));
		if (value === null || typeof value !== "object" || Array.isArray(value)) return;
		const { reference: text, identifier } = value as { reference?: Json; identifier?: Json };
		if (typeof text === "string" && !text.startsWith("#"))
			into.terms.add(textTerm(parameter, text.replace(/\/_history\/[^/]*$/, "")));
		if (identifier !== undefined) token.index(`${parameter}:identifier`, identifier, "Identifier", into);
	},
	stored: (filter) => termsOverlap(filter.values.flatMap((value) => termsOf(value, filter))),
	finds: (value, filter, { terms }) => termsOf(value, filter).some((term) => terms.has(term)),
	native: (filter, values) => {
		if (filter.modifier === "identifier") return false;
		return or(
			values.map((value): Condition => {
				if (value.kind !== "reference") return false;
				const ids = idsOf(filter, value.type);
				if (ids.length === 0) return false;
				if (value.user !== undefined) return sql<boolean>`${value.user} = ${usersOf(ids)}`;
				if (value.isOneOf !== undefined) return value.isOneOf(ids);
				return sql<boolean>`${value.id} = any(${sql.val(ids)}::text[])`;
			}),
		);
	},
	storedKey: (parameter, descending) => {
		const prefix = `${parameter} `;
		return sql`(select ${descending ? sql`max` : sql`min`}(substr(term, ${prefix.length + 1}::int) collate "C") from unnest(x.terms) term where starts_with(term, ${prefix}) and term <> ${`${parameter} ?`})`;
	},
	nativeKey: (value) => {
		if (value.kind !== "reference") return sql`null::text`;
		if (value.user !== undefined) return sql`('Patient/' || p.fhir_id) collate "C"`;
		return sql`(${sql.lit(`${value.type}/`)} || ${value.id}) collate "C"`;
	},
};

/** The index terms a value is looked up by. */
function termsOf(value: FilterValue, { parameter, modifier }: Filter): string[] {
	if (modifier === "identifier") return [termOf(`${parameter.code}:identifier`, value)];
	return (value.references ?? []).map((one) => textTerm(parameter.code, one));
}

/** Ids of one type a filter asks for. */
export function idsOf(filter: Filter, type: string): string[] {
	const prefix = `${type}/`;
	return filter.values.flatMap((value: FilterValue) =>
		(value.references ?? []).filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)),
	);
}

/** users.id behind Patient ids: a scalar where there is one, so that an index keeps its order. Whose rows those are to see, policies say. */
function usersOf(ids: readonly string[]) {
	return ids.length === 1
		? sql`(select person.user_id from fhir.identity person where person.fhir_id = ${ids[0]})`
		: sql`any (array(select person.user_id from fhir.identity person where person.fhir_id = any(${sql.val(ids)}::text[])))`;
}

/** A condition on what is in `fhir.resource x` beside rows: their persons are the Patients of these ids. */
export function besideRowsOf(ids: readonly string[]): Sql<boolean> {
	return sql<boolean>`x.owner = ${usersOf(ids)}`;
}

/** A condition on bodies in `fhir.resource x`: about the Patients of these ids, or about nobody known where there are no such Patients. */
export function aboutPatients(ids: readonly string[]): Sql<boolean> {
	// coalesce() stands within the subselects: around them, row-level security would keep the condition from an index.
	if (ids.length === 1) {
		return sql<boolean>`x.owner = (select coalesce(max(person.user_id), 0) from fhir.person where person.fhir_id = ${ids[0]})`;
	}
	return sql<boolean>`x.owner = any (array(
		select coalesce(person.user_id, 0) from unnest(${sql.val(ids)}::text[]) id left join fhir.person on person.fhir_id = id))`;
}

function isId(text: string): boolean {
	return /^[A-Za-z0-9\-.]{1,64}$/.test(text);
}

function malformed(name: string, text: string): Failure {
	return new Failure("invalid", `${name}: "${text}" is not an id, Type/id or a URL`);
}
