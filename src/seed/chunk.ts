/** A value of a seeded row; instants and dates are strings as everywhere in the tables. An object is a JSON column's value. */
export type SeedValue = string | number | boolean | null | { readonly [name: string]: SeedValue };

/** One row to insert: documented property name -> value. Absent properties get the column's default. */
export type SeedRow = { readonly id: number } & Readonly<Record<string, SeedValue>>;

/** The documented tables in an order that respects every foreign key. */
export const tablesInOrder = [
	"users",
	"patients",
	"providers",
	"food_categories",
	"food_items",
	"exercises",
	"physical_therapy_phases",
	"therapy_routines",
	"activities",
	"event_templates",
	"vitals_samples",
	"medications",
	"medication_logs",
	"alerts",
	"calendars",
	"calendar_events",
	"meal_entries",
	"meal_item_entries",
	"exercise_prescriptions",
	"exercise_logs",
	"therapy_goals",
	"device_connections",
	"device_sync_logs",
	"sleep_logs",
	"hydration_logs",
	"daily_scores",
] as const;

/** The name of a documented table. */
export type TableName = (typeof tablesInOrder)[number];

/**
 * Rows that are written together. An id below zero stands for a row of the same chunk that has no number yet, in `id` as in
 * every column that refers to one; the writer puts the allocated id in its place. Ids above zero are rows already stored.
 */
export interface Chunk {
	/** Adds a row and gives its provisional id (-1, -2, ... per table). */
	add(table: TableName, values: Readonly<Record<string, SeedValue>>): number;
	/** The rows so far, oldest first. */
	rows(table: TableName): readonly SeedRow[];
}

/** A chunk with no rows. */
export function emptyChunk(): Chunk {
	const tables = new Map<TableName, SeedRow[]>();
	return {
		add: (table, values) => {
			const rows = tables.get(table) ?? [];
			if (rows.length === 0) tables.set(table, rows);
			const id = -(rows.length + 1);
			rows.push({ ...values, id });
			return id;
		},
		rows: (table) => tables.get(table) ?? [],
	};
}
