import { sql } from "kysely";
import { type Json, numberText } from "../../fhir/json.ts";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

const ucum = "http://unitsofmeasure.org";

/** How a UCUM unit becomes the column's: value × factor + offset. */
export interface Conversion {
	readonly factor: number;
	readonly offset?: number;
}

/** The measure a column holds. */
export interface Measure {
	/** UCUM code of the column's unit. */
	readonly code: string;
	/** The unit's name for people. */
	readonly unit: string;
	/** Other UCUM codes that are taken, with their conversion. */
	readonly from?: Readonly<Record<string, Conversion>>;
	/** Decimals the column keeps; 0 for an integer column. */
	readonly decimals: number;
	/** Bounds of what the column takes, in its own unit, inclusive. */
	readonly min: number;
	readonly max: number;
}

/** A Quantity in UCUM in a number column. Converted and rounded for the column; what came in stays in the residue. */
export function quantity<C extends string>(column: C, measure: Measure): Unit<C> {
	const scale = 10 ** measure.decimals;
	const behindValue = `,"unit":${JSON.stringify(measure.unit)},"system":"${ucum}","code":${JSON.stringify(measure.code)}}`;
	return {
		unit: "quantity",
		columns: [column],
		read: (row) =>
			typeof row[column] === "number"
				? { value: row[column], unit: measure.unit, system: ucum, code: measure.code }
				: undefined,
		text: (row) => {
			const value = row[column];
			return typeof value === "number" ? `{"value":${JSON.stringify(value)}${behindValue}` : undefined;
		},
		write: (element) => {
			if (element === undefined) return empty([column]);
			const given = element as { value?: Json; comparator?: Json; system?: Json; code?: Json } | null;
			if (given?.value === undefined || given.comparator !== undefined || given.system !== ucum) return undefined;
			const conversion = given.code === measure.code ? { factor: 1 } : measure.from?.[String(given.code)];
			if (conversion === undefined) return undefined;
			const exact = Number(numberText(given.value as never)) * conversion.factor + (conversion.offset ?? 0);
			const value = Math.round(exact * scale) / scale;
			return value >= measure.min && value <= measure.max ? { [column]: value } : undefined;
		},
		values: (column_) => [
			{
				kind: "quantity",
				value: sql`${column_(column)}::numeric`,
				system: ucum,
				code: measure.code,
				unit: measure.unit,
			},
		],
		describe: () => `quantity in ${measure.code}`,
	};
}

/** Says that a quantity is not known, where the standard wants it said (the other half of a blood pressure). */
export function absentReason<C extends string>(column: C): Unit<C> {
	const unknown = {
		coding: [
			{
				system: "http://terminology.hl7.org/CodeSystem/data-absent-reason",
				code: "unknown",
				display: "Unknown",
			},
		],
	};
	return {
		unit: "absent-reason",
		always: true,
		columns: [column],
		read: (row) => (row[column] == null ? unknown : undefined),
		write: () => ({}),
		values: (column_) => [
			{
				kind: "token",
				system: "http://terminology.hl7.org/CodeSystem/data-absent-reason",
				code: sql<string | null>`(case when ${column_(column)} is null then 'unknown' end)`,
			},
		],
		describe: () => "dataAbsentReason where the column is empty",
	};
}
