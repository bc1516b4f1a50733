import { sql } from "kysely";
import type { Transaction } from "../database.ts";
import type { Asker } from "./exports.ts";

/** A file of an export. */
export interface ExportFile {
	readonly number: number;
	readonly kind: "output" | "deleted" | "error";
	/** Of the resources in it. */
	readonly type: string;
	readonly resources: number;
	/** Of the text. */
	readonly bytes: number;
	/** Of the pieces as they are stored. */
	readonly stored_bytes: number;
	/** CRC-32 of the text. */
	readonly crc: number;
}

/** A piece to be added to a file, and what the file comes to with it. */
export interface NewPiece {
	readonly file: ExportFile;
	readonly number: number;
	readonly body: Buffer;
	/** users.id of whom it is about. */
	readonly people: readonly number[];
}

const columns = sql`f.number, f.kind, f.type, f.resources, f.bytes, f.stored_bytes, f.crc`;

/** Adds a piece, as the system. @param userId - whose export it is; they alone read it */
export async function insertPiece(
	tx: Transaction,
	exportId: string,
	attempt: number,
	userId: number,
	{ file, number, body, people }: NewPiece,
): Promise<void> {
	const { number: n, kind, type, resources, bytes, stored_bytes, crc } = file;
	await tx.query(sql`
		insert into fhir.export_file (export_id, attempt, number, kind, type, resources, bytes, stored_bytes, crc)
		values (${exportId}, ${attempt}::int, ${n}::int, ${kind}, ${type}, ${resources}::int, ${bytes}::bigint, ${stored_bytes}::bigint, ${crc}::bigint)
		on conflict (export_id, attempt, number) do update
			set (resources, bytes, stored_bytes, crc) = (excluded.resources, excluded.bytes, excluded.stored_bytes, excluded.crc)`);
	await tx.query(sql`
		insert into fhir.export_piece (export_id, attempt, file, number, user_id, people, body)
		values (${exportId}, ${attempt}::int, ${n}::int, ${number}::int, ${userId}::int, ${sql.val([...people])}::int[], ${body})`);
}

/** The files of a complete export, in the order they were made. */
export function filesOfExport(tx: Transaction, exportId: string): Promise<ExportFile[]> {
	return tx.query(sql<ExportFile>`
		select ${columns} from fhir.export_file f join fhir.export e on e.id = f.export_id and e.attempt = f.attempt
		where e.id = ${exportId} and e.state = 'complete' order by f.number`);
}

/** A file that may be handed out. */
export interface FoundFile extends ExportFile {
	readonly attempt: number;
	/** users.id of whom it is about. */
	readonly people: readonly number[];
	/** What the token it was asked with was granted; null for a person who signed in here. */
	readonly scope: string | null;
}

/** One file of a complete export of this person and app, and whom it is about; undefined where they have none. */
export async function findExportFile(
	tx: Transaction,
	exportId: string,
	number: number,
	{ actor, grantId }: Asker,
): Promise<FoundFile | undefined> {
	const rows = await tx.query(sql<FoundFile>`
		select ${columns}, f.attempt, f.people, e.scope from fhir.export_file f
		join fhir.export e on e.id = f.export_id and e.attempt = f.attempt
		where e.id = ${exportId} and f.number = ${number}::int and e.state = 'complete' and e.expires_at > now()
			and e.actor = ${actor} and e.grant_id is not distinct from ${grantId}::text`);
	return rows[0];
}

/** A piece of a file, as whoever asked for it; undefined after the last one, or when the export is gone. */
export async function readPiece(
	tx: Transaction,
	exportId: string,
	attempt: number,
	file: number,
	number: number,
): Promise<Buffer | undefined> {
	const rows = await tx.query(sql<{ body: Buffer }>`
		select body from fhir.export_piece
		where export_id = ${exportId} and attempt = ${attempt}::int and file = ${file}::int and number = ${number}::int`);
	return rows[0]?.body;
}

/** Whether the caller may see the records of all these persons (users.id) at this moment; anybody may see their own. */
export async function maySeePeople(tx: Transaction, people: readonly number[]): Promise<boolean> {
	const { role, userId } = tx.caller;
	if (role === "system") return true;
	const others = role === "app" ? people : people.filter((one) => one !== userId);
	if (others.length === 0) return true;
	const rows = await tx.query(sql<{ n: number }>`
		select count(distinct p.user_id)::int as n from public.patients p where p.user_id = any(${sql.val([...others])}::int[])`);
	return rows[0]?.n === others.length;
}
