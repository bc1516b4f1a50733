import { searchParametersOf } from "../fhir/definitions/definitions.ts";
import { type Json, parseJson } from "../fhir/json.ts";
import { evaluatePath } from "../fhir/path.ts";
import type { ResourceVersion } from "../store/resource-version.ts";
import { recordParameters } from "./exported-types.ts";

/** Whose records are exported: those of every patient the caller may see, or of some. */
export interface Records {
	/** Ids of the patients, each with users.id where there is an account; undefined: every patient. */
	readonly members: ReadonlyMap<string, number | null> | undefined;
	/** Is a resource in one of these records? */
	includes(version: ResourceVersion): boolean;
}

/** @param members - undefined: every patient */
export function recordsOf(members: ReadonlyMap<string, number | null> | undefined): Records {
	const users = new Set(members?.values());
	users.delete(null);
	const isMember = (id: string) => members === undefined || members.has(id);
	return {
		members,
		includes(version) {
			const { type, id, owner } = version;
			if (type === "Patient") return isMember(id);
			// What the store says of whose record it is in; nothing where that is nobody with an account.
			if (owner !== null) return members === undefined || users.has(owner);
			const resource = parseJson(version.text);
			return recordParameters(type).some((code) => patientsNamed(type, code, resource).some(isMember));
		},
	};
}

/** Ids of the Patients that a parameter finds in a resource. */
export function patientsNamed(type: string, code: string, resource: Json): string[] {
	const paths = searchParametersOf(type).get(code)?.paths ?? [];
	return paths
		.flatMap((path) => evaluatePath(path, resource))
		.flatMap(({ value }) => {
			const reference = (value as { reference?: unknown } | null)?.reference;
			const found = /^Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.*)?$/.exec(String(reference ?? ""));
			return found?.[1] === undefined ? [] : [found[1]];
		});
}
