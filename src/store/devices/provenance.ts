import { sql } from "kysely";
import type { Transaction } from "../database.ts";

/** What one commit of a sync made (`CREATE`), changed or took away; `devices.provenance`. */
export interface ProvenanceToSave {
	readonly userId: number;
	readonly deviceConnectionId: number;
	readonly vendor: string;
	/** What of the vendor's it was read from, and by which sync, in words. */
	readonly source: string;
	readonly deviceSyncLogId: number | null;
	readonly action: "CREATE" | "UPDATE" | "DELETE";
	/** `Type/id` of each resource. */
	readonly targets: readonly string[];
}

/** Says where something came from, in the transaction that wrote it; one statement. As the system only. */
export async function saveProvenance(tx: Transaction, rows: readonly ProvenanceToSave[]): Promise<void> {
	if (rows.length === 0) return;
	await tx.query(sql`
		insert into devices.provenance (user_id, device_connection_id, vendor, source, device_sync_log_id, action, targets)
		select "userId", "deviceConnectionId", vendor, source, "deviceSyncLogId", action, targets
		from json_to_recordset(${JSON.stringify(rows)}::json) as r("userId" int, "deviceConnectionId" int, vendor text, source text,
			"deviceSyncLogId" int, action text, targets jsonb)`);
}
