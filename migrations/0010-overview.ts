import { Migration } from "@mikro-orm/migrations";

/** What the app does with the rows: indexes for the newest vitals, totals of meals, search of foods. */
export class Overview extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- The newest value of a measure that is taken now and then, among the heart rates of every few minutes: without these, finding that a
-- person has no temperature reads all their samples (a year of 5-minute values: 110 ms for the six measures, 2 ms with them).
create index idx_vitals_systolic on vitals_samples (user_id, recorded_at desc) where systolic_bp is not null;
create index idx_vitals_diastolic on vitals_samples (user_id, recorded_at desc) where diastolic_bp is not null;
create index idx_vitals_weight on vitals_samples (user_id, recorded_at desc) where weight is not null;
create index idx_vitals_oxygen on vitals_samples (user_id, recorded_at desc) where oxygen_saturation is not null;
create index idx_vitals_temperature on vitals_samples (user_id, recorded_at desc) where temperature is not null;

create schema app;
grant usage on schema app to heart_person, heart_therapist, heart_system;

-- A sum of what cannot be negative, bounded by what its column holds; null stays null.
create function app.at_most(given numeric, most numeric) returns numeric language sql immutable as $$
	select case when given > most then most else given end
$$;

-- What the items of a meal come to: a food's nutrients, or the calories somebody gave, times the quantity (1 where none is given); null
-- where no item says anything. Grams to a tenth.
create function app.meal_totals(meal integer, out items integer, out calories integer, out protein float8, out carbs float8, out fat float8)
	language sql stable security definer set search_path = pg_catalog, pg_temp as $$
	select count(*)::integer,
		app.at_most(round(sum(coalesce(i.custom_calories, f.calories) * q.quantity)), 2147483647)::integer,
		app.at_most(round(sum(f.protein::numeric * q.quantity), 1), 1e9)::float8,
		app.at_most(round(sum(f.carbs::numeric * q.quantity), 1), 1e9)::float8,
		app.at_most(round(sum(f.fat::numeric * q.quantity), 1), 1e9)::float8
	from public.meal_item_entries i left join public.food_items f on f.id = i.food_item_id,
		lateral (select coalesce(i.quantity, 1)::numeric as quantity) q
	where i.meal_entry_id = meal
$$;

-- Brings the totals of meals in step with their items; those that lost their last item have none. Locked first, in order: a statement
-- after the lock sees what others did to the items before.
create function app.refresh_meals(meals integer[]) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	perform 1 from public.meal_entries m where m.id = any (meals) order by m.id for no key update;
	update public.meal_entries m
	set (total_calories, total_protein, total_carbs, total_fat) = (t.calories, t.protein, t.carbs, t.fat)
	from (select m.id, t.* from unnest(meals) as m(id), app.meal_totals(m.id) t) t
	where m.id = t.id and (m.total_calories, m.total_protein, m.total_carbs, m.total_fat)
		is distinct from (t.calories, t.protein, t.carbs, t.fat);
end
$$;

-- Foods are locked before meals, as whoever changes a food has it locked: what changes at the same moment is waited for.
create function app.meal_items_changed() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	meals integer[];
begin
	if tg_op = 'INSERT' then
		meals := array(select distinct meal_entry_id from new_rows order by 1);
	elsif tg_op = 'DELETE' then
		meals := array(select distinct meal_entry_id from old_rows order by 1);
	else
		meals := array(select meal_entry_id from new_rows union select meal_entry_id from old_rows order by 1);
	end if;
	if meals = '{}' then return null; end if;
	perform 1 from public.food_items f
	where f.id in (select i.food_item_id from public.meal_item_entries i where i.meal_entry_id = any (meals))
	order by f.id for share;
	perform app.refresh_meals(meals);
	return null;
end
$$;
create trigger keep_totals_insert after insert on meal_item_entries referencing new table as new_rows
	for each statement execute function app.meal_items_changed();
create trigger keep_totals_update after update on meal_item_entries referencing old table as old_rows new table as new_rows
	for each statement execute function app.meal_items_changed();
create trigger keep_totals_delete after delete on meal_item_entries referencing old table as old_rows
	for each statement execute function app.meal_items_changed();

create function app.foods_changed() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	meals integer[];
begin
	meals := array(
		select distinct i.meal_entry_id
		from new_rows n join old_rows o on o.id = n.id join public.meal_item_entries i on i.food_item_id = n.id
		where (n.calories, n.protein, n.carbs, n.fat) is distinct from (o.calories, o.protein, o.carbs, o.fat)
		order by 1);
	if meals <> '{}' then perform app.refresh_meals(meals); end if;
	return null;
end
$$;
create trigger keep_totals after update on food_items referencing old table as old_rows new table as new_rows
	for each statement execute function app.foods_changed();

-- Totals given by hand stay where there are no items; where there are, the items decide. By name before stamp.
create function app.keep_meal_totals() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
declare
	t record;
begin
	t := app.meal_totals(new.id);
	if t.items > 0 then
		new.total_calories := t.calories;
		new.total_protein := t.protein;
		new.total_carbs := t.carbs;
		new.total_fat := t.fat;
	end if;
	return new;
end
$$;
create trigger keep_totals before update on meal_entries for each row
	when ((old.total_calories, old.total_protein, old.total_carbs, old.total_fat)
		is distinct from (new.total_calories, new.total_protein, new.total_carbs, new.total_fat))
	execute function app.keep_meal_totals();

select app.refresh_meals(array(select distinct i.meal_entry_id from meal_item_entries i order by 1));

-- A text as searches compare it: the same as normalisedSql of src/search/normalise.ts.
create function app.folded(given text) returns text language sql immutable parallel safe as $$
	select btrim(regexp_replace(translate(lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g')), 'ς', 'σ'),
		'[\\s!-/:-@\\[-\`{-~]+', ' ', 'g'))
$$;
create function app.words(given text) returns tsvector language sql immutable parallel safe as $$
	select to_tsvector('simple'::regconfig, app.folded(given))
$$;
create index idx_food_items_words on food_items using gin (app.words(name));

revoke all on all functions in schema app from public;
grant execute on function app.at_most(numeric, numeric), app.folded(text), app.words(text) to heart_person, heart_therapist, heart_system;

-- Tokens mailed to choose a new password: SHA-256 only, used once.
create table auth.password_reset (
	hash bytea primary key,
	user_id integer not null,
	created_at timestamptz(3) not null default now(),
	expires_at timestamptz(3) not null,
	constraint password_reset_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade
);
create index password_reset_user on auth.password_reset (user_id);
grant select, insert, update, delete on auth.password_reset to heart_system;
alter table auth.password_reset enable row level security;
create policy password_reset_system on auth.password_reset to heart_system using (true) with check (true);

-- Whoever changes a password, on whichever road: its tokens end, but for that of who changes their own. (Browsers and apps: 0015.)
create function auth.password_changed() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	delete from auth.token where user_id = new.id
		and encode(hash, 'hex') <> coalesce(current_setting('auth.keep_token', true), '');
	delete from auth.password_reset where user_id = new.id;
	return null;
end
$$;
create trigger password_changed after update of password on users for each row
	when (old.password is distinct from new.password) execute function auth.password_changed();

-- What a deleted account leaves. Only the owner writes history; heart_system may have it rewritten by these, to take out what says whose it is.

-- Sets members to null where they are there.
create function app.emptied(given jsonb, members text[]) returns jsonb language sql immutable as $$
	select given || coalesce((select jsonb_object_agg(m, null) from unnest(members) m where given ? m), '{}')
$$;

-- given: [{key, version, type, id, body, index}], version 0 for what is current; without an index its columns stay.
create function app.rewrite_bodies(given json) returns void language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	create temporary table if not exists rewritten (key bigint, version integer, type text, id text, body text, index json) on commit drop;
	truncate pg_temp.rewritten;
	insert into pg_temp.rewritten
	select nullif(n.key, '')::bigint, n.version, n.type, n.id, n.body, n.index
	from json_to_recordset(given) n(key text, version integer, type text, id text, body text, index json);
	update fhir.resource r
	set body = n.body,
		terms = case when n.index is null then r.terms else p.terms end,
		strings = case when n.index is null then r.strings else p.strings end,
		dates = case when n.index is null then r.dates else p.dates end,
		numbers = case when n.index is null then r.numbers else p.numbers end,
		overrides = case when n.index is null then r.overrides else p.overrides end,
		guards = case when n.index is null then r.guards else p.guards end
	from pg_temp.rewritten n, lateral json_populate_record(null::fhir.resource, coalesce(n.index, '{}')) p
	where n.version = 0 and r.key = n.key;
	-- The trigger has kept what was there as a past version of the same number.
	delete from fhir.resource_history h using pg_temp.rewritten n, fhir.resource r
	where n.version = 0 and r.key = n.key and h.type = r.type and h.id = r.id and h.version = r.version;
	update fhir.resource_history h set body = n.body from pg_temp.rewritten n
	where n.version > 0 and h.type = n.type and h.id = n.id and h.version = n.version;
end
$$;

create function app.anonymise_history(who integer, pattern text) returns void language plpgsql security definer
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
		select jsonb_object_agg(e.key, case when jsonb_typeof(e.value) = 'string'
			then to_jsonb(regexp_replace(e.value #>> '{}', pattern, '[removed]', 'gi')) else e.value end)
		from jsonb_each(h.image) e)
	where h.user_id = who and h.image is not null and h.image::text ~* pattern;
end
$$;

create function app.forget_answers(who integer) returns void language sql security definer
	set search_path = pg_catalog, pg_temp as $$ delete from fhir.answer where user_id = who $$;

revoke all on function app.emptied(jsonb, text[]), app.rewrite_bodies(json), app.anonymise_history(integer, text), app.forget_answers(integer)
	from public;
grant execute on function app.rewrite_bodies(json), app.anonymise_history(integer, text), app.forget_answers(integer) to heart_system;
`;
