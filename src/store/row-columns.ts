import { type RawBuilder, sql } from "kysely";
import type { Caller } from "../access/caller.ts";
import type { Entity } from "../tables/all.ts";
import { allColumnsOf, type Column, type ColumnKind, columnsOf, tableName } from "../tables/columns.ts";

/** Columns nobody but the server itself may read (column grants of migrations/0002). */
export const secretColumns: ReadonlySet<string> = new Set(["password", "access_token", "refresh_token"]);

/** The columns of a table a caller may read: all but passwords and vendors' tokens, which only the server itself sees. */
export function readableColumns(entity: Entity, caller: Caller): readonly Column[] {
	return without(columnsOf(entity), caller);
}

/** Those, and the columns only the server itself knows, of which a resource is made, too. */
export function knownColumns(entity: Entity, caller: Caller): readonly Column[] {
	return without(allColumnsOf(entity), caller);
}

function without(all: readonly Column[], caller: Caller): readonly Column[] {
	return caller.role === "system" && caller.personRole === null
		? all
		: all.filter(({ column }) => !secretColumns.has(column));
}

/** The SQL type of a column's values. */
export const sqlTypes: Readonly<Record<ColumnKind, RawBuilder<unknown>>> = {
	integer: sql.raw("integer"),
	float: sql.raw("double precision"),
	string: sql.raw("text"),
	text: sql.raw("text"),
	boolean: sql.raw("boolean"),
	date: sql.raw("date"),
	instant: sql.raw("timestamptz"),
	json: sql.raw("jsonb"),
	enum: sql.raw("text"),
};

/** `public.<table>` of an entity. */
export function tableOf(entity: Entity): RawBuilder<unknown> {
	return sql`public.${sql.ref(tableName(entity))}`;
}

/** `t.<column> as "<property>", …`: rows as objects by property name. */
export function selection(columns: readonly Column[]): RawBuilder<unknown> {
	return sql.join(columns.map(({ column, property }) => sql`${sql.ref(`t.${column}`)} as ${sql.id(property)}`));
}

/** What a row's columns do not say of its resources (row-residue.ts): on every table, shown by no collection. */
export const residueColumn: Column = {
	property: "$residue",
	column: "fhir_residue",
	type: "text",
	nullable: true,
	hasDefault: false,
};

/** The column a property is kept in. @throws Error for a property the table does not have: a mistake of ours */
export function columnOf(entity: Entity, property: string): Column {
	const all = [...allColumnsOf(entity), residueColumn];
	const column = all.find((one) => one.property === property);
	if (column === undefined) throw new Error(`${tableName(entity)} has no column for ${property}`);
	return column;
}

/** Rows as the JSON text of `json_to_recordset`, by column name; JSON columns as text, so that their decimals stay as written. */
export function recordset(columns: readonly Column[], rows: readonly Readonly<Record<string, unknown>>[]): string {
	return JSON.stringify(
		rows.map((row) => {
			const written: Record<string, unknown> = {};
			for (const { property, column, type } of columns) written[column] = cell(type, row[property]);
			return written;
		}),
	);
}

function cell(type: ColumnKind, value: unknown): unknown {
	if (type !== "json" || value === null || value === undefined || typeof value === "string") return value ?? null;
	return JSON.stringify(value);
}

/** `<column> <type>, …` as the columns of a recordset. */
export function recordColumns(columns: readonly Column[]): RawBuilder<unknown> {
	return sql.join(
		columns.map(({ column, type }) => sql`${sql.ref(column)} ${type === "json" ? sql.raw("text") : sqlTypes[type]}`),
	);
}

/** `r.<column>, …` with JSON text turned into jsonb. */
export function recordValues(columns: readonly Column[]): RawBuilder<unknown> {
	return sql.join(
		columns.map(({ column, type }) =>
			type === "json" ? sql`${sql.ref(`r.${column}`)}::jsonb` : sql.ref(`r.${column}`),
		),
	);
}
