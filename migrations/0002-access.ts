import { Migration } from "@mikro-orm/migrations";

/** Who sees whose rows: row-level security of the documented tables, and what each role may do. The roles themselves belong to the cluster (src/store/roles.ts). */
export class Access extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create schema access;

create function access.me() returns integer language sql stable
as $$ select (nullif(current_setting('app.user_id', true), ''))::integer $$;

-- users.id of the patients in the caller's care.
create function access.cared_for() returns integer[] language sql stable
as $$
	select array(
		select p.user_id from public.patients p
		where p.therapist_id = (nullif(current_setting('app.user_id', true), ''))::integer and p.user_id is not null
	)
$$;

-- The same and the caller: one array keeps "mine or my patients'" a single index condition.
create function access.visible_users() returns integer[] language sql stable
as $$
	select array(
		select p.user_id from public.patients p
		where p.therapist_id = (nullif(current_setting('app.user_id', true), ''))::integer and p.user_id is not null
		union all
		select (nullif(current_setting('app.user_id', true), ''))::integer
	)
$$;

revoke all on all functions in schema access from public;
grant usage on schema access to heart_person, heart_therapist, heart_system;
grant execute on all functions in schema access to heart_person, heart_therapist, heart_system;

alter table "exercises" enable row level security;
create policy "exercises_system" on "exercises" to "heart_system" using (true) with check (true);
create policy "exercises_read" on "exercises" for select to "heart_person" using (true);
create policy "exercises_therapist" on "exercises" to "heart_therapist" using (true) with check (true);
alter table "food_categories" enable row level security;
create policy "food_categories_system" on "food_categories" to "heart_system" using (true) with check (true);
create policy "food_categories_read" on "food_categories" for select to "heart_person" using (true);
create policy "food_categories_therapist" on "food_categories" to "heart_therapist" using (true) with check (true);
alter table "food_items" enable row level security;
create policy "food_items_system" on "food_items" to "heart_system" using (true) with check (true);
create policy "food_items_read" on "food_items" for select to "heart_person" using (true);
create policy "food_items_therapist" on "food_items" to "heart_therapist" using (true) with check (true);
alter table "physical_therapy_phases" enable row level security;
create policy "physical_therapy_phases_system" on "physical_therapy_phases" to "heart_system" using (true) with check (true);
create policy "physical_therapy_phases_read" on "physical_therapy_phases" for select to "heart_person" using (true);
create policy "physical_therapy_phases_therapist" on "physical_therapy_phases" to "heart_therapist" using (true) with check (true);
alter table "therapy_routines" enable row level security;
create policy "therapy_routines_system" on "therapy_routines" to "heart_system" using (true) with check (true);
create policy "therapy_routines_read" on "therapy_routines" for select to "heart_person" using (true);
create policy "therapy_routines_therapist" on "therapy_routines" to "heart_therapist" using (true) with check (true);
alter table "activities" enable row level security;
create policy "activities_system" on "activities" to "heart_system" using (true) with check (true);
create policy "activities_read" on "activities" for select to "heart_person" using (true);
create policy "activities_therapist" on "activities" to "heart_therapist" using (true) with check (true);
alter table "users" enable row level security;
create policy "users_system" on "users" to "heart_system" using (true) with check (true);
create policy "users_person" on "users" to "heart_person" using (id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "users_therapist_of_person" on "users" for select to "heart_person" using (exists (select 1 from patients mine where mine.therapist_id = users.id and mine.user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer));
create policy "users_therapist" on "users" to "heart_therapist" using (id = any ((select access.visible_users())::integer[])) with check (id = any ((select access.visible_users())::integer[]));
alter table "therapy_goals" enable row level security;
create policy "therapy_goals_system" on "therapy_goals" to "heart_system" using (true) with check (true);
create policy "therapy_goals_person" on "therapy_goals" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "therapy_goals_therapist" on "therapy_goals" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "sleep_logs" enable row level security;
create policy "sleep_logs_system" on "sleep_logs" to "heart_system" using (true) with check (true);
create policy "sleep_logs_person" on "sleep_logs" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "sleep_logs_therapist" on "sleep_logs" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "providers" enable row level security;
create policy "providers_system" on "providers" to "heart_system" using (true) with check (true);
create policy "providers_person" on "providers" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "providers_therapist" on "providers" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "patients" enable row level security;
create policy "patients_system" on "patients" to "heart_system" using (true) with check (true);
create policy "patients_person" on "patients" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "patients_therapist" on "patients" to "heart_therapist" using (therapist_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer or user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (therapist_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer or user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
alter table "exercise_prescriptions" enable row level security;
create policy "exercise_prescriptions_system" on "exercise_prescriptions" to "heart_system" using (true) with check (true);
create policy "exercise_prescriptions_parent" on "exercise_prescriptions" to "heart_person", "heart_therapist" using (exists (select 1 from patients parent where parent.id = exercise_prescriptions.patient_id)) with check (exists (select 1 from patients parent where parent.id = exercise_prescriptions.patient_id));
alter table "medications" enable row level security;
create policy "medications_system" on "medications" to "heart_system" using (true) with check (true);
create policy "medications_person" on "medications" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "medications_therapist" on "medications" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "medication_logs" enable row level security;
create policy "medication_logs_system" on "medication_logs" to "heart_system" using (true) with check (true);
create policy "medication_logs_person" on "medication_logs" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "medication_logs_therapist" on "medication_logs" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "meal_entries" enable row level security;
create policy "meal_entries_system" on "meal_entries" to "heart_system" using (true) with check (true);
create policy "meal_entries_person" on "meal_entries" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "meal_entries_therapist" on "meal_entries" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "meal_item_entries" enable row level security;
create policy "meal_item_entries_system" on "meal_item_entries" to "heart_system" using (true) with check (true);
create policy "meal_item_entries_parent" on "meal_item_entries" to "heart_person", "heart_therapist" using (exists (select 1 from meal_entries parent where parent.id = meal_item_entries.meal_entry_id)) with check (exists (select 1 from meal_entries parent where parent.id = meal_item_entries.meal_entry_id));
alter table "hydration_logs" enable row level security;
create policy "hydration_logs_system" on "hydration_logs" to "heart_system" using (true) with check (true);
create policy "hydration_logs_person" on "hydration_logs" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "hydration_logs_therapist" on "hydration_logs" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "exercise_logs" enable row level security;
create policy "exercise_logs_system" on "exercise_logs" to "heart_system" using (true) with check (true);
create policy "exercise_logs_person" on "exercise_logs" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "exercise_logs_therapist" on "exercise_logs" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "event_templates" enable row level security;
create policy "event_templates_system" on "event_templates" to "heart_system" using (true) with check (true);
create policy "event_templates_person" on "event_templates" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "event_templates_therapist" on "event_templates" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
create policy "event_templates_read" on "event_templates" for select to "heart_person", "heart_therapist" using (user_id is null);
alter table "device_connections" enable row level security;
create policy "device_connections_system" on "device_connections" to "heart_system" using (true) with check (true);
create policy "device_connections_person" on "device_connections" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "device_connections_therapist" on "device_connections" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "device_sync_logs" enable row level security;
create policy "device_sync_logs_system" on "device_sync_logs" to "heart_system" using (true) with check (true);
create policy "device_sync_logs_parent" on "device_sync_logs" to "heart_person", "heart_therapist" using (exists (select 1 from device_connections parent where parent.id = device_sync_logs.device_connection_id)) with check (exists (select 1 from device_connections parent where parent.id = device_sync_logs.device_connection_id));
alter table "daily_scores" enable row level security;
create policy "daily_scores_system" on "daily_scores" to "heart_system" using (true) with check (true);
create policy "daily_scores_person" on "daily_scores" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "daily_scores_therapist" on "daily_scores" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "calendars" enable row level security;
create policy "calendars_system" on "calendars" to "heart_system" using (true) with check (true);
create policy "calendars_person" on "calendars" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "calendars_therapist" on "calendars" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "calendar_events" enable row level security;
create policy "calendar_events_system" on "calendar_events" to "heart_system" using (true) with check (true);
create policy "calendar_events_person" on "calendar_events" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "calendar_events_therapist" on "calendar_events" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "alerts" enable row level security;
create policy "alerts_system" on "alerts" to "heart_system" using (true) with check (true);
create policy "alerts_person" on "alerts" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "alerts_therapist" on "alerts" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));
alter table "vitals_samples" enable row level security;
create policy "vitals_samples_system" on "vitals_samples" to "heart_system" using (true) with check (true);
create policy "vitals_samples_person" on "vitals_samples" to "heart_person" using (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer) with check (user_id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "vitals_samples_therapist" on "vitals_samples" to "heart_therapist" using (user_id = any ((select access.visible_users())::integer[])) with check (user_id = any ((select access.visible_users())::integer[]));

grant usage on schema public to heart_person, heart_therapist, heart_system;

-- Column by column for people: no role but heart_system reads or writes a password or a vendor's tokens, nobody makes themselves admin.
do $$
declare
	target record;
	readable text;
	writable text;
begin
	for target in
		select c.oid, c.relname from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
	loop
		execute format('grant select, insert, update, delete on public.%I to heart_system', target.relname);
		select string_agg(quote_ident(a.attname), ', ' order by a.attnum),
			string_agg(quote_ident(a.attname), ', ' order by a.attnum)
				filter (where not (target.relname = 'users' and a.attname in ('id', 'role')))
		into readable, writable
		from pg_attribute a
		where a.attrelid = target.oid and a.attnum > 0 and not a.attisdropped
			and a.attname not in ('password', 'access_token', 'refresh_token');
		execute format('grant select (%s) on public.%I to heart_person, heart_therapist', readable, target.relname);
		if target.relname = 'users' then
			execute format('grant update (%s) on public.users to heart_person, heart_therapist', writable);
		elsif target.relname in
			('exercises', 'food_categories', 'food_items', 'physical_therapy_phases', 'therapy_routines', 'activities')
		then
			execute format('grant insert (%1$s), update (%1$s), delete on public.%2$I to heart_therapist',
				writable, target.relname);
		else
			execute format('grant insert (%1$s), update (%1$s), delete on public.%2$I to heart_person, heart_therapist',
				writable, target.relname);
		end if;
		execute format('grant usage on sequence public.%I to heart_system, heart_person, heart_therapist',
			target.relname || '_id_seq');
	end loop;
end
$$;
`;
