import type { EntityProperty } from "@mikro-orm/core";
import { type Entity, entities } from "./all.ts";
import { deviceColumns } from "./column-types.ts";
import { DeviceProvenance } from "./device-provenance.ts";

/** What a column holds: `instant` and `date` are text in TypeScript (column-types.ts), `json` is any JSON value. */
export type ColumnKind = "integer" | "float" | "string" | "text" | "boolean" | "date" | "instant" | "json" | "enum";

/** One column of a documented table. */
export interface Column {
	/** Name in TypeScript and in JSON, camelCase as documented. */
	readonly property: string;
	/** Name in SQL. */
	readonly column: string;
	readonly type: ColumnKind;
	readonly nullable: boolean;
	/** The values an enum column may have. */
	readonly values?: readonly string[];
	/** Longest text, in characters. */
	readonly maxLength?: number;
	/** SQL name of the table a foreign key refers to. */
	readonly references?: string;
	/** The database fills the column when it is not given. */
	readonly hasDefault: boolean;
}

type Kept<Builder> = Builder extends { "~type"?: { value: infer Value }; "~options": infer Options }
	? Options extends { nullable: true }
		? Value | null
		: Value
	: never;

/** A row as a plain object: property name to value, null where the column is. `Row<typeof VitalsSamples>`. */
export type Row<Table extends { readonly properties: Record<string, unknown> }> = {
	-readonly [Property in keyof Table["properties"]]: Kept<Table["properties"][Property]>;
};

/** The SQL name of a property: an underscore before each capital that follows a small letter or a digit. */
export function columnName(property: string): string {
	return property.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

/** The SQL name of an entity's table, in schema public. */
export function tableName(entity: Entity): string {
	return entity.meta.tableName;
}

/** Hidden properties that are no documented columns; passwords and tokens are hidden, and documented. */
const technical: ReadonlySet<string> = new Set(Object.keys(deviceColumns()));

interface Columns {
	readonly documented: readonly Column[];
	readonly all: readonly Column[];
}

const remembered = new Map<Entity, Columns>();

/** The columns of a table, in the documented order, `version` last. */
export function columnsOf(entity: Entity): readonly Column[] {
	return known(entity).documented;
}

/** The columns of a table with those that only the server itself knows (migrations/README.md, technical columns). */
export function allColumnsOf(entity: Entity): readonly Column[] {
	return known(entity).all;
}

function known(entity: Entity): Columns {
	const before = remembered.get(entity);
	if (before !== undefined) return before;
	const properties: readonly EntityProperty[] = Object.values(entity.init().meta.properties);
	const columns = {
		documented: properties.filter(({ hidden, name }) => hidden !== true || !technical.has(name)).map(describe),
		all: properties.map(describe),
	};
	remembered.set(entity, columns);
	return columns;
}

/** The entity of a table by its SQL name, documented or ours; undefined when there is no such table. */
export function entityOf(table: string): Entity | undefined {
	return [...entities, DeviceProvenance].find((entity) => tableName(entity) === table);
}

function describe(property: EntityProperty): Column {
	const type = kindOf(property);
	const values = property.items?.map(String);
	return {
		property: property.name,
		column: columnName(property.name),
		type,
		nullable: property.nullable === true,
		...(type === "enum" && values ? { values } : {}),
		...(type === "string" ? { maxLength: 255 } : {}),
		...(property.kind === "m:1" ? { references: referenced(property) } : {}),
		hasDefault: property.primary === true || property.default !== undefined || property.defaultRaw !== undefined,
	};
}

function referenced(property: EntityProperty): string {
	const target: unknown = property.entity();
	const entity = entities.find((candidate) => candidate === target || candidate.class === target);
	if (!entity) throw new Error(`column ${property.name} refers to something that is no documented table`);
	return tableName(entity);
}

const kinds: Readonly<Record<string, ColumnKind>> = {
	IntegerType: "integer",
	DoubleType: "float",
	StringType: "string",
	TextType: "text",
	BooleanType: "boolean",
	JsonType: "json",
	InstantType: "instant",
	CivilDateType: "date",
};

function kindOf(property: EntityProperty): ColumnKind {
	if (property.kind === "m:1") return "integer";
	if (property.enum) return "enum";
	const type: unknown = property.type;
	const name = typeof type === "function" ? type.name : (type as object | undefined)?.constructor.name;
	const kind = kinds[name ?? ""];
	if (!kind) throw new Error(`column ${property.name} has a type columns.ts does not know: ${String(name)}`);
	return kind;
}
