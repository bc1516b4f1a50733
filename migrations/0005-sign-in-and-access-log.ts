import { Migration } from "@mikro-orm/migrations";

/** Sign-in tokens and attempts (schema auth), and the access log (schema audit). */
export class SignInAndAccessLog extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create schema auth;
grant usage on schema auth to heart_system;

create table auth.token (
	hash bytea primary key,
	user_id integer not null,
	created_at timestamptz(3) not null default now(),
	expires_at timestamptz(3) not null,
	last_used_at timestamptz(3) null,
	constraint token_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade
);
create index token_user on auth.token (user_id);
create index token_expires on auth.token (expires_at);

create table auth.attempt (
	id bigint generated always as identity primary key,
	account text not null,
	address text not null,
	at timestamptz(3) not null default now()
);
create index attempt_account on auth.attempt (account, at);
create index attempt_address on auth.attempt (address, at);

grant select, insert, update, delete on auth.token, auth.attempt to heart_system;
alter table auth.token enable row level security;
create policy token_system on auth.token to heart_system using (true) with check (true);
alter table auth.attempt enable row level security;
create policy attempt_system on auth.attempt to heart_system using (true) with check (true);

-- Servers remember whose token is whose for seconds: they are told when that is no longer true.
create function auth.tell() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_notify('auth_changed', '');
	return null;
end
$$;
create trigger tell after delete on auth.token for each statement execute function auth.tell();
create trigger tell after delete or update of role, email, name, password on public.users for each statement execute function auth.tell();

create schema audit;
grant usage on schema audit to heart_person, heart_therapist, heart_system;

create table audit.access_log (
	id bigint generated always as identity primary key,
	at timestamptz(3) not null default clock_timestamp(),
	actor text not null,
	user_id integer null,
	action text not null,
	target text not null,
	returned text[] null,
	patients integer[] null,
	request_id text not null,
	outcome text not null
);
create index access_log_at on audit.access_log (at desc);
create index access_log_patients on audit.access_log using gin (patients);

grant insert on audit.access_log to heart_person, heart_therapist, heart_system;
grant select on audit.access_log to heart_system;
alter table audit.access_log enable row level security;
create policy access_log_insert on audit.access_log for insert to heart_person, heart_therapist, heart_system
	with check (true);
create policy access_log_read on audit.access_log for select to heart_system using (true);
`;
