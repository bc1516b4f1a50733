import type { JsonObject } from "../fhir/json.ts";
import { parseJson } from "../fhir/json.ts";
import type { Mapping } from "../mapping/define.ts";
import { naturalId } from "../mapping/natural-id.ts";
import { project } from "../mapping/project.ts";
import { renderOf } from "../mapping/render.ts";
import { parseResidue } from "../mapping/residue.ts";
import type { Row } from "../mapping/unit.ts";
import type { ResourceVersion } from "./resource-version.ts";

/**
 * What `fhir.resource` holds beside one part of a row: `[part, id, meta, body]`, as `json_build_array` gives it. `moved`, in a search: by
 * its columns the part is not to be found, since the residue overrides what is searched.
 */
export type ResidueEntry = readonly [
	part: string,
	id: string,
	meta: string | null,
	body: string | null,
	moved?: boolean,
];

/** A row with what the store adds to every row it reads for FHIR. */
export type NativeRow = Row & { readonly $version: number; readonly $updated: string };

/** A resource stored whole, as read from `fhir.resource` or its history. */
export interface WholeRow {
	readonly type: string;
	readonly id: string;
	readonly version: number;
	readonly last_updated: string;
	readonly user_id: number | null;
	readonly meta: string | null;
	readonly body: string | null;
}

/** The resource one part of a row yields. The part must be present. */
export function nativeVersion(
	mapping: Mapping,
	rowId: number,
	row: NativeRow,
	residue: ResidueEntry | undefined,
): ResourceVersion {
	const id = residue?.[1] ?? naturalId(mapping.id, rowId);
	const isPlain = residue === undefined || (residue[2] === null && residue[3] === null);
	return {
		type: mapping.type,
		id,
		versionId: String(row.$version),
		lastUpdated: row.$updated,
		method: row.$version === 1 ? "POST" : "PUT",
		text: isPlain ? plainText(mapping, id, row) : textWithResidue(mapping, id, row, residue),
		owner: ownerOf(mapping, row),
	};
}

/** Text without objects in between: nearly all that is read is of this kind. */
function plainText(mapping: Mapping, id: string, row: NativeRow): string {
	const profiles = mapping.profiles.length === 0 ? "" : `,"profile":${JSON.stringify(mapping.profiles)}`;
	const members = renderOf(mapping)(row);
	const rest = members === "" ? "" : `,${members}`;
	return `{"resourceType":"${mapping.type}","id":"${id}","meta":{"versionId":"${row.$version}","lastUpdated":"${row.$updated}"${profiles}}${rest}}`;
}

function textWithResidue(mapping: Mapping, id: string, row: NativeRow, [, , meta, body]: ResidueEntry): string {
	const { resourceType, ...content } = project(mapping, row, parseResidue(body));
	return JSON.stringify({ resourceType, id, meta: nativeMeta(mapping, row, meta), ...content });
}

/** users.id of the patient a row is about; a therapist's account is about no patient. */
export function ownerOf(mapping: Mapping, row: Row): number | null {
	return mapping.table === "users" ? null : ((row[mapping.owner] as number | null | undefined) ?? null);
}

/** The mapping's profiles are declared beside what was sent in meta. */
function nativeMeta(mapping: Mapping, row: NativeRow, sent: string | null): JsonObject {
	const rest = sent === null ? {} : (parseJson(sent) as JsonObject);
	const profiles = new Set([...mapping.profiles, ...((rest.profile as string[] | undefined) ?? [])]);
	return {
		versionId: String(row.$version),
		lastUpdated: row.$updated,
		...rest,
		...(profiles.size === 0 ? {} : { profile: [...profiles] }),
	};
}

/** A resource stored whole, by joining texts: the body is never parsed. */
export function wholeVersion(row: WholeRow): ResourceVersion {
	const meta = row.meta === null ? "" : `,${row.meta.slice(1, -1)}`;
	const body = row.body === null || row.body === "{}" ? "" : `,${row.body.slice(1, -1)}`;
	return {
		type: row.type,
		id: row.id,
		versionId: String(row.version),
		lastUpdated: row.last_updated,
		method: row.version === 1 ? "POST" : "PUT",
		text: `{"resourceType":"${row.type}","id":"${row.id}","meta":{"versionId":"${row.version}","lastUpdated":"${row.last_updated}"${meta}}${body}}`,
		owner: row.user_id,
	};
}

/** A deletion, as history shows it. */
export function deletion(type: string, id: string, version: number, at: string, owner: number | null): ResourceVersion {
	return { type, id, versionId: String(version), lastUpdated: at, method: "DELETE", text: "", owner };
}
