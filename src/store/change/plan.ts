import { randomUUID } from "node:crypto";
import { rewriteReferences } from "../../fhir/bundle.ts";
import type { Json, JsonObject } from "../../fhir/json.ts";
import { takes } from "../../mapping/absorb.ts";
import type { Mapping } from "../../mapping/define.ts";
import { naturalId } from "../../mapping/natural-id.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import type { WriteContext } from "../../mapping/unit.ts";
import { type Entity, entities } from "../../tables/all.ts";
import { tableName } from "../../tables/columns.ts";
import type { Transaction } from "../database.ts";
import type { PlannedCreate } from "../resource-version.ts";
import { allocateIds } from "../rows.ts";
import { comingPatient, findPeople } from "./people.ts";

/** The mapping that takes a resource; undefined when it is stored whole. */
export function mappingFor(resource: JsonObject, people: WriteContext): Mapping | undefined {
	return mappingsOf(resource.resourceType as string).find((mapping) => takes(mapping, resource, people));
}

/** The entity of a mapping's table. */
export function entityOfMapping(mapping: Mapping): Entity {
	const entity = entities.find((one) => tableName(one) === mapping.table);
	if (entity === undefined) throw new Error(`${mapping.name}: there is no table ${mapping.table}`);
	return entity;
}

/**
 * Gives ids to resources about to be created, before references between them are rewritten: a row's id where a mapping takes the
 * resource, a UUID otherwise. `patients`: other references to Patients that will be there by then (a PUT in the same bundle, the
 * fullUrl of one that was matched).
 */
export async function planCreates(
	tx: Transaction,
	creates: readonly { readonly resource: JsonObject; readonly fullUrl?: string | undefined }[],
	patients: Iterable<string> = [],
): Promise<PlannedCreate[]> {
	const coming = new Set([
		...patients,
		...creates.flatMap(({ resource, fullUrl }) =>
			resource.resourceType === "Patient" && fullUrl !== undefined ? [fullUrl] : [],
		),
	]);
	// Mappings know people by relative references only.
	const names = new Map([...coming].map((name) => [name, name.startsWith("Patient/") ? name : comingPatient]));
	const resources = creates.map(({ resource, fullUrl }) => rewriteReferences(resource, names, fullUrl));
	const people = await findPeople(tx, referencesIn(resources), new Set([...coming, comingPatient]));
	const mappings = resources.map((resource) => mappingFor(resource, people));
	const ids = await rowIds(tx, mappings);
	return creates.map(({ resource }, index) => {
		const type = resource.resourceType as string;
		const mapping = mappings[index];
		if (mapping === undefined) return { type, id: randomUUID() };
		const rowId = ids.get(mapping.table)?.shift() as number;
		return { type, id: naturalId(mapping.id, rowId), row: { mapping: mapping.name, id: rowId } };
	});
}

/** One new row id per mapped resource, by table. */
async function rowIds(tx: Transaction, mappings: readonly (Mapping | undefined)[]): Promise<Map<string, number[]>> {
	const ids = new Map<string, number[]>();
	const byTable = Map.groupBy(
		mappings.filter((one) => one !== undefined),
		(mapping) => mapping.table,
	);
	for (const [table, list] of byTable)
		ids.set(table, [...(await allocateIds(tx, entityOfMapping(list[0] as Mapping), list.length))]);
	return ids;
}

/** Literal references anywhere in some resources. */
export function referencesIn(resources: readonly JsonObject[]): Set<string> {
	const found = new Set<string>();
	const walk = (value: Json | undefined): void => {
		if (Array.isArray(value)) for (const one of value) walk(one);
		else if (value !== null && typeof value === "object") {
			for (const name in value) {
				const member = (value as JsonObject)[name];
				if (name === "reference" && typeof member === "string") found.add(member.replace(/\/_history\/[^/]*$/, ""));
				else walk(member);
			}
		}
	};
	for (const resource of resources) walk(resource);
	return found;
}
