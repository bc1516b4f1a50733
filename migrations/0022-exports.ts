import { Migration } from "@mikro-orm/migrations";

/** Bulk exports: what was asked, by whom, and the files made of it, in pieces. */
export class Exports extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- id: random, part of the addresses of status and files. token_hash: what it was asked with (auth.token or auth.record), to see whether that
-- was ended; grant_id, client_id and scope are null for a person who signed in here. request: JSON. attempt: which try may write.
create table fhir.export (
	id text primary key,
	actor text not null,
	user_id integer not null,
	grant_id text null,
	client_id text null,
	scope text null,
	token_hash bytea not null,
	token_expires_at timestamptz not null,
	request text not null,
	address text not null,
	state text not null default 'accepted',
	attempt integer not null default 0,
	transaction_time timestamptz(3) null,
	progress text null,
	failure_kind text null,
	failure text null,
	created_at timestamptz(3) not null default now(),
	touched_at timestamptz(3) not null default now(),
	expires_at timestamptz(3) not null,
	polls integer not null default 0,
	polls_since timestamptz(3) null,
	constraint export_state_check check (state in ('accepted', 'running', 'complete', 'failed'))
);
create index export_actor on fhir.export (actor);
create index export_expires on fhir.export (expires_at);

-- bytes: of the file as text; stored_bytes: of its pieces as they are; crc: CRC-32 of the text. people: users.id of whom it is about.
create table fhir.export_file (
	export_id text not null references fhir.export on delete cascade,
	attempt integer not null,
	number integer not null,
	kind text not null,
	type text not null,
	resources integer not null,
	bytes bigint not null,
	stored_bytes bigint not null,
	crc bigint not null,
	people integer[] not null default '{}',
	primary key (export_id, attempt, number),
	constraint export_file_kind_check check (kind in ('output', 'deleted', 'error'))
);

-- body: raw deflate that ends at a byte, so that the pieces of a file one behind the other are one gzip member. Who asked for it is its
-- user_id (0: a client without a person).
create table fhir.export_piece (
	export_id text not null,
	attempt integer not null,
	file integer not null,
	number integer not null,
	user_id integer not null,
	people integer[] not null,
	body bytea not null,
	primary key (export_id, attempt, file, number),
	foreign key (export_id, attempt, file) references fhir.export_file on delete cascade
);
alter table fhir.export_piece alter column body set storage external;

grant select, insert, update, delete on fhir.export, fhir.export_file to heart_system;
grant select on fhir.export_piece to heart_person, heart_therapist, heart_app, heart_system;
grant insert on fhir.export_piece to heart_system;

alter table fhir.export enable row level security;
create policy export_system on fhir.export to heart_system using (true) with check (true);
alter table fhir.export_file enable row level security;
create policy export_file_system on fhir.export_file to heart_system using (true) with check (true);
-- Not even the system reads what somebody else asked for.
alter table fhir.export_piece enable row level security;
create policy export_piece_own on fhir.export_piece for select to heart_person, heart_therapist, heart_app, heart_system
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy export_piece_made on fhir.export_piece for insert to heart_system with check (true);

-- Exports in which somebody's data are: of themselves, or about them. What is under way begins again, without them.
create function app.forget_exports(person integer) returns void language sql security definer
	set search_path = pg_catalog, pg_temp as $$
	delete from fhir.export e where e.user_id = person or (e.state = 'complete'
		and exists (select from fhir.export_piece p where p.export_id = e.id and person = any(p.people)));
	update fhir.export set attempt = attempt + 1, state = 'accepted' where state = 'running';
$$;
revoke execute on function app.forget_exports(integer) from public;
grant execute on function app.forget_exports(integer) to heart_system;
`;
