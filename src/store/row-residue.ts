import type { Mapping } from "../mapping/define.ts";

/** What the columns of a row do not say of one of its resources. */
export interface PartResidue {
	/** Its id, where that is not the row's own. */
	readonly id?: string;
	/** What was sent in meta, as JSON text. */
	readonly meta?: string;
	/** The residue of mapping/residue.ts, as JSON text. */
	readonly body?: string;
}

/** By `Type/part`. */
type RowResidue = Readonly<Record<string, PartResidue>>;

/** The member of a row's residue that is about the resource a mapping makes of it. */
export function residueKey({ type, id }: Mapping): string {
	return `${type}/${id.part}`;
}

/** What is said of one resource in the column `fhir_residue`; undefined where the columns say it all. */
export function residueOfPart(text: string | null, mapping: Mapping): PartResidue | undefined {
	return text === null ? undefined : read(text)[residueKey(mapping)];
}

/** The text of the column with something else, or nothing, said of one resource; null where nothing remains. */
export function withPart(text: string | null, mapping: Mapping, part: PartResidue | undefined): string | null {
	if (text === null) return part === undefined ? null : write({ [residueKey(mapping)]: part });
	const { [residueKey(mapping)]: _, ...others } = read(text);
	return write(part === undefined ? others : { ...others, [residueKey(mapping)]: part });
}

/** The text of the column with something else said of each resource. */
export function mapParts(text: string, map: (part: PartResidue) => PartResidue): string | null {
	return write(Object.fromEntries(Object.entries(read(text)).map(([key, part]) => [key, map(part)])));
}

function write(residue: RowResidue): string | null {
	const said: Record<string, PartResidue> = {};
	let isEmpty = true;
	for (const [key, part] of Object.entries(residue)) {
		if (part.id === undefined && part.meta === undefined && part.body === undefined) continue;
		said[key] = part;
		isEmpty = false;
	}
	return isEmpty ? null : JSON.stringify(said);
}

/** Residues of one sender are much alike, and are read again and again. */
const known = new Map<string, RowResidue>();
const mostKnown = 2000;
const longestKnown = 4000;

function read(text: string): RowResidue {
	const found = known.get(text);
	if (found !== undefined) return found;
	const residue = JSON.parse(text) as RowResidue;
	if (text.length > longestKnown) return residue;
	if (known.size >= mostKnown) known.clear();
	known.set(text, residue);
	return residue;
}
