import { Migration } from "@mikro-orm/migrations";

/** Which connection and which of its vendor's records a row came from, in the row itself, so that a read and its history know; and which sync wrote what. */
export class DeviceRecords extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

/** Table, what indexes are named after, and its moment. */
const tables = [
	["vitals_samples", "vitals", "recorded_at"],
	["exercise_logs", "exercise_logs", "completed_at"],
	["sleep_logs", "sleep_logs", "sleep_date"],
] as const;

const me = "(nullif(current_setting('app.user_id'::text, true), ''::text))::integer";

/** As src/devices/write-measured-rows.ts writes it. */
const record = `d.device_type || ' ' || r.kind || ' ' || case
	when d.device_type = 'strava' or (d.device_type = 'polar' and r.kind = 'exercise')
		or (d.device_type = 'samsung' and r.external_id !~ '^(\\w+/)?\\d{4}-\\d\\d-\\d\\d')
	then r.external_id else format('dev-%s/%s/%s', r.connection_id, r.kind, r.external_id) end`;

const columns = tables
	.map(
		([table, name, moment]) => `
alter table public.${table} add column device_connection_id integer null, add column device_record text null;
-- What is already here came from there from its first version on.
alter table public.${table} disable trigger user;
update public.${table} t set device_connection_id = r.connection_id, device_record = ${record}
from devices.record r join public.device_connections d on d.id = r.connection_id where r.table_name = '${table}' and r.row_id = t.id;
alter table public.${table} enable trigger user;
-- A pull runs as the person it is about. What a row came from never changes.
grant select (device_connection_id, device_record) on public.${table} to heart_person, heart_therapist, heart_app;
grant insert (device_connection_id, device_record) on public.${table} to heart_person;
create index idx_${name}_device on public.${table} (device_connection_id, ${moment} desc) where device_connection_id is not null;
create index idx_${name}_device_record on public.${table} (device_record) where device_record is not null;
`,
	)
	.join("");

/** Residues kept these two elements with what is not mapped; now they are. */
const residues = ["resource", "resource_history"]
	.flatMap((table) =>
		["identifier", "device"].map(
			(element) => `
update fhir.${table} x set body = (case when (x.body::jsonb #- '{extra,${element}}') -> 'extra' = '{}' then x.body::jsonb - 'extra'
		else x.body::jsonb #- '{extra,${element}}' end
	|| jsonb_build_object('exact', coalesce(x.body::jsonb -> 'exact', '{}')
		|| jsonb_build_object('${element}', jsonb_build_object('fixed', true, 'is', x.body::jsonb #> '{extra,${element}}'))))::text
where x.type = 'Observation' and x.table_name is not null and x.body like '%"${element}"%' and x.body::jsonb #> '{extra,${element}}' is not null;`,
		),
	)
	.join("");

const sql = `${columns}
update fhir.row_history h set image = h.image || jsonb_build_object('device_connection_id', r.connection_id, 'device_record', ${record})
from devices.record r join public.device_connections d on d.id = r.connection_id
where r.table_name = h.table_name and r.row_id = h.row_id and h.image is not null;

alter table fhir.resource disable trigger user;
${residues}
alter table fhir.resource enable trigger user;

-- What each commit of a sync made, changed or took away. No foreign keys: it stays true when what it names is gone.
create table devices.provenance (
	id integer generated always as identity primary key,
	user_id integer not null,
	device_connection_id integer not null,
	vendor text not null,
	source text not null,
	software text not null default 'Heart recovery FHIR server, device pulls',
	device_sync_log_id integer null,
	action text not null,
	targets jsonb not null,
	updated_at timestamptz(3) not null default date_trunc('milliseconds', now()),
	version integer not null default 1,
	constraint provenance_action_check check (action in ('CREATE', 'UPDATE', 'DELETE'))
);
create index provenance_user on devices.provenance (user_id, updated_at desc);
create index provenance_updated on devices.provenance (updated_at desc);
create index provenance_targets on devices.provenance using gin (targets);

-- Row-level security keeps operators on JSON from an index. This gives ids only; who sees which of them, the policies say.
create function devices.provenance_of(targets text[]) returns integer[] language sql stable security definer
	set search_path = pg_catalog, pg_temp as $$
	select coalesce(array_agg(p.id), '{}') from devices.provenance p where p.targets ?| $1
$$;
revoke all on function devices.provenance_of(text[]) from public;
grant execute on function devices.provenance_of(text[]) to heart_person, heart_therapist, heart_app, heart_system;

grant select, insert on devices.provenance to heart_system;
grant select on devices.provenance to heart_person, heart_therapist, heart_app;
grant select on devices.audience to heart_app;
alter table devices.provenance enable row level security;
create policy provenance_system on devices.provenance to heart_system using (true) with check (true);
create policy provenance_person on devices.provenance for select to heart_person using (user_id = ${me});
create policy provenance_therapist on devices.provenance for select to heart_therapist
	using (user_id = any (array(select v.user_id from access.visible v)));
create policy provenance_app on devices.provenance for select to heart_app using (user_id = (select access.granted_user()));
-- As what it names: what a vendor's terms keep for its owner is nothing for others, nor is that it came.
create policy provenance_shown on devices.provenance as restrictive for select to heart_therapist, heart_app
	using (user_id = ${me} or vendor <> all (array(select a.vendor from devices.audience a where a.audience = 'owner')));

-- Records that a person has said are two workouts, both ways round, so that no sync takes them for one again.
create table devices.apart (
	connection_id integer not null references public.device_connections (id) on delete cascade,
	external_id text not null,
	other_connection_id integer not null references public.device_connections (id) on delete cascade,
	other_external_id text not null,
	primary key (connection_id, external_id, other_connection_id, other_external_id)
);
create index apart_other on devices.apart (other_connection_id);
grant select, insert, delete on devices.apart to heart_system;
create index record_linked on devices.record (linked_to) where state = 'linked';

-- Tells who watches a sync that it went on, on whichever server.
create function devices.tell_sync() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_notify('device_sync', (to_jsonb(new) ->> tg_argv[0]));
	return null;
end
$$;
create trigger tell_sync after insert or update on public.device_sync_logs for each row execute function devices.tell_sync('device_connection_id');
create trigger tell_sync after insert or update on devices.cursor for each row execute function devices.tell_sync('connection_id');
grant select (backfill_log_id) on devices.connection to heart_person, heart_therapist;

-- A vendor's id leads to a person at the vendor: with a deleted account it goes, from its past, too.
create function app.forget_device_records(who integer) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
${tables.map(([table]) => `	update public.${table} set device_record = null where user_id = who and device_record is not null;`).join("\n")}
	update fhir.row_history set image = image - 'device_record'
	where user_id = who and table_name in (${tables.map(([table]) => `'${table}'`).join(", ")}) and image ->> 'device_record' is not null;
end
$$;
revoke all on function app.forget_device_records(integer) from public;
grant execute on function app.forget_device_records(integer) to heart_system;
`;
