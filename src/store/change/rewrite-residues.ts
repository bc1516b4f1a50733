import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** Another residue for a row; null for none. */
export interface RewrittenResidue {
	readonly table_name: string;
	readonly row_id: number;
	readonly residue: string | null;
}

/**
 * Sets residues of rows right that are written already, or that do not change by it: no new version, nothing in their history.
 */
export async function rewriteResidues(tx: Transaction, rewritten: readonly RewrittenResidue[]): Promise<void> {
	if (rewritten.length === 0) return;
	await tx.asSystem(() => tx.query(sql`select fhir.rewrite_residues(${JSON.stringify(rewritten)}::json)`));
}
