import { sql } from "kysely";
import type { Mapping } from "../../mapping/define.ts";
import { tablesOf } from "../../mapping/registry.ts";
import { relationOf } from "../../search/sql/native-columns.ts";
import { deletion } from "../build-version.ts";
import type { Transaction } from "../database.ts";
import { versionsOfImage } from "../history.ts";
import { allImages, type Image, subjectJoin, zoneOfImage } from "../history-images.ts";
import { entriesOf } from "../history-page.ts";
import type { ResourceVersion } from "../resource-version.ts";

/** Rows, and bodies, looked at together. */
const atOnce = 500;

/** From when to when; ISO. Undefined: until now. */
export interface Period {
	readonly from: string;
	readonly to: string | undefined;
}

/**
 * Resources of a type that the caller could see at the begin of a period and that were deleted in it: what they were at its begin – of a body
 * without text. What was brought back may be among them, and one may come twice.
 *
 * @param withParts - also those whose row is still there, without what made them (a weight that was taken out)
 */
export async function* vanished(
	tx: Transaction,
	type: string,
	period: Period,
	withParts: boolean,
): AsyncGenerator<ResourceVersion[]> {
	for (const { table, mappings } of tablesOf(type)) {
		for (let after = 0; ; ) {
			const ids = await changedRows(tx, mappings, period, withParts, after);
			if (ids.length > 0) yield await vanishedOf(tx, type, table, mappings, ids, period);
			if (ids.length < atOnce) break;
			after = ids.at(-1) as number;
		}
	}
	yield* vanishedBodies(tx, type, period);
}

async function vanishedOf(
	tx: Transaction,
	type: string,
	table: string,
	mappings: readonly Mapping[],
	ids: readonly number[],
	{ from, to }: Period,
): Promise<ResourceVersion[]> {
	const images = await tx.query(sql<Image>`
		select i.row_id, i.version, i.at, i.image, i.user_id, p.fhir_id subject, ${zoneOfImage} zone
		from (${allImages(mappings[0] as Mapping)}) i ${subjectJoin(table)}
		where i.row_id = any(${sql.val([...ids])}::int[]) order by i.row_id, i.version`);
	const entries = await entriesOf(tx, type, table, ids);
	return [...Map.groupBy(images, ({ row_id }) => row_id).values()].flatMap((ofRow) => {
		const at = (moment: string | undefined) => {
			const image = ofRow.findLast((one) => moment === undefined || one.at <= moment);
			return image === undefined ? [] : versionsOfImage(mappings, image, undefined, entries);
		};
		const left = new Set(at(to).map(({ id }) => id));
		return at(from).filter(({ id }) => !left.has(id));
	});
}

/** Ids of rows that are gone since, or changed in a way that may have taken something out of them. */
async function changedRows(
	tx: Transaction,
	mappings: readonly Mapping[],
	{ from, to }: Period,
	withParts: boolean,
	after: number,
): Promise<number[]> {
	const [first] = mappings as [Mapping];
	const until = (column: ReturnType<typeof sql>) =>
		to === undefined ? sql`true` : sql`${column} <= ${to}::timestamptz`;
	const mayLose = mappings.some((one) => one.presentWhenAny.length > 0 || Object.keys(one.onlyWhere).length > 0);
	const changed = sql`union (select t.id from ${relationOf(first)} t
		where t.version > 1 and t.updated_at > ${from}::timestamptz and t.id > ${after}::int order by t.id limit ${atOnce})`;
	const rows = await tx.query(sql<{ id: number }>`
		select id from (
			(select h.row_id as id from fhir.row_history h where h.table_name = ${first.table} and h.op = 'D'
				and h.at > ${from}::timestamptz and ${until(sql`h.at`)} and h.row_id > ${after}::int order by h.row_id limit ${atOnce})
			${withParts && mayLose ? changed : sql``}
		) c order by id limit ${atOnce}`);
	return rows.map(({ id }) => id);
}

async function* vanishedBodies(tx: Transaction, type: string, { from, to }: Period): AsyncGenerator<ResourceVersion[]> {
	interface Row {
		readonly key: number;
		readonly id: string;
		readonly version: number;
		readonly last_updated: string;
		readonly user_id: number | null;
	}
	const until = to === undefined ? sql`true` : sql`x.last_updated <= ${to}::timestamptz`;
	for (let after = 0; ; ) {
		const rows = await tx.query(sql<Row>`
			select x.key, x.id, x.version, x.last_updated, x.user_id from fhir.resource x
			where x.type = ${type} and x.table_name is null and x.deleted and x.last_updated > ${from}::timestamptz and ${until}
				and x.key > ${after}::bigint
			order by x.key limit ${atOnce}`);
		if (rows.length > 0)
			yield rows.map(({ id, version, last_updated, user_id }) => deletion(type, id, version, last_updated, user_id));
		if (rows.length < atOnce) return;
		after = rows.at(-1)?.key as number;
	}
}
