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
		const gone = (ids: readonly number[]) => vanishedOf(tx, type, table, mappings, ids, period);
		for await (const ids of deletedRows(tx, table, period)) yield await gone(ids);
		const mayLose = mappings.some((one) => one.presentWhenAny.length > 0 || Object.keys(one.onlyWhere).length > 0);
		if (withParts && mayLose) for await (const ids of changedRows(tx, mappings, period)) yield await gone(ids);
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

/** Ids of rows deleted in a period, in the order of their deletion, which an index has. */
async function* deletedRows(tx: Transaction, table: string, { from, to }: Period): AsyncGenerator<number[]> {
	const until = to === undefined ? sql`true` : sql`h.at <= ${to}::timestamptz`;
	let place = { at: from, id: 2 ** 31 - 1 };
	for (;;) {
		const rows: (typeof place)[] = await tx.query(sql<typeof place>`
			select h.row_id as id, h.at from fhir.row_history h
			where h.table_name = ${table} and h.op = 'D' and h.at >= ${place.at}::timestamptz and ${until}
				and (h.at, h.row_id) > (${place.at}::timestamptz, ${place.id}::int)
			order by h.at, h.row_id limit ${sql.lit(atOnce)}`);
		if (rows.length > 0) yield rows.map(({ id }) => id);
		if (rows.length < atOnce) return;
		place = rows.at(-1) as typeof place;
	}
}

/** Ids of rows that are there and changed since a period began, which may have taken something out of them. */
async function* changedRows(tx: Transaction, mappings: readonly Mapping[], { from }: Period): AsyncGenerator<number[]> {
	for (let after = 0; ; ) {
		const rows = await tx.query(sql<{ id: number }>`
			select t.id from ${relationOf(mappings[0] as Mapping)} t
			where t.version > 1 and t.updated_at > ${from}::timestamptz and t.id > ${after}::int
			order by t.id limit ${sql.lit(atOnce)}`);
		if (rows.length > 0) yield rows.map(({ id }) => id);
		if (rows.length < atOnce) return;
		after = rows.at(-1)?.id as number;
	}
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
