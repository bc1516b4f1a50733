import type { Account } from "oidc-provider";
import { serverCaller } from "../../access/caller.ts";
import { findPerson, type PersonRow } from "../../store/authorization/people.ts";
import type { Database } from "../../store/database.ts";

/** `Type/id` of the resource that stands for a person; undefined for an administrator, and a patient without a profile. */
export function fhirUserOf({ id, role, fhir_id }: Pick<PersonRow, "id" | "role" | "fhir_id">): string | undefined {
	if (role === "therapist") return `Practitioner/user-${id}`;
	return fhir_id === null || role === "admin" ? undefined : `Patient/${fhir_id}`;
}

/** A person as oidc-provider asks for them. @param fhirBase - without a trailing slash */
export function accountFinder(database: Database, fhirBase: string) {
	return async (_context: unknown, id: string): Promise<Account | undefined> => {
		const person = /^\d{1,9}$/.test(id)
			? await database.read(serverCaller, (tx) => findPerson(tx, Number(id)))
			: undefined;
		if (person === undefined) return undefined;
		const self = fhirUserOf(person);
		return {
			accountId: id,
			claims: async () => ({
				sub: id,
				name: person.name,
				...(self === undefined ? {} : { fhirUser: `${fhirBase}/${self}` }),
			}),
		};
	};
}
