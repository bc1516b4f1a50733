import type { Mapping } from "../../mapping/define.ts";
import type { Residue } from "../../mapping/residue.ts";
import { unitsOf } from "../../mapping/tree.ts";
import type { Cell, Cells, Row } from "../../mapping/unit.ts";
import { columnsOf } from "../../tables/columns.ts";
import type { NativeRow } from "../build-version.ts";
import type { People } from "./people.ts";
import { entityOfMapping } from "./plan.ts";

/** Tables whose rows are read with more than their own columns and the person, or filled by others while they are written. */
const notAsWritten: ReadonlySet<string> = new Set(["patients", "users", "calendar_events"]);

/** Who stands for the person a row is about; undefined where that is not known, or does not make the row as it is read. */
export function subjectOf(mapping: Mapping, row: Row, people: People): string | undefined {
	return notAsWritten.has(mapping.table) ? undefined : people.subjectOf(row[mapping.owner] as number);
}

/** Stands for when a row was made, which only the database knows: no element is equal to it. */
const notKnownYet = "";

/**
 * A row as it will be read once some cells are written, so that what it does not say can be written with it. Only a guess: defaults are the
 * database's, see {@link isAsForeseen}. Undefined where there is too little to guess from.
 *
 * @param before - the row as it is, if it is there
 */
export function foreseeRow(
	mapping: Mapping,
	cells: Cells,
	before: NativeRow | undefined,
	people: People,
): NativeRow | undefined {
	const subject = subjectOf(mapping, { ...before, ...cells }, people);
	if (subject === undefined) return undefined;
	const row: Record<string, Cell | undefined> = before === undefined ? newRow(mapping) : { ...before };
	const instants = instantsOf(mapping);
	for (const property in cells) {
		const cell = cells[property];
		row[property] = typeof cell === "string" && instants.has(property) ? instantText(cell) : cell;
	}
	row.$subject = subject;
	return row as NativeRow;
}

/** An instant as the database gives it back. */
function instantText(cell: string): string {
	return cell.length === 24 && cell.endsWith("Z") ? cell : new Date(cell).toISOString();
}

/** Does a row give what was foreseen, as far as the residue worked out from that goes? */
export function isAsForeseen(mapping: Mapping, foreseen: Row, row: Row, { exact = {} }: Residue): boolean {
	return unitsKnown(mapping).every(({ path, unit }) => {
		// What was sent stands whatever the columns give.
		if (unit.fixed === true && exact[path]?.fixed === true) return true;
		return unit.columns.every((column) => (foreseen[column] ?? null) === (row[column] ?? null));
	});
}

const newRows = new WeakMap<Mapping, Readonly<Record<string, Cell>>>();

function newRow(mapping: Mapping): Record<string, Cell> {
	const empty = newRows.get(mapping) ?? {
		...Object.fromEntries(columnsOf(entityOfMapping(mapping)).map(({ property }) => [property, null])),
		createdAt: notKnownYet,
		updatedAt: notKnownYet,
		$version: 1,
		$updated: notKnownYet,
		$residue: null,
	};
	newRows.set(mapping, empty);
	return { ...empty };
}

const instantsKnown = new WeakMap<Mapping, ReadonlySet<string>>();

function instantsOf(mapping: Mapping): ReadonlySet<string> {
	const known =
		instantsKnown.get(mapping) ??
		new Set(
			columnsOf(entityOfMapping(mapping))
				.filter(({ type }) => type === "instant")
				.map(({ property }) => property),
		);
	instantsKnown.set(mapping, known);
	return known;
}

const unitsOfMapping = new WeakMap<Mapping, ReturnType<typeof unitsOf>>();

function unitsKnown(mapping: Mapping): ReturnType<typeof unitsOf> {
	const known = unitsOfMapping.get(mapping) ?? unitsOf(mapping.root);
	unitsOfMapping.set(mapping, known);
	return known;
}
