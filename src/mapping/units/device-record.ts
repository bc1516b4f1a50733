import { sql } from "kysely";
import type { ColumnSql, Row, Sql, Unit } from "../unit.ts";

/** Columns that say which connection a row came from and of which record of its vendor's; both null for rows of other origin. */
type Column = "deviceConnectionId" | "deviceRecord";

/**
 * Kinds of records an element is about, each with what its resource's identifier ends with: one reading may yield several resources (a blood
 * pressure and the pulse counted with it), and each has an identifier of its own.
 */
export type RecordKinds = Readonly<Record<string, string>>;

/** What is in `deviceRecord`: `<vendor> <kind> <id>`. */
function recordOf(row: Row): { vendor: string; kind: string; id: string } | undefined {
	const text = row.deviceRecord;
	if (typeof text !== "string") return undefined;
	const [vendor = "", kind = ""] = text.split(" ", 2);
	return { vendor, kind, id: text.slice(vendor.length + kind.length + 2) };
}

/** The column's text for a record. */
export function recordText(vendor: string, kind: string, id: string): string {
	return `${vendor} ${kind} ${id}`;
}

const none = { write: () => ({}), fixed: true } as const;

/** A reference to the Device that is the connection a record of these kinds came from. Neither connection nor record of a row ever changes. */
export function recordDevice(kinds: RecordKinds): Unit<Column> {
	const read = (row: Row) => {
		const record = recordOf(row);
		if (record === undefined || kinds[record.kind] === undefined) return undefined;
		return { reference: `Device/dev-${row.deviceConnectionId}` };
	};
	return {
		...none,
		unit: "record-device",
		columns: ["deviceConnectionId", "deviceRecord"],
		read,
		text: (row) => (row.deviceRecord == null ? undefined : JSON.stringify(read(row))),
		values: (column) => {
			const connection = column("deviceConnectionId");
			const isOfKind = sql<boolean>`split_part(${column("deviceRecord")}, ' ', 2) in (${literals(Object.keys(kinds))})`;
			return [
				{
					kind: "reference",
					type: "Device",
					id: sql`(case when ${isOfKind} then 'dev-' || ${connection} end)`,
					isOneOf: (ids) =>
						sql<boolean>`(${connection} = any(${sql.val(ids.flatMap(connectionIdOf))}::int[]) and ${isOfKind})`,
				},
			];
		},
		describe: () => "reference to the connection's Device, where it came from one; not written",
	};
}

/**
 * The vendor's id of the record, in a system per vendor.
 *
 * @param systems - vendor → system
 */
export function recordIdentifier(kinds: RecordKinds, systems: Readonly<Record<string, string>>): Unit<Column> {
	const read = (row: Row) => {
		const record = recordOf(row);
		const ending = record === undefined ? undefined : kinds[record.kind];
		if (record === undefined || ending === undefined) return undefined;
		return [{ system: systems[record.vendor] ?? "", value: record.id + ending }];
	};
	return {
		...none,
		unit: "record-identifier",
		columns: ["deviceConnectionId", "deviceRecord"],
		read,
		text: (row) => (row.deviceRecord == null ? undefined : JSON.stringify(read(row))),
		values: (column) =>
			Object.entries(systems).map(([vendor, system]) => ({
				kind: "token",
				system,
				code: idOf(column, vendor, kinds),
				is: (code) => sql<boolean>`${column("deviceRecord")} = any(${sql.val(textsOf(vendor, kinds, code))}::text[])`,
			})),
		describe: () => "the vendor's id of the record, where it came from a device; not written",
	};
}

/** The value of the identifier in one vendor's system, as SQL. */
function idOf(column: ColumnSql, vendor: string, kinds: RecordKinds): Sql<string | null> {
	const text = column("deviceRecord");
	const branches = Object.entries(kinds).map(([kind, ending]) => {
		const beginning = recordText(vendor, kind, "");
		return sql`when starts_with(${text}, ${sql.lit(beginning)}) then substr(${text}, ${sql.lit(beginning.length + 1)}) || ${sql.lit(ending)}`;
	});
	return sql`(case ${sql.join(branches, sql` `)} end)`;
}

/**
 * What the column holds where the identifier is this. Compared as the column is, which an index can serve: ids are in lower or in upper case, and
 * asked for in either.
 */
function textsOf(vendor: string, kinds: RecordKinds, code: string): string[] {
	return Object.entries(kinds).flatMap(([kind, ending]) => {
		if (!code.toLowerCase().endsWith(ending)) return [];
		const id = code.slice(0, code.length - ending.length);
		return [...new Set([id, id.toLowerCase(), id.toUpperCase()])].map((one) => recordText(vendor, kind, one));
	});
}

/** The connection a Device's id stands for; none for an id of another form. */
function connectionIdOf(id: string): number[] {
	const digits = /^dev-([1-9]\d{0,9})$/.exec(id)?.[1];
	return digits === undefined || Number(digits) > 2147483647 ? [] : [Number(digits)];
}

function literals(texts: readonly string[]): Sql {
	return sql.join(texts.map((text) => sql.lit(text)));
}
