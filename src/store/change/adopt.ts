import { sql } from "kysely";
import { patientCompartmentParams, resourceTypes } from "../../fhir/definitions/definitions.ts";
import { textTerm } from "../../search/term.ts";
import type { Transaction } from "../database.ts";

/**
 * Stored resources may have named a Patient before it was here. Now that it is, they are part of its record – those the caller wrote
 * (the system: all), since nobody else's word puts something into a record the caller answers for.
 *
 * @param ids - of the new Patients
 */
export function adoptResources(tx: Transaction, ids: readonly string[]): void {
	if (ids.length === 0) return;
	const named = resourceTypes.flatMap((type) =>
		patientCompartmentParams(type).flatMap((code) =>
			ids.map((id) => ({ type, id, term: textTerm(code, `Patient/${id}`) })),
		),
	);
	const mine = tx.caller.role === "system" ? sql`true` : sql`x.created_by = ${tx.caller.userId}`;
	tx.later(sql`
		update fhir.resource x set user_id = owner.user_id
		from (
			select x.key, min(p.user_id) user_id
			from fhir.resource x
				join json_to_recordset(${JSON.stringify(named)}::json) as n(type text, id text, term text)
					on n.type = x.type and n.term = any(x.terms)
				join fhir.person p on p.fhir_id = n.id
			where x.terms && ${sql.val([...new Set(named.map(({ term }) => term))])}::text[]
				and x.user_id is null and x.table_name is null and ${mine}
			group by x.key
		) owner
		where x.key = owner.key`);
}
