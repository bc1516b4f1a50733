import { Migration } from "@mikro-orm/migrations";

/** Device pulls: what is known of each connection and each upstream record, shared rate budgets, and whose eyes a vendor's data is for. */
export class Devices extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const me = "(nullif(current_setting('app.user_id'::text, true), ''::text))::integer";

/** Rows of vendors whose data is for their owner alone: a therapist sees none of them, nor does an app of theirs. Asked per row only where there is any at all. */
const shown = (table: string) => `(user_id = ${me}
	or (select not exists (select 1 from devices.hidden any_hidden))
	or not exists (select 1 from devices.hidden h where h.table_name = '${table}' and h.row_id = ${table}.id))`;

const unhidden = (table: string) => `(table_name is null or user_id = ${me}
	or (select not exists (select 1 from devices.hidden any_hidden))
	or not exists (select 1 from devices.hidden h where h.table_name = ${table}.table_name and h.row_id = ${table}.row_id))`;

const sql = `
create schema devices;
grant usage on schema devices to heart_person, heart_therapist, heart_app, heart_system;

-- Sealed tokens are longer than the tokens were.
alter table public.device_connections alter column access_token type varchar(8192),
	alter column refresh_token type varchar(8192);

create table devices.connection (
	-- Deferred: what is secret is sealed for a row before it is there.
	connection_id integer primary key references public.device_connections (id) on delete cascade deferrable initially deferred,
	-- Who the person is at the vendor: events name them so.
	vendor_user_id text null,
	scopes text null,
	-- Sealed JSON: a bridge's password, a push secret.
	secrets text null,
	state text not null default 'connected',
	-- How the last attempt ended, in words that hold no data.
	last_error text null,
	last_error_at timestamptz(3) null,
	failures integer not null default 0,
	next_sync_at timestamptz(3) null,
	-- The log of the backfill under way, or the last one's.
	backfill_log_id integer null,
	backfilled boolean not null default false,
	-- The server that pulls just now.
	lease_holder uuid null,
	lease_until timestamptz null,
	constraint connection_state_check check (state in ('connected', 'reconnect', 'disconnected'))
);
create index connection_due on devices.connection (next_sync_at) where state = 'connected';
create index connection_vendor_user on devices.connection (vendor_user_id);

-- Up to where a feed is known to be complete.
create table devices.cursor (
	connection_id integer not null references public.device_connections (id) on delete cascade,
	feed text not null,
	complete_until timestamptz(3) null,
	-- A backfill's: complete from here on.
	complete_from timestamptz(3) null,
	-- Window and last stored page of walks that were put off, as JSON.
	pull_position text null,
	backfill_position text null,
	primary key (connection_id, feed)
);

-- What was last read of a vendor, sealed, so that a mistake in reading it can be made good.
create table devices.payload (
	id bigint generated always as identity primary key,
	connection_id integer not null references public.device_connections (id) on delete cascade,
	feed text not null,
	sealed text not null,
	keep_until timestamptz(3) not null
);
create index payload_keep_until on devices.payload (keep_until);
create index payload_connection on devices.payload (connection_id);

-- One row per upstream record: which row it became. No foreign key to that row: people may delete it, and that holds.
create table devices.record (
	connection_id integer not null references public.device_connections (id) on delete cascade,
	kind text not null,
	external_id text not null,
	user_id integer not null,
	feed text not null,
	table_name text not null,
	row_id integer null,
	-- shown: it is the row; linked: another record shows the same workout; removed: a person deleted the row; gone: the vendor has it no more.
	state text not null default 'shown',
	linked_to integer null,
	at timestamptz(3) not null,
	ended_at timestamptz(3) not null,
	changed_at timestamptz(3) null,
	-- The measure the row was made of: what differs from it next time is what the vendor changed.
	measure text not null,
	-- SHA-256 of the measure as the vendor's list tells it: where the list tells less than there is, the rest is asked for when this changes.
	listed bytea null,
	detailed boolean not null,
	payload_id bigint null references devices.payload (id) on delete set null,
	sync_log_id integer null,
	constraint record_state_check check (state in ('shown', 'linked', 'removed', 'gone')),
	primary key (connection_id, kind, external_id)
);
create unique index record_row on devices.record (table_name, row_id) where row_id is not null;
create index record_at on devices.record (connection_id, feed, at) where state <> 'gone';
create index record_undetailed on devices.record (connection_id, feed, at desc) where not detailed and state <> 'gone';
create index record_exercise on devices.record (user_id, at) where kind = 'exercise' and state = 'shown';
create index record_payload on devices.record (payload_id);

-- Rate limits are the vendor app's, not a connection's: one budget for all servers.
create table devices.budget (
	vendor text not null,
	name text not null,
	most integer not null,
	used integer not null,
	ends_at timestamptz(3) not null,
	primary key (vendor, name)
);

-- A connect under way. state is the SHA-256 of what the browser carries; single use.
create table devices.handshake (
	state bytea primary key,
	user_id integer not null references public.users (id) on delete cascade,
	vendor text not null,
	expires_at timestamptz(3) not null
);

-- Events taken in, by SHA-256, so that one that comes again does nothing.
create table devices.event (
	vendor text not null,
	digest bytea not null,
	received_at timestamptz(3) not null default now(),
	primary key (vendor, digest)
);
create index event_received on devices.event (received_at);

-- A vendor's webhook for this app, and the sealed key it signs with.
create table devices.subscription (
	vendor text primary key,
	vendor_id text null,
	secret text null
);

create table devices.audience (
	vendor text primary key,
	audience text not null,
	constraint audience_check check (audience in ('owner', 'care-team'))
);

-- Rows for their owner alone. They stay here when the row is deleted, as its history does.
create table devices.hidden (
	table_name text not null,
	row_id integer not null,
	primary key (table_name, row_id)
);

grant select, insert, update, delete on all tables in schema devices to heart_system;
grant select (connection_id, scopes, state, last_error, last_error_at, failures, next_sync_at, backfilled) on devices.connection to heart_person, heart_therapist;
grant select on devices.cursor, devices.audience, devices.hidden to heart_person, heart_therapist;
grant select on devices.hidden to heart_app;
grant select (connection_id, kind, external_id, user_id, feed, table_name, row_id, state, linked_to, at, ended_at, changed_at, sync_log_id)
	on devices.record to heart_person, heart_therapist;

alter table devices.connection enable row level security;
create policy connection_system on devices.connection to heart_system using (true) with check (true);
create policy connection_parent on devices.connection for select to heart_person, heart_therapist
	using (exists (select 1 from public.device_connections parent where parent.id = connection_id));
alter table devices.cursor enable row level security;
create policy cursor_system on devices.cursor to heart_system using (true) with check (true);
create policy cursor_parent on devices.cursor for select to heart_person, heart_therapist
	using (exists (select 1 from public.device_connections parent where parent.id = connection_id));
alter table devices.record enable row level security;
create policy record_system on devices.record to heart_system using (true) with check (true);
create policy record_person on devices.record for select to heart_person using (user_id = ${me});
create policy record_therapist on devices.record for select to heart_therapist
	using (user_id = any ((select access.visible_users())::integer[])
		and (user_id = ${me} or not exists (select 1 from devices.hidden h where h.table_name = record.table_name and h.row_id = record.row_id)));

create policy exercise_logs_shown on public.exercise_logs as restrictive for select to heart_therapist, heart_app using ${shown("exercise_logs")};
create policy vitals_samples_shown on public.vitals_samples as restrictive for select to heart_therapist, heart_app using ${shown("vitals_samples")};
create policy sleep_logs_shown on public.sleep_logs as restrictive for select to heart_therapist, heart_app using ${shown("sleep_logs")};
create policy row_history_shown on fhir.row_history as restrictive for select to heart_therapist, heart_app using ${unhidden("row_history")};
create policy resource_shown on fhir.resource as restrictive for select to heart_therapist, heart_app using ${unhidden("resource")};
create policy resource_history_shown on fhir.resource_history as restrictive for select to heart_therapist, heart_app using ${unhidden("resource_history")};
`;
