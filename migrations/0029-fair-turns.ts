import { Migration } from "@mikro-orm/migrations";

/** Turns under a vendor's rate limit are handed out to whoever had least of the window. */
export class FairTurns extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- When a connection was given a turn that has not begun.
alter table devices.connection add column turn_at timestamptz(3) null;
-- Requests made for it in a window of its vendor's limit, and when that window ends.
alter table devices.connection add column spent_requests integer not null default 0;
alter table devices.connection add column spent_until timestamptz(3) null;
create index connection_turn on devices.connection (turn_at) where turn_at is not null;
`;
