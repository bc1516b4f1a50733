import { Migration } from "@mikro-orm/migrations";

/**
 * What a pull does to its connection and log is no new version of either; whoever takes a lease over learns whose log was left behind; access that
 * is dropped here is taken back at the vendor.
 */
export class QuietPulls extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- The log of the run that has the lease; it stays when a server dies with it.
alter table devices.connection add column lease_log_id integer null;

-- What a pull looks for, and nothing it has to look past.
create index connection_leased on devices.connection (connection_id) where lease_holder is not null;
create index idx_device_sync_logs_pending on public.device_sync_logs (device_connection_id) where status = 'pending';
drop index devices.payload_connection;
create index payload_connection on devices.payload (connection_id, id);

-- Tokens and the time of the last sync are the pull's: only what a person or the vendor changes is a version, with a time and history of its own.
create function devices.stamp_connection() returns trigger language plpgsql as $$
declare
	pulled constant text[] := '{access_token,refresh_token,token_expiry,last_sync_at,version,updated_at}';
begin
	if to_jsonb(new) - pulled = to_jsonb(old) - pulled then
		new.version := old.version;
		new.updated_at := old.updated_at;
	else
		new.version := old.version + 1;
		new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	end if;
	return new;
end
$$;
drop trigger stamp on public.device_connections;
create trigger stamp before update on public.device_connections for each row execute function devices.stamp_connection();
drop trigger keep_history on public.device_connections;
create trigger keep_history after update on public.device_connections for each row
	when (old.version <> new.version) execute function fhir.keep_history('user_id');
create trigger keep_history_delete after delete on public.device_connections for each row
	execute function fhir.keep_history('user_id');

-- A log counts while its sync runs; what it said before the end is nobody's past.
drop trigger keep_history on public.device_sync_logs;
create trigger keep_history after update on public.device_sync_logs for each row
	when (old.status is distinct from 'pending') execute function fhir.keep_history('device_sync_logs');
create trigger keep_history_delete after delete on public.device_sync_logs for each row
	execute function fhir.keep_history('device_sync_logs');

-- Access to be taken back at vendors: whoever drops a connection's tokens, whatever way, leaves them here, sealed, until that is done.
create table devices.revocation (
	id bigint generated always as identity primary key,
	-- What the tokens are sealed for. No foreign key: the connection may be gone.
	connection_id integer not null,
	vendor text not null,
	vendor_user_id text null,
	access_token text not null,
	refresh_token text null,
	token_expiry timestamptz(3) null,
	-- Where a bridge is.
	url text null,
	attempts integer not null default 0,
	next_at timestamptz not null default now(),
	keep_until timestamptz not null default now() + interval '3 days'
);
create index revocation_next on devices.revocation (next_at);
grant select, update, delete on devices.revocation to heart_system;

create function devices.keep_for_revoking() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	insert into devices.revocation (connection_id, vendor, vendor_user_id, access_token, refresh_token, token_expiry, url)
	select old.id, old.device_type, (select c.vendor_user_id from devices.connection c where c.connection_id = old.id),
		old.access_token, old.refresh_token, old.token_expiry, to_jsonb(old) #>> '{settings,url}';
	return case tg_op when 'DELETE' then old else new end;
end
$$;
create trigger keep_for_revoking before update of access_token on public.device_connections for each row
	when (old.access_token is not null and new.access_token is null) execute function devices.keep_for_revoking();
create trigger keep_for_revoking_delete before delete on public.device_connections for each row
	when (old.access_token is not null) execute function devices.keep_for_revoking();
`;
