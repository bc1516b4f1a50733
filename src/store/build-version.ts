import type { JsonObject } from "../fhir/json.ts";
import { parseJson } from "../fhir/json.ts";
import type { Mapping } from "../mapping/define.ts";
import { naturalId } from "../mapping/natural-id.ts";
import { renderOf } from "../mapping/render.ts";
import type { Row } from "../mapping/unit.ts";
import type { ResourceVersion } from "./resource-version.ts";
import { type PartResidue, residueOfPart } from "./row-residue.ts";

/** A row with what the store adds to every row it reads for FHIR. */
export type NativeRow = Row & {
	readonly $version: number;
	readonly $updated: string;
	/** What the columns do not say (row-residue.ts). */
	readonly $residue: string | null;
};

/** A resource stored whole, as read from `fhir.resource` or its history. */
export interface WholeRow {
	readonly type: string;
	readonly id: string;
	readonly version: number;
	readonly last_updated: string;
	readonly user_id: number | null;
	readonly meta: string | null;
	readonly body: string | null;
	/** The body was not read, as the page has enough. */
	readonly cut?: boolean;
}

/** The resource one part of a row yields. The part must be present. `id`: where the caller knows it better than the row. */
export function nativeVersion(mapping: Mapping, rowId: number, row: NativeRow, id?: string): ResourceVersion {
	const residue = residueOfPart(row.$residue, mapping);
	return new NativeVersion(mapping, id ?? residue?.id ?? naturalId(mapping.id, rowId), row, residue);
}

/** Its text is made when somebody asks: of fifty resources written at once nobody may want to see one. */
class NativeVersion implements ResourceVersion {
	readonly type: string;
	readonly id: string;
	readonly versionId: string;
	readonly lastUpdated: string;
	readonly method: ResourceVersion["method"];
	readonly owner: number | null;
	readonly #mapping: Mapping;
	readonly #row: NativeRow;
	readonly #residue: PartResidue | undefined;
	#text: string | undefined;

	constructor(mapping: Mapping, id: string, row: NativeRow, residue: PartResidue | undefined) {
		this.type = mapping.type;
		this.id = id;
		this.versionId = String(row.$version);
		this.lastUpdated = row.$updated;
		this.method = row.$version === 1 ? "POST" : "PUT";
		this.owner = ownerOf(mapping, row);
		this.#mapping = mapping;
		this.#row = row;
		this.#residue = residue;
	}

	get text(): string {
		this.#text ??= this.#render();
		return this.#text;
	}

	#render(): string {
		const head = headOf(this.#mapping);
		const meta = metaTextOf(this.#mapping, this.#residue?.meta ?? null);
		const members = renderOf(this.#mapping, this.#residue?.body ?? null)(this.#row);
		return `${head}${this.id}","meta":{"versionId":"${this.versionId}","lastUpdated":"${this.lastUpdated}${meta}${members}}`;
	}
}

const heads = new WeakMap<Mapping, string>();

/** Everything before the id. */
function headOf(mapping: Mapping): string {
	const known = heads.get(mapping);
	if (known !== undefined) return known;
	const made = `{"resourceType":"${mapping.type}","id":"`;
	heads.set(mapping, made);
	return made;
}

const metaTexts = new WeakMap<Mapping, string>();

/** The end of meta, behind the time: what was sent, and the mapping's profiles beside those sent. */
function metaTextOf(mapping: Mapping, sent: string | null): string {
	const known = sent === null ? metaTexts.get(mapping) : undefined;
	if (known !== undefined) return known;
	const rest = sent === null ? {} : (parseJson(sent) as JsonObject);
	const profile = [...new Set([...mapping.profiles, ...((rest.profile as string[] | undefined) ?? [])])];
	const text = JSON.stringify({ ...rest, ...(profile.length === 0 ? {} : { profile }) });
	const members = text === "{}" ? '"}' : `",${text.slice(1)}`;
	if (sent === null) metaTexts.set(mapping, members);
	return members;
}

/** users.id of the patient a row is about; a therapist's account is about no patient. */
export function ownerOf(mapping: Mapping, row: Row): number | null {
	return mapping.table === "users" ? null : ((row[mapping.owner] as number | null | undefined) ?? null);
}

/** A resource stored whole, by joining texts: the body is never parsed. */
export function wholeVersion(row: WholeRow): ResourceVersion {
	const meta = row.meta === null ? "" : `,${row.meta.slice(1, -1)}`;
	const body = row.body === null || row.body === "{}" ? "" : `,${row.body.slice(1, -1)}`;
	return {
		type: row.type,
		id: row.id,
		versionId: String(row.version),
		lastUpdated: row.last_updated,
		method: row.version === 1 ? "POST" : "PUT",
		text: `{"resourceType":"${row.type}","id":"${row.id}","meta":{"versionId":"${row.version}","lastUpdated":"${row.last_updated}"${meta}}${body}}`,
		owner: row.user_id,
		isCut: row.cut === true,
	};
}

/** A deletion, as history shows it. */
export function deletion(type: string, id: string, version: number, at: string, owner: number | null): ResourceVersion {
	return { type, id, versionId: String(version), lastUpdated: at, method: "DELETE", text: "", owner };
}
