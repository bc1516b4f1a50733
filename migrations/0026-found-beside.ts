import { Migration } from "@mikro-orm/migrations";

/** Whether a search of a person's may find anything elsewhere than in their rows: one look (src/search/sql/beside.ts). */
export class FoundBeside extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create index resource_found_beside on fhir.resource (owner, type) where table_name is null or overridden;
`;
