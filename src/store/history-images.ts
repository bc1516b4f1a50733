import { sql } from "kysely";
import type { Mapping } from "../mapping/define.ts";
import type { Row } from "../mapping/unit.ts";
import { relationOf } from "../search/sql/native-columns.ts";
import { allColumnsOf, type ColumnKind, columnName, entityOf } from "../tables/columns.ts";
import type { NativeRow } from "./build-version.ts";
import type { Transaction } from "./database.ts";
import { residueColumn, secretColumns } from "./row-columns.ts";

/** A row as it was at one version; no image: the row was deleted then. */
export interface Image {
	readonly row_id: number;
	readonly version: number;
	readonly at: string;
	readonly image: string | null;
	readonly subject: string | null;
	/** users.timezone of the person. */
	readonly zone: string | null;
	readonly user_id: number | null;
}

/** Every image of one row, oldest first. */
export async function imagesOf(tx: Transaction, mapping: Mapping, rowId: number): Promise<Image[]> {
	return tx.query(sql<Image>`
		select i.row_id, i.version, i.at, i.image, p.fhir_id subject, ${zoneOfImage} zone, i.user_id from (${allImages(mapping)}) i
		${subjectJoin(mapping.table)}
		where i.row_id = ${rowId} order by i.version`);
}

/** Current rows and past images of a table, alike. */
export function allImages(mapping: Mapping) {
	const { table } = mapping;
	const owner = table === "users" ? sql`t.id` : sql`t.user_id`;
	return sql`
		select t.id row_id, t.version, t.updated_at at, to_jsonb(t) - 'password' image, ${owner} user_id from (select ${readable(mapping)} from ${relationOf(mapping)}) t
		union all
		select h.row_id, h.version, h.at, h.image, h.user_id from fhir.row_history h where h.table_name = ${table}`;
}

/** The Patient that stands for the person an image `i` is about, as `personJoin` finds it for rows. */
export function subjectJoin(table: string) {
	const another = table === "patients" ? sql`and p.patient_id <> i.row_id` : sql``;
	return sql`left join fhir.person p on p.user_id = i.user_id and p.subject ${another}`;
}

/** The zone of the person an image `i` is about. */
export const zoneOfImage = sql`(select u.timezone from public.users u where u.id = i.user_id)`;

/** Columns every caller may read, and the residue. */
function readable({ table, isServers }: Mapping) {
	const entity = entityOf(table);
	if (entity === undefined) throw new Error(`there is no table ${table}`);
	return sql.join(
		[...allColumnsOf(entity), ...(isServers ? [] : [residueColumn])]
			.filter(({ column }) => !secretColumns.has(column))
			.map(({ column }) => sql.ref(column)),
	);
}

/** JSON columns are text in rows, and JSON within an image. */
function ofJson(type: ColumnKind, cell: string | number | boolean | null) {
	return type === "json" && cell !== null ? JSON.stringify(cell) : cell;
}

/** A row as the mapping reads it, from its image; undefined for the deletion of the row. */
export function rowOfImage(mapping: Mapping, image: Image): NativeRow | undefined {
	if (image.image === null) return undefined;
	const cells = JSON.parse(image.image) as Record<string, string | number | boolean | null>;
	const entity = entityOf(mapping.table);
	const row: Record<string, string | number | boolean | null> = {};
	for (const { property, type } of entity === undefined ? [] : allColumnsOf(entity)) {
		const cell = cells[columnName(property)] ?? null;
		row[property] = type === "instant" && typeof cell === "string" ? new Date(cell).toISOString() : ofJson(type, cell);
	}
	return {
		...(row as Row),
		$subject: image.subject,
		$zone: image.zone,
		$version: image.version,
		$updated: image.at,
		$residue: (cells[residueColumn.column] as string | null | undefined) ?? null,
	};
}
