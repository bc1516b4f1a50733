import { sql } from "kysely";
import type { Unit } from "../unit.ts";
import { empty } from "../unit.ts";

/**
 * A code whose native values and FHIR codes correspond one to one.
 * `codes`: native value → FHIR code; `system`: the code system implied by the element's value set.
 */
export function code<C extends string>(column: C, codes: Readonly<Record<string, string>>, system?: string): Unit<C> {
	const native = new Map(Object.entries(codes).map(([value, fhir]) => [fhir, value]));
	return {
		unit: "code",
		columns: [column],
		read: (row) => {
			const value = row[column];
			return typeof value === "string" && Object.hasOwn(codes, value) ? codes[value] : undefined;
		},
		write: (element) => {
			if (element === undefined) return empty([column]);
			const value = typeof element === "string" ? native.get(element) : undefined;
			return value === undefined ? undefined : { [column]: value };
		},
		values: (column_) => {
			const branches = Object.entries(codes).map(([value, fhir]) => sql`when ${sql.lit(value)} then ${sql.lit(fhir)}`);
			const mapped = sql<string | null>`(case ${column_(column)} ${sql.join(branches, sql` `)} end)`;
			return [{ kind: "token", code: mapped, ...(system === undefined ? {} : { system }) }];
		},
		describe: () =>
			`code: ${Object.entries(codes)
				.map(([value, fhir]) => (value === fhir ? value : `${value} → ${fhir}`))
				.join(", ")}`,
	};
}
