import { Migration } from "@mikro-orm/migrations";

/** Answers that requests with an Idempotency-Key were given. */
export class Answers extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Kept for 24 hours: entry 0 is the whole answer (without status: of a batch that is still on its way), entry n what the nth entry of
-- such a batch came to. key and fingerprint are SHA-256 of what was sent.
create table fhir.answer (
	actor text not null,
	key bytea not null,
	entry integer not null,
	user_id integer not null,
	fingerprint bytea not null,
	status smallint null,
	headers text null,
	body text null,
	touched text null,
	expires_at timestamptz(3) not null default now() + interval '24 hours',
	primary key (actor, key, entry)
);
create index answer_expires on fhir.answer (expires_at);
grant select, insert, update, delete on fhir.answer to heart_person, heart_therapist, heart_system;

-- Not even the system sees what somebody else was answered, until it is to be forgotten.
alter table fhir.answer enable row level security;
create policy answer_own on fhir.answer to heart_person, heart_therapist, heart_system
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer)
	with check (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy answer_expired on fhir.answer to heart_system using (expires_at <= now()) with check (false);
`;
