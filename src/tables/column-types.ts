import { type EntitySchema, p, Type } from "@mikro-orm/core";

/** A point in time: `timestamptz`; in TypeScript its ISO text in UTC, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
class InstantType extends Type<string, string> {
	override getColumnType(): string {
		return "timestamptz";
	}
	override get runtimeType(): string {
		return "string";
	}
	override compareAsType(): string {
		return "string";
	}
}

/** A civil date: `date`; in TypeScript its text `YYYY-MM-DD`, in no time zone. */
class CivilDateType extends Type<string, string> {
	override getColumnType(): string {
		return "date";
	}
	override get runtimeType(): string {
		return "string";
	}
	override compareAsType(): string {
		return "string";
	}
}

/** The primary key every documented table has: `serial`, sequence `<table>_id_seq`. */
export const id = () => p.integer().primary();

/** The technical column every table has for ETags, counted up by the trigger `stamp` (migrations/README.md). */
export const version = () => p.integer().default(1);

/** Technical columns of tables that devices fill: the connection a row came from, and of which record (units/device-record.ts). Never changed. */
export const deviceColumns = () => ({
	deviceConnectionId: p.integer().nullable().hidden(),
	deviceRecord: p.text().nullable().hidden(),
});

/** Finds rows by the connection they came from, the newest first where the table has a moment, and by the vendor's id. */
export function deviceIndexes<Property extends string>(name: string, moment: Property, column: string) {
	return [
		{
			name: `idx_${name}_device`,
			properties: ["deviceConnectionId", moment] as ("deviceConnectionId" | Property)[],
			columns: [{ name: "device_connection_id" }, { name: column, sort: "desc" as const }],
			where: "device_connection_id is not null",
		},
		{
			name: `idx_${name}_device_record`,
			properties: ["deviceRecord"] as "deviceRecord"[],
			where: "device_record is not null",
		},
	];
}

/** A point in time. */
export const instant = () => p.type(InstantType);

/** A point in time that is now unless given, in whole milliseconds, so that what JSON shows is what is stored. */
export const currentInstant = () => p.type(InstantType).defaultRaw("date_trunc('milliseconds'::text, now())");

/** A day of somebody's calendar. */
export const civilDate = () => p.type(CivilDateType);

/** Any JSON, stored as `jsonb`. */
export const json = () => p.json<unknown>();

/**
 * A foreign key as a plain number; what it refers to cannot be deleted while it does (RESTRICT).
 *
 * @param target gives the referenced table's entity
 * @param column the SQL name of the column
 */
export function references(target: () => unknown, column: string) {
	const builder = p
		.manyToOne(Object as unknown as EntitySchema<{ id: number }>)
		.mapToPk()
		.joinColumn(column)
		.index(false)
		.deleteRule("restrict")
		.updateRule("restrict")
		.$type<number>();
	// manyToOne() wants the entity itself, which a table that refers to itself does not have yet.
	(builder["~options"] as { entity: () => unknown }).entity = target;
	return builder;
}
