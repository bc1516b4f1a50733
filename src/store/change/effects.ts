import { randomUUID } from "node:crypto";
import type { Caller } from "../../access/caller.ts";
import { isKept, requireRight } from "../../access/may.ts";
import { exceptionsOf } from "../../calendar/event-series.ts";
import { writeExceptions } from "../../calendar/exceptions.ts";
import { readStamp, type Stamp } from "../../calendar/stamp.ts";
import { Failure } from "../../fhir/failure.ts";
import type { JsonObject } from "../../fhir/json.ts";
import { cellsOf, residueOf } from "../../mapping/absorb.ts";
import { columnsOfMapping, type Mapping } from "../../mapping/define.ts";
import { naturalId } from "../../mapping/natural-id.ts";
import { isPresent } from "../../mapping/project.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import { type Residue, residueText } from "../../mapping/residue.ts";
import type { Cells, Row } from "../../mapping/unit.ts";
import { extract } from "../../search/extract.ts";
import { type NativeRow, ownerOf } from "../build-version.ts";
import type { LoadedRow } from "../load.ts";
import { appointmentMapping, type OccurrenceState } from "../occurrences.ts";
import { residueColumn } from "../row-columns.ts";
import { type PartResidue, residueOfPart, withPart } from "../row-residue.ts";
import { foreseeRow, isAsForeseen } from "./foresee-row.ts";
import { type IndexColumns, indexResidue, indexWhole, nothingIndexed } from "./index-columns.ts";
import { isShared, ownerOfEntries } from "./owner.ts";
import type { People } from "./people.ts";
import type { ResourceRow } from "./write-resources.ts";

/** A row to insert, with its id and, when it goes on from another, its version. */
export interface NewRow {
	readonly mapping: Mapping;
	readonly id: number;
	readonly version: number;
	readonly cells: Cells;
}

/** Everything a set of changes does, gathered first and written set-based afterwards. */
export class Effects {
	readonly inserts: NewRow[] = [];
	/** New cells by table and row id. */
	readonly updates = new Map<Mapping["table"], Map<number, { mapping: Mapping; cells: Cells }>>();
	readonly deletes = new Map<Mapping["table"], { mapping: Mapping; ids: Set<number> }>();
	readonly created: ResourceRow[] = [];
	readonly replaced: ResourceRow[] = [];
	readonly claims: { table_name: string; row_id: number }[] = [];
	readonly people: People;
	private readonly caller: Caller;

	constructor(people: People, caller: Caller) {
		this.people = people;
		this.caller = caller;
	}

	/** Stores a resource whole. `entry`: what `fhir.resource` has under this id already. */
	whole(resource: JsonObject, id: string, version: number, entry: "new" | "there"): void {
		const type = resource.resourceType as string;
		const { resourceType: _type, id: _id, meta, ...body } = resource;
		const entries = extract(resource);
		const owner = ownerOfEntries(type, entries, this.people);
		this.put(entry, {
			...indexWhole(resource, entries),
			type,
			id,
			version,
			user_id: owner,
			created_by: this.caller.userId,
			shared: owner === null && isShared(type),
			table_name: null,
			row_id: null,
			part: null,
			deleted: false,
			meta: metaText(meta),
			body: JSON.stringify(body),
		});
	}

	/** Marks a resource stored whole as deleted. */
	deleteWhole(type: string, id: string, version: number, owner: number | null): void {
		this.put("there", {
			...nothingIndexed,
			type,
			id,
			version,
			user_id: owner,
			created_by: this.caller.userId,
			shared: owner === null && isShared(type),
			table_name: null,
			row_id: null,
			part: null,
			deleted: true,
			meta: null,
			body: null,
		});
	}

	/** Makes a row of a resource; `natural` when the id is the row's own, so that no link is needed. */
	insertRow(
		mapping: Mapping,
		resource: JsonObject,
		at: { rowId: number; id: string; version: number; natural: boolean; beside?: Cells },
		entry: "new" | "there",
	): void {
		const { rowId, id, version, natural, beside = {} } = at;
		requireRight(this.caller, mapping.table, "create");
		const cells = Object.assign(cellsOf(mapping, resource, this.people, undefined), beside);
		const foreseen = this.foresee({ mapping, resource, rowId, id }, cells, undefined);
		const residue = foreseen === undefined ? null : withPart(null, mapping, foreseen.part);
		cells[residueColumn.property] = residue;
		this.inserts.push({ mapping, id: rowId, version, cells });
		this.residues.set(`${mapping.table}/${rowId}`, residue);
		this.pending.push({ mapping, resource, rowId, id, entry, needed: !natural, foreseen });
	}

	/** Has a series take place no more at one of its starts. */
	leaveOut({ key, seriesRow, series: { zone, isAllDay } }: OccurrenceState): void {
		const mapping = appointmentMapping();
		requireRight(this.caller, mapping.table, "update", seriesRow);
		const planned = this.updates.get(mapping.table)?.get(seriesRow.id)?.cells.recurrenceException;
		const recurrenceException = (planned ?? seriesRow.recurrenceException) as string | null;
		const exceptions = exceptionsOf({ recurrenceException });
		const excluded = [...exceptions.excluded, readStamp(key) as Stamp];
		const left = writeExceptions({ ...exceptions, excluded }, zone, isAllDay);
		this.addUpdate(mapping, seriesRow.id, { recurrenceException: left });
	}

	/** Writes a resource into the row it has. `entry`: what `fhir.resource` has under its id. */
	updateRow(mapping: Mapping, resource: JsonObject, loaded: LoadedRow, id: string, entry: "new" | "there"): void {
		const { rowId } = loaded;
		const before = this.currentRow(mapping, loaded);
		const cells = cellsOf(mapping, resource, this.people, before);
		requireRight(this.caller, mapping.table, "update", loaded.row);
		this.keep(mapping, cells, loaded.row);
		const foreseen = this.foresee({ mapping, resource, rowId, id }, cells, before);
		const residue = foreseen === undefined ? before.$residue : withPart(before.$residue, mapping, foreseen.part);
		this.addUpdate(mapping, rowId, foreseen === undefined ? cells : { ...cells, [residueColumn.property]: residue });
		this.residues.set(`${mapping.table}/${rowId}`, residue);
		this.pending.push({ mapping, resource, rowId, id, entry, needed: false, foreseen });
	}

	/**
	 * Leaves columns as they are that are not the caller's to change. What a Patient says of its therapist and the like is often said back
	 * from what was read, and kept beside the row; elsewhere a change of them is refused. Whose something is may be corrected by FHIR: its
	 * past is sealed then.
	 */
	private keep(mapping: Mapping, cells: Record<string, unknown>, before: Row): void {
		for (const column of Object.keys(cells)) {
			if (column === mapping.owner || !isKept(this.caller, mapping.table, "update", column)) continue;
			if (mapping.table !== "patients" && cells[column] !== (before[column] ?? null))
				throw new Failure("forbidden", `${column} is not yours to change`);
			delete cells[column];
		}
	}

	/** The row as it will be after the updates gathered so far. */
	private currentRow(mapping: Mapping, loaded: LoadedRow): NativeRow {
		return { ...loaded.row, ...this.updates.get(mapping.table)?.get(loaded.rowId)?.cells };
	}

	addUpdate(mapping: Mapping, rowId: number, cells: Cells): void {
		const rows = this.updates.get(mapping.table) ?? new Map<number, { mapping: Mapping; cells: Cells }>();
		this.updates.set(mapping.table, rows);
		rows.set(rowId, { mapping, cells: { ...rows.get(rowId)?.cells, ...cells } });
	}

	/**
	 * Takes a resource out of its row: the row goes when nothing else is in it. True when the row stays. `keepsId`: what is there again, once
	 * the row gives it, has the same id.
	 */
	removeFromRow(mapping: Mapping, loaded: LoadedRow, keepsId: boolean): boolean {
		const row = this.currentRow(mapping, loaded);
		requireRight(this.caller, mapping.table, "delete", row);
		const others = mappingsOf(mapping.type).some(
			(other) => other !== mapping && other.table === mapping.table && isPresent(other, row),
		);
		if (others) {
			const id = keepsId ? residueOfPart(row.$residue, mapping)?.id : undefined;
			const residue = withPart(row.$residue, mapping, id === undefined ? undefined : { id });
			const emptied = Object.fromEntries(mapping.presentWhenAny.map((column) => [column, null]));
			this.addUpdate(mapping, loaded.rowId, { ...emptied, [residueColumn.property]: residue });
		} else this.deleteRow(mapping, loaded.rowId);
		return others;
	}

	/** Has nothing be found any more by what was sent with a resource that is deleted while its row stays. */
	emptyEntry(mapping: Mapping, loaded: LoadedRow, id: string): void {
		const owner = ownerOf(mapping, loaded.row);
		this.put("there", this.entryOf({ mapping, rowId: loaded.rowId, id }, loaded.row.$version + 1, owner));
	}

	/** Deletes a row that goes with another. */
	deleteRow(mapping: Mapping, rowId: number): void {
		const rows = this.deletes.get(mapping.table) ?? { mapping, ids: new Set<number>() };
		this.deletes.set(mapping.table, rows);
		rows.ids.add(rowId);
		this.updates.get(mapping.table)?.delete(rowId);
	}

	/** Gives a part of a row a new id of its own, because another resource has taken the natural one. That is no change of the row. */
	rename(mapping: Mapping, loaded: LoadedRow): void {
		const id = randomUUID();
		this.put("new", this.entryOf({ mapping, rowId: loaded.rowId, id }, 1, ownerOf(mapping, loaded.row)));
		const residue = withPart(this.currentRow(mapping, loaded).$residue, mapping, { id });
		if (this.updates.get(mapping.table)?.has(loaded.rowId) === true)
			this.addUpdate(mapping, loaded.rowId, { [residueColumn.property]: residue });
		else this.rewrite(mapping, loaded.rowId, residue);
	}

	/** Would writing this resource change columns that other parts of the row live on? */
	disturbsOthers(mapping: Mapping, resource: JsonObject, loaded: LoadedRow): boolean {
		const row = this.currentRow(mapping, loaded);
		const others = mappingsOf(mapping.type).filter(
			(other) => other !== mapping && other.table === mapping.table && isPresent(other, row),
		);
		if (others.length === 0) return false;
		const cells = cellsOf(mapping, resource, this.people, row);
		const shared = new Set(others.flatMap((other) => columnsOfMapping(other)));
		return Object.entries(cells).some(([column, cell]) => shared.has(column) && cell !== (row[column] ?? null));
	}

	/** Resources in rows, whose residue is computed when the rows are as they will be read (defaults filled, subjects known). */
	readonly pending: Pending[] = [];

	/** What the column `fhir_residue` of rows has been or will be written, by `table/id`. */
	private readonly residues = new Map<string, string | null>();

	/** Residues of rows that are written already, or not otherwise. */
	readonly rewrites = new Map<string, { table_name: string; row_id: number; residue: string | null }>();

	/** What `fhir_residue` was given when a row was written. */
	writtenResidue(mapping: Mapping, rowId: number): string | null {
		return this.residues.get(`${mapping.table}/${rowId}`) ?? null;
	}

	private rewrite(mapping: Mapping, rowId: number, residue: string | null): void {
		const name = `${mapping.table}/${rowId}`;
		this.rewrites.set(name, { table_name: mapping.table, row_id: rowId, residue });
		this.residues.set(name, residue);
	}

	/** What cells will not say of a resource; undefined where only the written row can tell. */
	private foresee(
		of: Named & { resource: JsonObject },
		cells: Cells,
		before: NativeRow | undefined,
	): Foreseen | undefined {
		const row = foreseeRow(of.mapping, cells, before, this.people);
		return row === undefined ? undefined : { row, ...leftOver(of, row) };
	}

	/**
	 * Works out what a written row does not say of its resource, where that is not what was foreseen, and what searches find by it. Gives the
	 * row as a read finds it.
	 */
	settle(pending: Pending, row: NativeRow): NativeRow {
		const { mapping, resource, rowId, foreseen, entry, needed } = pending;
		const stands = foreseen !== undefined && isAsForeseen(mapping, foreseen.row, row, foreseen.residue);
		const { residue, part } = stands ? foreseen : leftOver(pending, row);
		const written = this.residues.get(`${mapping.table}/${rowId}`) ?? row.$residue;
		const text = stands ? written : withPart(written, mapping, part);
		if (text !== written) this.rewrite(mapping, rowId, text);
		const isNothing = part?.meta === undefined && part?.body === undefined;
		const index = isNothing ? nothingIndexed : indexResidue(mapping, resource, row, residue, part.body);
		if (needed || entry === "there" || index.overrides.length > 0)
			this.put(entry, this.entryOf(pending, row.$version, ownerOf(mapping, row), index));
		return text === row.$residue ? row : { ...row, $residue: text };
	}

	/** What `fhir.resource` has of a resource that is in a row. */
	private entryOf(
		{ mapping, rowId, id }: Named,
		version: number,
		owner: number | null,
		index: IndexColumns = nothingIndexed,
	): ResourceRow {
		return {
			...index,
			type: mapping.type,
			id,
			version,
			user_id: owner,
			created_by: this.caller.userId,
			shared: mapping.table === "users",
			table_name: mapping.table,
			row_id: rowId,
			part: mapping.id.part,
			deleted: false,
			meta: null,
			body: null,
		};
	}

	touchesPatients(): boolean {
		return (
			this.updates.has("patients") ||
			this.deletes.has("patients") ||
			this.inserts.some(({ mapping }) => mapping.table === "patients")
		);
	}

	/** Ids clients chose for Patients that are new: resources may have named them before. */
	namedPatients(): string[] {
		return this.pending.flatMap(({ mapping, id, needed }) => (mapping.table === "patients" && needed ? [id] : []));
	}

	private put(entry: "new" | "there", row: ResourceRow): void {
		(entry === "new" ? this.created : this.replaced).push(row);
	}
}

/** A resource that is in a row. */
interface Named {
	readonly mapping: Mapping;
	readonly rowId: number;
	readonly id: string;
}

/** A resource in a row whose residue is still to be computed, or compared with what was foreseen. */
export interface Pending extends Named {
	readonly resource: JsonObject;
	readonly entry: "new" | "there";
	/** A link is needed whatever the residue. */
	readonly needed: boolean;
	readonly foreseen: Foreseen | undefined;
}

/** What a row does not say of a resource. */
interface LeftOver {
	readonly residue: Residue;
	readonly part: PartResidue | undefined;
}

/** The same of a row as it is expected to be. */
interface Foreseen extends LeftOver {
	readonly row: NativeRow;
}

function leftOver({ mapping, resource, rowId, id }: Named & { resource: JsonObject }, row: NativeRow): LeftOver {
	const residue = residueOf(mapping, resource, row);
	const body = residueText(residue);
	const meta = metaText(resource.meta);
	const isOwn = id === naturalId(mapping.id, rowId);
	if (isOwn && body === null && meta === null) return { residue, part: undefined };
	const part: { -readonly [name in keyof PartResidue]: string } = {};
	if (!isOwn) part.id = id;
	if (meta !== null) part.meta = meta;
	if (body !== null) part.body = body;
	return { residue, part };
}

/** Whatever was sent in meta apart from what the server sets itself; null when that is nothing. */
function metaText(meta: unknown): string | null {
	const { versionId: _version, lastUpdated: _updated, ...rest } = (meta ?? {}) as JsonObject;
	return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}
