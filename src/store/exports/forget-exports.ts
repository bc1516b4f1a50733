import { sql } from "kysely";
import { serverCaller } from "../../access/caller.ts";
import type { Database } from "../database.ts";

/** Files deleted by one statement: a file has at most some hundred pieces. */
const mostAtOnce = 20;

/** Deletes exports that are past their time, some files at a time; servers that do it at once share the work. */
export async function forgetExports(database: Database): Promise<void> {
	for (let some = mostAtOnce; some === mostAtOnce; ) {
		const gone = await database.write(serverCaller, (tx) =>
			tx.query(sql`
				delete from fhir.export_file where ctid = any(array(
					select f.ctid from fhir.export_file f join fhir.export e on e.id = f.export_id
					where e.expires_at <= now() limit ${mostAtOnce} for update of f skip locked))
				returning 1`),
		);
		some = gone.length;
	}
	await database.write(serverCaller, async (tx) => {
		tx.later(sql`delete from fhir.export where expires_at <= now()`);
	});
}
