import { Migration } from "@mikro-orm/migrations";

/** What a pull does to its connection and log is no new version of either, and whoever takes a lease over learns whose log was left behind. */
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
`;
