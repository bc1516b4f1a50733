import type { Mapping, NaturalId } from "./define.ts";

/** The FHIR id of the resource a row yields when no other id was given to it. */
export function naturalId(id: NaturalId, rowId: number): string {
	return id.part === "" ? `${id.prefix}${rowId}` : `${id.prefix}${rowId}-${id.part}`;
}

/** The row a natural id stands for; undefined when the id has another form. Row ids are Postgres integers. */
export function rowOfNaturalId(
	mappings: readonly Mapping[],
	id: string,
): { mapping: Mapping; rowId: number } | undefined {
	for (const mapping of mappings) {
		const { prefix, part } = mapping.id;
		const suffix = part === "" ? "" : `-${part}`;
		if (!id.startsWith(prefix) || !id.endsWith(suffix)) continue;
		const digits = id.slice(prefix.length, id.length - suffix.length);
		if (/^[1-9]\d{0,9}$/.test(digits) && Number(digits) <= 2147483647) return { mapping, rowId: Number(digits) };
	}
	return undefined;
}
