import { Migration } from "@mikro-orm/migrations";

/** The triggers that version rows, keep their history and keep fhir.person true, whoever writes. */
export class FhirTriggers extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Counts the version up and says when, whoever updates.
create function fhir.stamp() returns trigger language plpgsql as $$
begin
	new.version := old.version + 1;
	new.updated_at := greatest(date_trunc('milliseconds', clock_timestamp()), old.updated_at);
	return new;
end
$$;

-- The same for a table without updated_at.
create function fhir.stamp_version() returns trigger language plpgsql as $$
begin
	new.version := old.version + 1;
	return new;
end
$$;

-- Keeps the image an update or a delete replaces. Argument: how to find whose row it is.
create function fhir.keep_history() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
	image jsonb := to_jsonb(old);
	became timestamptz := coalesce((image ->> 'updated_at')::timestamptz, (image ->> 'created_at')::timestamptz);
	owner integer;
	therapist integer;
begin
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

-- A row or a stored body that becomes somebody else's takes none of its past along, and leaves none with whom it was about.
create function fhir.seal_row_history() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	update fhir.row_history set sealed = true where table_name = tg_table_name::text and row_id = old.id and not sealed;
	return null;
end
$$;

create function fhir.seal_resource_history() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	update fhir.resource_history set sealed = true where type = old.type and id = old.id and not sealed;
	return null;
end
$$;

-- A patient's past goes with the patient: whoever looks after them now sees it, whoever did no longer.
create function fhir.take_history_along() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	update fhir.row_history set therapist_id = new.therapist_id
	where (table_name = 'patients' and row_id = old.id)
		or (table_name = 'exercise_prescriptions' and row_id in (
			select h.row_id from fhir.row_history h
			where h.table_name = 'exercise_prescriptions' and (h.image ->> 'patient_id')::integer = old.id));
	return null;
end
$$;

-- A search value kept because a native column could not hold it is void once that column changes.
create function fhir.drop_overrides() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	residue record;
	kept text[];
	was jsonb;
	is_now jsonb;
begin
	for residue in
		select r.key, r.overrides, r.guards from fhir.resource r
		where r.table_name = tg_table_name::text and r.row_id = new.id
			and r.guards is not null and r.overrides <> '{}'
	loop
		was := coalesce(was, to_jsonb(old));
		is_now := coalesce(is_now, to_jsonb(new));
		kept := array(
			select o from unnest(residue.overrides) with ordinality u(o, n)
			where not exists (
				select 1 from jsonb_each(residue.guards) g
				where was -> g.key is distinct from is_now -> g.key and g.value @> to_jsonb(o)
			)
			order by n
		);
		if kept <> residue.overrides then
			update fhir.resource set overrides = kept where key = residue.key;
		end if;
	end loop;
	return null;
end
$$;

-- A row never gets an id that a client has taken for something else.
create function fhir.skip_claimed() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	while exists (select 1 from fhir.claim c where c.table_name = tg_table_name::text and c.row_id = new.id) loop
		new.id := nextval(format('public.%I', tg_table_name || '_id_seq')::regclass);
	end loop;
	return new;
end
$$;

create function fhir.keep_resource_history() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	insert into fhir.resource_history (type, id, version, last_updated, user_id, created_by, shared, table_name, row_id,
		part, deleted, meta, body)
	values (old.type, old.id, old.version, old.last_updated, old.user_id, old.created_by, old.shared, old.table_name,
		old.row_id, old.part, old.deleted, old.meta, old.body)
	on conflict do nothing;
	return null;
end
$$;

create trigger keep_history_update after update on fhir.resource for each row
	when (old.version <> new.version or old.body is distinct from new.body or old.meta is distinct from new.meta
		or old.deleted <> new.deleted or old.table_name is distinct from new.table_name
		or old.row_id is distinct from new.row_id)
	execute function fhir.keep_resource_history();
create trigger keep_history_delete after delete on fhir.resource for each row
	execute function fhir.keep_resource_history();
-- By name after keep_history_update, so that the version just superseded is among them.
create trigger seal_history after update on fhir.resource for each row
	when (old.user_id is not null and old.user_id is distinct from new.user_id)
	execute function fhir.seal_resource_history();

do $$
declare
	target text;
begin
	for target in
		select c.relname from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
	loop
		execute format('create trigger skip_claimed before insert on public.%I for each row execute function fhir.skip_claimed()', target);
		execute format('create trigger stamp before update on public.%I for each row execute function fhir.%I()', target,
			case target when 'device_sync_logs' then 'stamp_version' else 'stamp' end);
		execute format('create trigger drop_overrides after update on public.%I for each row execute function fhir.drop_overrides()', target);
		execute format('create trigger keep_history after update or delete on public.%I for each row execute function fhir.keep_history(%L)',
			target,
			case
				when target = 'users' then 'id'
				when target in ('patients', 'exercise_prescriptions', 'meal_item_entries', 'device_sync_logs') then target
				when exists (select 1 from pg_attribute a
					where a.attrelid = format('public.%I', target)::regclass and a.attname = 'user_id') then 'user_id'
				else ''
			end);
		if exists (select 1 from pg_attribute a
			where a.attrelid = format('public.%I', target)::regclass and a.attname = 'user_id')
		then
			execute format('create trigger seal_history after update on public.%I for each row '
				'when (old.user_id is not null and old.user_id is distinct from new.user_id) '
				'execute function fhir.seal_row_history()', target);
		end if;
	end loop;
	-- By name after keep_history, like seal_history.
	create trigger take_history_along after update on public.patients for each row
		when (old.therapist_id is distinct from new.therapist_id) execute function fhir.take_history_along();
end
$$;

-- Chooses the row that represents a user: the lowest active id, or else the lowest.
create function fhir.choose_subject(who integer) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	chosen integer;
begin
	if who is null then return; end if;
	perform pg_advisory_xact_lock(hashtext('fhir.person'), who);
	select p.id into chosen from public.patients p where p.user_id = who
	order by coalesce(p.is_active, true) desc, p.id limit 1;
	update fhir.person set subject = false where user_id = who and subject and patient_id is distinct from chosen;
	update fhir.person set subject = true where patient_id = chosen and not subject;
end
$$;

create function fhir.keep_person() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'INSERT' then
		insert into fhir.person (patient_id, fhir_id, user_id)
		select new.id, coalesce((
			select r.id from fhir.resource r where r.table_name = 'patients' and r.row_id = new.id and r.type = 'Patient'
			limit 1
		), new.id::text), new.user_id;
	elsif tg_op = 'DELETE' then
		delete from fhir.person where patient_id = old.id;
	else
		update fhir.person set user_id = new.user_id, subject = subject and new.user_id is not distinct from old.user_id
		where patient_id = new.id;
	end if;
	if tg_op <> 'INSERT' then perform fhir.choose_subject(old.user_id); end if;
	if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.user_id is distinct from old.user_id) then
		perform fhir.choose_subject(new.user_id);
	end if;
	return null;
end
$$;
create trigger keep_person after insert or delete on public.patients for each row execute function fhir.keep_person();
create trigger keep_person_update after update of user_id, is_active on public.patients for each row
	when (old.user_id is distinct from new.user_id or old.is_active is distinct from new.is_active)
	execute function fhir.keep_person();

create function fhir.link_person() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'INSERT' and old.type = 'Patient' and old.table_name = 'patients' then
		update fhir.person set fhir_id = old.row_id::text where patient_id = old.row_id and fhir_id <> old.row_id::text;
	end if;
	if tg_op <> 'DELETE' and new.type = 'Patient' and new.table_name = 'patients' then
		update fhir.person set fhir_id = new.id where patient_id = new.row_id and fhir_id <> new.id;
	end if;
	return null;
end
$$;
create trigger link_person_insert after insert on fhir.resource for each row
	when (new.type = 'Patient' and new.table_name = 'patients') execute function fhir.link_person();
create trigger link_person_update after update of table_name, row_id, id, type on fhir.resource for each row
	when ((old.type = 'Patient' or new.type = 'Patient') and (old.table_name is distinct from new.table_name
		or old.row_id is distinct from new.row_id or old.id <> new.id or old.type <> new.type))
	execute function fhir.link_person();
create trigger link_person_delete after delete on fhir.resource for each row
	when (old.type = 'Patient' and old.table_name = 'patients') execute function fhir.link_person();

-- Whose account a patient is, and who looks after them, decides who sees their data: only the system may say it. A therapist adds
-- patients of their own, without an account or with one they may see already; a person adds none.
create function access.guard_patient() returns trigger language plpgsql
	set search_path = pg_catalog, pg_temp as $$
declare
	me integer := nullif(current_setting('app.user_id', true), '')::integer;
begin
	if current_user not in ('heart_therapist', 'heart_person') then return new; end if;
	if tg_op = 'UPDATE' then
		if new.user_id is distinct from old.user_id or new.therapist_id is distinct from old.therapist_id then
			raise insufficient_privilege using message = 'a patient''s account and therapist are changed by an administrator';
		end if;
	elsif current_user = 'heart_person' or new.therapist_id is distinct from me
		or (new.user_id is not null and new.user_id <> all (access.visible_users())) then
		raise insufficient_privilege using message = 'a therapist adds patients of their own only';
	end if;
	return new;
end
$$;
create trigger guard_patient before insert or update on public.patients for each row execute function access.guard_patient();

revoke all on all functions in schema fhir from public;
`;
