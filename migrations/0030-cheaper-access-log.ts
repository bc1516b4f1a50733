import { Migration } from "@mikro-orm/migrations";

/** Every read adds to the access log: each of its indexes is paid for by all of them. */
export class CheaperAccessLog extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Entries come in the order of time, and are looked for by time: where in the table a time is says enough. No entry is looked for by number.
alter table audit.access_log drop constraint access_log_pkey;
drop index audit.access_log_at;
create index access_log_at on audit.access_log using brin (at) with (autosummarize = on);
`;
