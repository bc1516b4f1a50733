import { type Json, numberText } from "../../fhir/json.ts";
import type { Cell, Unit } from "../unit.ts";
import { empty } from "../unit.ts";

const ucum = "http://unitsofmeasure.org";
/** Units a dose text may end in, and their UCUM codes. */
const units: Readonly<Record<string, string>> = {
	mg: "mg",
	g: "g",
	mcg: "ug",
	ug: "ug",
	mL: "mL",
	ml: "mL",
	mEq: "meq",
};

/** A dose as people write it ("10mg", "2.5 mL") and as a Quantity; other wording is left to the dosage text. */
export function dose<C extends string>(column: C): Unit<C> {
	return {
		unit: "dose",
		columns: [column],
		read: (row) => readDose(row[column]),
		write: (element, _context) => {
			// The dosage text may fill the same column; an absent dose must not empty it.
			if (element === undefined) return {};
			const { value, unit, system, code } = (element ?? {}) as Record<string, Json | undefined>;
			const name =
				Object.keys(units).find((one) => one === unit) ?? Object.keys(units).find((one) => units[one] === code);
			if (value === undefined || system !== ucum || name === undefined || units[name] !== code) return undefined;
			return { [column]: `${numberText(value as never)}${name}` };
		},
		values: () => [],
		describe: () => "dose such as 10mg",
	};
}

function readDose(cell: Cell | undefined): Json | undefined {
	const found = typeof cell === "string" ? /^(\d{1,9}(?:\.\d{1,6})?) ?([a-zA-Z]+)$/.exec(cell.trim()) : null;
	const code = found?.[2] !== undefined && Object.hasOwn(units, found[2]) ? units[found[2]] : undefined;
	if (found === null || code === undefined) return undefined;
	return { value: Number(found[1]), unit: found[2] as string, system: ucum, code };
}

/** The words for a dosage where the columns have some: dose, frequency and time of day, separated by commas. */
export function dosageText<C extends string>(doseColumn: C, ...others: C[]): Unit<C> {
	return {
		unit: "dosage-text",
		columns: [doseColumn, ...others],
		read: (row) => {
			const words = [doseColumn, ...others].map((column) => row[column]).filter(Boolean);
			return words.length > 0 ? words.join(", ") : undefined;
		},
		write: (element, _context, parent) => {
			if (parent?.doseAndRate !== undefined || parent?.timing !== undefined) return {};
			if (element === undefined) return empty([doseColumn]);
			return typeof element === "string" && [...element].length <= 255 ? { [doseColumn]: element } : undefined;
		},
		values: () => [],
		describe: () => "the dosage in words",
	};
}
