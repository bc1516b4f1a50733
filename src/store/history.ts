import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import { naturalId } from "../mapping/natural-id.ts";
import { isPresent } from "../mapping/project.ts";
import { mappingOfPart, rowOf } from "../mapping/registry.ts";
import { deletion, nativeVersion, ownerOf, type WholeRow, wholeVersion } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { type Image, imagesOf, rowOfImage } from "./history-images.ts";
import { occurrenceVersions } from "./occurrences.ts";
import { bytesBefore, pageBytes } from "./page-bytes.ts";
import type { ResourceVersion } from "./resource-version.ts";

/** An entry of `fhir.resource` or its history. */
export interface Entry extends WholeRow {
	readonly table_name: string | null;
	readonly row_id: number | null;
	readonly part: string | null;
	readonly deleted: boolean;
}

export const entryColumnsButBody = sql`type, id, version, last_updated, user_id, meta, table_name, row_id, part, deleted`;
export const entryColumns = sql`${entryColumnsButBody}, body`;

/** Which bodies of a resource's versions to read: that of one (`""` of none), or as many as a page can bring of those not newer than a moment. */
export type WantedBodies = { readonly version: string } | { readonly until: string | undefined };

/** The bodies stored whole that are wanted, and which of these are counted as the page's. */
function wantedSql(bodies: WantedBodies) {
	if ("version" in bodies) {
		// What is no number is nobody's version.
		const wanted = /^\d{1,9}$/.test(bodies.version) ? sql`e.version = ${Number(bodies.version)}::int` : sql`false`;
		return { wanted, counted: sql`false` };
	}
	if (bodies.until === undefined) return { wanted: sql`true`, counted: sql`e.table_name is null` };
	const wanted = sql`e.last_updated < ${bodies.until}::timestamptz + interval '1 millisecond'`;
	return { wanted, counted: sql`(e.table_name is null and e.last_updated < ${bodies.until}::timestamptz)` };
}

/**
 * Every version of one resource, newest first, from the images of the rows it has been and the bodies it has had. Empty when it never
 * was, as far as the caller may see.
 *
 * @param bodies - of which versions stored whole to read the body; the others' texts say no more than which they are
 */
export async function instanceVersions(
	tx: Transaction,
	type: string,
	id: string,
	bodies: WantedBodies,
): Promise<ResourceVersion[]> {
	const { wanted, counted } = wantedSql(bodies);
	const isCut = sql`(table_name is null and (not wanted or earlier > ${pageBytes}))`;
	const entries = await tx.query(sql<Entry>`
		select ${entryColumnsButBody}, case when ${isCut} then null else body end body, wanted and ${isCut} cut from (
			select e.*, ${wanted} wanted, ${bytesBefore(sql`e.body`, counted)} earlier from (
				select ${entryColumns} from fhir.resource where type = ${type} and id = ${id}
				union all select ${entryColumns} from fhir.resource_history where type = ${type} and id = ${id}
				order by version desc
			) e
		) e`);
	const versions = new Map<number, ResourceVersion>();
	const keep = (version: ResourceVersion): void => {
		const number = Number(version.versionId);
		// Where a resource moved from one row to another both know the moment; the one that has it wins.
		if (versions.get(number)?.text || (versions.has(number) && version.text === "")) return;
		versions.set(number, version);
	};
	for (const entry of entries) {
		if (entry.table_name !== null) continue;
		keep(entry.deleted ? deletion(type, id, entry.version, entry.last_updated, entry.user_id) : wholeVersion(entry));
	}
	const natural = entries.length > 0 || !(await isNamedOtherwise(tx, type, id)) ? rowOf(type, id) : undefined;
	for (const { mapping, rowId, since } of rowsOf(natural, type, entries)) {
		for (const version of versionsOfRow(mapping, rowId, id, await imagesOf(tx, mapping, rowId))) {
			if (Number(version.versionId) >= since) keep(version);
		}
	}
	for (const version of await occurrenceVersions(tx, type, id)) keep(version);
	return [...versions.values()].sort((a, b) => Number(b.versionId) - Number(a.versionId));
}

/** Does the row an id of our own form looks like yield its resource under another id, which a client chose for it? */
async function isNamedOtherwise(tx: Transaction, type: string, id: string): Promise<boolean> {
	const row = rowOf(type, id);
	if (row === undefined) return false;
	const links = await tx.query(sql`
		select 1 from fhir.resource
		where type = ${type} and table_name = ${row.mapping.table} and row_id = ${row.rowId} and part = ${row.mapping.id.part}`);
	return links.length > 0;
}

/** The rows a resource has been, and from which version on. */
function rowsOf(
	natural: ReturnType<typeof rowOf>,
	type: string,
	entries: readonly Entry[],
): { mapping: Mapping; rowId: number; since: number }[] {
	const rows = new Map<string, { mapping: Mapping; rowId: number; since: number }>();
	const links = entries.filter((entry) => entry.table_name !== null);
	const isOwn = (entry: Entry) =>
		natural !== undefined && entry.table_name === natural.mapping.table && entry.row_id === natural.rowId;
	// An id of our form that was a client's choice from the start never was the row it looks like.
	const first = entries.reduce((lowest, entry) => Math.min(lowest, entry.version), Number.POSITIVE_INFINITY);
	const chosen = entries.length > 0 && first === 1 && !entries.some(isOwn);
	if (natural !== undefined && !chosen) rows.set(`${natural.mapping.name} ${natural.rowId}`, { ...natural, since: 1 });
	for (const entry of links) {
		const mapping = mappingOfPart(type, entry.table_name as string, entry.part ?? "");
		const key = `${mapping?.name} ${entry.row_id}`;
		if (mapping !== undefined && !rows.has(key)) rows.set(key, { mapping, rowId: entry.row_id as number, since: 1 });
	}
	return [...rows.values()];
}

/** The versions one part of a row has had, oldest first; the version that took it away is a deletion. */
function versionsOfRow(mapping: Mapping, rowId: number, id: string, images: readonly Image[]): ResourceVersion[] {
	const versions: ResourceVersion[] = [];
	let before = false;
	for (const image of images) {
		const row = rowOfImage(mapping, image);
		const now = row !== undefined && isPresent(mapping, row);
		if (now) versions.push(nativeVersion(mapping, rowId, row, id));
		else if (before) versions.push(deletion(mapping.type, id, image.version, image.at, image.user_id));
		before = now;
	}
	return versions;
}

/** Resources of a page of images: for every part the version or, where it vanished, the deletion. */
export function versionsOfImage(
	mappings: readonly Mapping[],
	image: Image,
	previous: Image | undefined,
	entries: readonly Entry[],
): ResourceVersion[] {
	return mappings.flatMap((mapping) => {
		const link = entries.find(
			(one) => one.table_name === mapping.table && one.row_id === image.row_id && one.part === mapping.id.part,
		);
		const id = link?.id ?? naturalId(mapping.id, image.row_id);
		const row = rowOfImage(mapping, image);
		if (row !== undefined && isPresent(mapping, row)) return [nativeVersion(mapping, image.row_id, row, id)];
		const before = previous === undefined ? undefined : rowOfImage(mapping, previous);
		if (before === undefined || !isPresent(mapping, before)) return [];
		return [deletion(mapping.type, id, image.version, image.at, ownerOf(mapping, before))];
	});
}
