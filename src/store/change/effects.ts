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
import { isPresent } from "../../mapping/project.ts";
import { mappingsOf } from "../../mapping/registry.ts";
import { isEmptyResidue, residueText } from "../../mapping/residue.ts";
import type { Cells, Row } from "../../mapping/unit.ts";
import { extract } from "../../search/extract.ts";
import { type NativeRow, ownerOf, type ResidueEntry } from "../build-version.ts";
import type { LoadedRow } from "../load.ts";
import { appointmentMapping, type OccurrenceState } from "../occurrences.ts";
import { indexResidue, indexWhole, nothingIndexed } from "./index-columns.ts";
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
		const cells = { ...cellsOf(mapping, resource, this.people, undefined), ...beside };
		this.inserts.push({ mapping, id: rowId, version, cells });
		this.pending.push({ mapping, resource, rowId, id, entry, needed: !natural });
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

	/** Writes a resource into the row it has. */
	updateRow(mapping: Mapping, resource: JsonObject, loaded: LoadedRow, id: string): void {
		const cells = cellsOf(mapping, resource, this.people, this.currentRow(mapping, loaded));
		requireRight(this.caller, mapping.table, "update", loaded.row);
		this.keep(mapping, cells, loaded.row);
		this.addUpdate(mapping, loaded.rowId, cells);
		this.pending.push({
			mapping,
			resource,
			rowId: loaded.rowId,
			id,
			entry: loaded.residues.has(mapping.id.part) ? "there" : "new",
			needed: false,
		});
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
	private currentRow(mapping: Mapping, loaded: LoadedRow): Row {
		return { ...loaded.row, ...this.updates.get(mapping.table)?.get(loaded.rowId)?.cells };
	}

	addUpdate(mapping: Mapping, rowId: number, cells: Cells): void {
		const rows = this.updates.get(mapping.table) ?? new Map<number, { mapping: Mapping; cells: Cells }>();
		this.updates.set(mapping.table, rows);
		rows.set(rowId, { mapping, cells: { ...rows.get(rowId)?.cells, ...cells } });
	}

	/** Takes a resource out of its row: the row goes when nothing else is in it. True when the row stays. */
	removeFromRow(mapping: Mapping, loaded: LoadedRow): boolean {
		const row = this.currentRow(mapping, loaded);
		requireRight(this.caller, mapping.table, "delete", row);
		const others = mappingsOf(mapping.type).some(
			(other) => other !== mapping && other.table === mapping.table && isPresent(other, row),
		);
		if (others)
			this.addUpdate(mapping, loaded.rowId, Object.fromEntries(mapping.presentWhenAny.map((column) => [column, null])));
		else this.deleteRow(mapping, loaded.rowId);
		return others;
	}

	/** Deletes a row that goes with another. */
	deleteRow(mapping: Mapping, rowId: number): void {
		const rows = this.deletes.get(mapping.table) ?? { mapping, ids: new Set<number>() };
		this.deletes.set(mapping.table, rows);
		rows.ids.add(rowId);
		this.updates.get(mapping.table)?.delete(rowId);
	}

	/** Gives a part of a row a new id of its own, because another resource has taken the natural one. */
	rename(mapping: Mapping, rowId: number, owner: number | null): void {
		this.put("new", {
			...nothingIndexed,
			type: mapping.type,
			id: randomUUID(),
			version: 1,
			user_id: owner,
			created_by: this.caller.userId,
			shared: false,
			table_name: mapping.table,
			row_id: rowId,
			part: mapping.id.part,
			deleted: false,
			meta: null,
			body: null,
		});
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

	/** Computes the residue of what was written from the row as the database has it now; gives it as a read would find it. */
	settle({ mapping, resource, rowId, id, entry, needed }: Pending, row: NativeRow): ResidueEntry | undefined {
		const residue = residueOf(mapping, resource, row);
		const meta = metaText(resource.meta);
		const nothing = isEmptyResidue(residue) && meta === null;
		if (nothing && !needed && entry === "new") return undefined;
		const body = residueText(residue);
		this.put(entry, {
			...(nothing ? nothingIndexed : indexResidue(mapping, resource, row, residue)),
			type: mapping.type,
			id,
			version: row.$version,
			user_id: ownerOf(mapping, row),
			created_by: this.caller.userId,
			shared: mapping.table === "users",
			table_name: mapping.table,
			row_id: rowId,
			part: mapping.id.part,
			deleted: false,
			meta,
			body,
		});
		return [mapping.id.part, id, meta, body];
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

/** A resource in a row whose residue is still to be computed. */
export interface Pending {
	readonly mapping: Mapping;
	readonly resource: JsonObject;
	readonly rowId: number;
	readonly id: string;
	readonly entry: "new" | "there";
	/** A link is needed whatever the residue. */
	readonly needed: boolean;
}

/** Whatever was sent in meta apart from what the server sets itself; null when that is nothing. */
function metaText(meta: unknown): string | null {
	const { versionId: _version, lastUpdated: _updated, ...rest } = (meta ?? {}) as JsonObject;
	return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}
