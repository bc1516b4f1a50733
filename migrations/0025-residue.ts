import { Migration } from "@mikro-orm/migrations";

/**
 * What a row's columns do not say of its resources becomes a column of the row: written, read, seen, hidden and remembered with it.
 * `fhir.resource` keeps, beside rows, only which ids lead to them and what searches find that the columns do not say.
 */
export class Residue extends Migration {
	override up(): void {
		this.addSql(columns);
		this.addSql(functions);
		this.addSql(moveResidues);
	}
}

const columns = `
do $$
declare
	target record;
	member text;
	privilege text;
begin
	for target in
		select c.oid, c.relname from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
	loop
		-- Text: its senders' decimals and order of members stay, and nobody asks Postgres for a part of it.
		execute format('alter table public.%I add column fhir_residue text null', target.relname);
		-- Who may see and write something of a row may do so with what goes with it.
		foreach member in array array['heart_person', 'heart_therapist', 'heart_app', 'heart_system'] loop
			foreach privilege in array array['select', 'insert', 'update'] loop
				if has_any_column_privilege(member, target.oid, privilege) then
					execute format('grant %s (fhir_residue) on public.%I to %I', privilege, target.relname, member);
				end if;
			end loop;
		end loop;
	end loop;
end
$$;
`;

const functions = `
-- As in 0004, but that the owner's functions may set a residue right without a new version: they write the version's negative.
create or replace function fhir.stamp() returns trigger language plpgsql as $$
begin
	if new.version < 0 and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server') then
		new.version := old.version;
		return new;
	end if;
	new.version := old.version + 1;
	new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	return new;
end
$$;

create or replace function fhir.stamp_version() returns trigger language plpgsql as $$
begin
	if new.version < 0 and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server') then
		new.version := old.version;
		return new;
	end if;
	new.version := old.version + 1;
	return new;
end
$$;

-- As in 0024.
create or replace function devices.stamp_connection() returns trigger language plpgsql as $$
declare
	pulled constant text[] := '{access_token,refresh_token,token_expiry,last_sync_at,version,updated_at}';
	is_owners constant boolean := new.version < 0
		and current_user not in ('heart_person', 'heart_therapist', 'heart_app', 'heart_system', 'heart_server');
begin
	if is_owners or to_jsonb(new) - pulled = to_jsonb(old) - pulled then
		new.version := old.version;
		new.updated_at := old.updated_at;
	else
		new.version := old.version + 1;
		new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	end if;
	return new;
end
$$;

-- As in 0004; what is no new version supersedes nothing.
create or replace function fhir.keep_history() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
	image jsonb;
	became timestamptz;
	owner integer;
	therapist integer;
begin
	if tg_op = 'UPDATE' then
		if new.version = old.version then return null; end if;
	end if;
	image := to_jsonb(old);
	became := coalesce((image ->> 'updated_at')::timestamptz, (image ->> 'created_at')::timestamptz);
	case tg_argv[0]
		when 'user_id' then owner := (image ->> 'user_id')::integer;
		when 'id' then owner := old.id;
		when 'patients' then
			owner := (image ->> 'user_id')::integer;
			therapist := (image ->> 'therapist_id')::integer;
		when 'exercise_prescriptions' then
			select p.user_id, p.therapist_id into owner, therapist
			from public.patients p where p.id = (image ->> 'patient_id')::integer;
		when 'meal_item_entries' then
			select m.user_id into owner from public.meal_entries m where m.id = (image ->> 'meal_entry_id')::integer;
		when 'device_sync_logs' then
			select c.user_id into owner
			from public.device_connections c where c.id = (image ->> 'device_connection_id')::integer;
		else null;
	end case;
	insert into fhir.row_history (table_name, row_id, version, op, at, user_id, therapist_id, image)
	values (tg_table_name, old.id, old.version, 'U', became, owner, therapist,
		image - '{password,access_token,refresh_token}'::text[])
	on conflict do nothing;
	if tg_op = 'DELETE' then
		insert into fhir.row_history (table_name, row_id, version, op, at, user_id, therapist_id)
		values (tg_table_name, old.id, old.version + 1, 'D', greatest(clock_timestamp(), became), owner, therapist)
		on conflict do nothing;
	end if;
	return null;
end
$$;

-- Other residues for rows, which remain what they are: what they say shows only once they are written, or must not be said any more.
-- given: [{table_name, row_id, residue}]
create function fhir.rewrite_residues(given json) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	target text;
begin
	for target in
		select distinct c.relname from json_to_recordset(given) n(table_name text) join pg_class c on c.relname = n.table_name
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
	loop
		execute format('update public.%I t set fhir_residue = n.residue, version = -t.version
			from json_to_recordset($1) n(table_name text, row_id integer, residue text)
			where n.table_name = %L and t.id = n.row_id', target, target) using given;
	end loop;
end
$$;

-- The same for past versions. given: [{table_name, row_id, version, residue}]
create function fhir.rewrite_past_residues(given json) returns void language sql security definer
	set search_path = pg_catalog, pg_temp as $$
	update fhir.row_history h set image = h.image || jsonb_build_object('fhir_residue', n.residue)
	from json_to_recordset(given) n(table_name text, row_id integer, version integer, residue text)
	where h.table_name = n.table_name and h.row_id = n.row_id and h.version = n.version and h.image is not null
$$;

revoke all on function fhir.rewrite_residues(json), fhir.rewrite_past_residues(json) from public;
grant execute on function fhir.rewrite_residues(json), fhir.rewrite_past_residues(json) to heart_system;

-- As in 0010; residues are JSON text, rewritten by the two above.
create or replace function app.anonymise_history(who integer, pattern text) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	update fhir.row_history h set image = case h.table_name
		when 'users' then app.emptied(h.image, array['phone_number', 'emergency_contact', 'emergency_phone', 'doctor_name', 'doctor_phone',
			'profile_photo'])
			|| jsonb_build_object('email', format('deleted-%s@deleted.invalid', who), 'name', 'Deleted account')
		when 'patients' then app.emptied(h.image, array['first_name', 'last_name', 'email', 'primary_phone', 'primary_phone_type', 'alternate_phone',
			'preferred_contact_method', 'best_time_to_contact', 'street_address', 'city', 'postal_code',
			'occupation', 'primary_caregiver', 'emergency_contact1_name', 'emergency_contact1_relationship',
			'emergency_contact1_phone', 'emergency_contact2_name', 'emergency_contact2_phone',
			'insurance_provider', 'insurance_policy_number', 'insurance_group_number', 'preferred_pharmacy',
			'pharmacy_phone'])
			|| jsonb_build_object('name', 'Deleted patient', 'date_of_birth', left(h.image ->> 'date_of_birth', 4) || '-01-01')
		when 'providers' then app.emptied(h.image, array['phone', 'email', 'address', 'notes'])
		when 'device_connections' then app.emptied(h.image, array['device_name', 'settings'])
		else h.image end
	where h.user_id = who and h.image is not null
		and h.table_name in ('users', 'patients', 'providers', 'device_connections');
	update fhir.row_history h set image = (
		select jsonb_object_agg(e.key, case when jsonb_typeof(e.value) = 'string' and e.key <> 'fhir_residue'
			then to_jsonb(regexp_replace(e.value #>> '{}', pattern, '[removed]', 'gi')) else e.value end)
		from jsonb_each(h.image) e)
	where h.user_id = who and h.image is not null and (h.image - 'fhir_residue')::text ~* pattern;
end
$$;
`;

/** What fhir.resource has kept of rows so far goes to the rows and to their past versions. As the owner, past triggers: nothing becomes new. */
export const moveResidues = `
create temporary table entries on commit drop as
select x.table_name, x.row_id, x.type || '/' || coalesce(x.part, '') key, x.version,
	json_strip_nulls(json_build_object('id', x.id, 'meta', x.meta, 'body', x.body)) said
from (
	select table_name, row_id, type, part, version, id, meta, body from fhir.resource where table_name is not null
	union all
	select table_name, row_id, type, part, version, id, meta, body from fhir.resource_history where table_name is not null
) x;
create index on entries (table_name, row_id);

update fhir.row_history h set image = h.image || jsonb_build_object('fhir_residue', r.residue)
from (
	select h.table_name, h.row_id, h.version, json_object_agg(e.key, e.said)::text residue
	from fhir.row_history h
		cross join lateral (
			select distinct on (e.key) e.key, e.said from entries e
			where e.table_name = h.table_name and e.row_id = h.row_id and e.version <= h.version
			order by e.key, e.version desc
		) e
	where h.image is not null
	group by h.table_name, h.row_id, h.version
) r
where h.table_name = r.table_name and h.row_id = r.row_id and h.version = r.version;

do $$
declare
	target text;
begin
	for target in select distinct x.table_name from fhir.resource x where x.table_name is not null loop
		execute format('alter table public.%I disable trigger user', target);
		execute format($statement$
			update public.%I t set fhir_residue = r.residue
			from (
				select x.row_id, json_object_agg(x.type || '/' || coalesce(x.part, ''),
					json_strip_nulls(json_build_object('id', x.id, 'meta', x.meta, 'body', x.body)))::text residue
				from fhir.resource x where x.table_name = %L group by x.row_id
			) r
			where t.id = r.row_id $statement$, target, target);
		execute format('alter table public.%I enable trigger user', target);
	end loop;
end
$$;

alter table fhir.resource disable trigger user;
update fhir.resource set meta = null, body = null where table_name is not null and (meta is not null or body is not null);
alter table fhir.resource enable trigger user;
update fhir.resource_history set meta = null, body = null where table_name is not null and (meta is not null or body is not null);
`;
