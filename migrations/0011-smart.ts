import { Migration } from "@mikro-orm/migrations";

/**
 * SMART on FHIR: what apps see (role heart_app), and what the authorization server keeps (schema auth). The role itself belongs to the
 * cluster (src/store/roles.ts).
 */
export class Smart extends Migration {
	override up(): void {
		this.addSql(apps);
		this.addSql(authorization);
	}
}

const apps = `
-- The patient an app was granted, if who granted it (app.user_id) may see them at this moment. As the owner of the tables, since the
-- policies of patients ask it themselves.
create function access.granted() returns public.patients language sql stable security definer
	set search_path = pg_catalog, pg_temp as $$
	select p from public.patients p, public.users u
	where p.id = (nullif(current_setting('app.patient_id', true), ''))::integer
		and u.id = (nullif(current_setting('app.user_id', true), ''))::integer
		and (p.user_id = u.id or (p.therapist_id = u.id and u.role = 'therapist') or u.role = 'admin')
$$;
create function access.granted_patient() returns integer language sql stable as $$ select (access.granted()).id $$;
create function access.granted_user() returns integer language sql stable as $$ select (access.granted()).user_id $$;
create function access.granted_therapist() returns integer language sql stable as $$ select (access.granted()).therapist_id $$;
revoke all on function access.granted(), access.granted_patient(), access.granted_user(), access.granted_therapist() from public;
grant usage on schema access, public, fhir, audit to heart_app;
grant execute on function access.me(), access.granted(), access.granted_patient(), access.granted_user(), access.granted_therapist()
	to heart_app;

create policy "exercises_app" on "exercises" for select to "heart_app" using (true);
create policy "food_categories_app" on "food_categories" for select to "heart_app" using (true);
create policy "food_items_app" on "food_items" for select to "heart_app" using (true);
create policy "physical_therapy_phases_app" on "physical_therapy_phases" for select to "heart_app" using (true);
create policy "therapy_routines_app" on "therapy_routines" for select to "heart_app" using (true);
create policy "activities_app" on "activities" for select to "heart_app" using (true);
create policy "therapy_goals_app" on "therapy_goals" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "sleep_logs_app" on "sleep_logs" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "providers_app" on "providers" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "medications_app" on "medications" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "medication_logs_app" on "medication_logs" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "meal_entries_app" on "meal_entries" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "hydration_logs_app" on "hydration_logs" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "exercise_logs_app" on "exercise_logs" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "event_templates_app" on "event_templates" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "device_connections_app" on "device_connections" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "daily_scores_app" on "daily_scores" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "calendars_app" on "calendars" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "calendar_events_app" on "calendar_events" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "alerts_app" on "alerts" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "vitals_samples_app" on "vitals_samples" to "heart_app" using (user_id = (select access.granted_user())) with check (user_id = (select access.granted_user()));
create policy "exercise_prescriptions_app" on "exercise_prescriptions" to "heart_app" using (exists (select 1 from patients parent where parent.id = exercise_prescriptions.patient_id)) with check (exists (select 1 from patients parent where parent.id = exercise_prescriptions.patient_id));
create policy "meal_item_entries_app" on "meal_item_entries" to "heart_app" using (exists (select 1 from meal_entries parent where parent.id = meal_item_entries.meal_entry_id)) with check (exists (select 1 from meal_entries parent where parent.id = meal_item_entries.meal_entry_id));
create policy "device_sync_logs_app" on "device_sync_logs" to "heart_app" using (exists (select 1 from device_connections parent where parent.id = device_sync_logs.device_connection_id)) with check (exists (select 1 from device_connections parent where parent.id = device_sync_logs.device_connection_id));
create policy "event_templates_app_read" on "event_templates" for select to "heart_app" using (user_id is null);
create policy "patients_app" on "patients" to "heart_app" using (id = (select access.granted_patient())) with check (id = (select access.granted_patient()));
create policy "users_app" on "users" for select to "heart_app" using (id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer or id = (select access.granted_user()) or id = (select access.granted_therapist()));

-- Column by column as for people (0002): no passwords, no vendor's tokens. Shared definitions and accounts are only read.
do $$
declare
	target record;
	columns text;
begin
	for target in
		select c.oid, c.relname from pg_class c
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
			and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = c.relname || '_app')
	loop
		select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
		from pg_attribute a
		where a.attrelid = target.oid and a.attnum > 0 and not a.attisdropped
			and a.attname not in ('password', 'access_token', 'refresh_token');
		execute format('grant select (%s) on public.%I to heart_app', columns, target.relname);
		if target.relname not in ('users', 'exercises', 'food_categories', 'food_items', 'physical_therapy_phases',
			'therapy_routines', 'activities')
		then
			execute format('grant insert (%1$s), update (%1$s), delete on public.%2$I to heart_app', columns, target.relname);
			execute format('grant usage on sequence public.%I to heart_app', target.relname || '_id_seq');
		end if;
	end loop;
end
$$;

-- What is about nobody is not the patient's: of that an app sees what everybody does.
grant select, insert, update, delete on fhir.resource to heart_app;
grant select on fhir.resource_history, fhir.row_history, fhir.person to heart_app;
grant insert on fhir.claim to heart_app;
grant select, insert, update, delete on fhir.answer to heart_app;
grant insert on audit.access_log to heart_app;
create policy resource_app on fhir.resource to heart_app
	using (user_id = (select access.granted_user()) or (user_id is null and shared))
	with check (not shared and user_id = (select access.granted_user()));
create policy resource_history_app on fhir.resource_history for select to heart_app
	using (not sealed and (user_id = (select access.granted_user()) or (user_id is null and shared)));
create policy row_history_app on fhir.row_history for select to heart_app
	using (not sealed and (case when table_name = 'patients' then row_id = (select access.granted_patient())
		when table_name = 'users' then row_id in ((nullif(current_setting('app.user_id', true), ''))::integer,
			(select access.granted_user()), (select access.granted_therapist()))
		else user_id = (select access.granted_user()) end));
create policy person_app on fhir.person for select to heart_app
	using (user_id = (select access.granted_user()) or patient_id = (select access.granted_patient()));
create policy claim_insert_app on fhir.claim for insert to heart_app with check (true);
create policy answer_app on fhir.answer to heart_app
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer)
	with check (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy access_log_insert_app on audit.access_log for insert to heart_app with check (true);

-- As in 0004, an app being no more than a person.
create or replace function access.guard_patient() returns trigger language plpgsql
	set search_path = pg_catalog, pg_temp as $$
declare
	me integer := nullif(current_setting('app.user_id', true), '')::integer;
begin
	if current_user not in ('heart_therapist', 'heart_person', 'heart_app') then return new; end if;
	if tg_op = 'UPDATE' then
		if new.user_id is distinct from old.user_id or new.therapist_id is distinct from old.therapist_id then
			raise insufficient_privilege using message = 'a patient''s account and therapist are changed by an administrator';
		end if;
	elsif current_user <> 'heart_therapist' or new.therapist_id is distinct from me
		or (new.user_id is not null and new.user_id <> all (access.visible_users())) then
		raise insufficient_privilege using message = 'a therapist adds patients of their own only';
	end if;
	return new;
end
$$;
`;

const authorization = `
-- Apps that may ask for access. No scopes: whatever the person agrees to.
create table auth.client (
	id text primary key,
	name text not null,
	auth_method text not null,
	secret_hash bytea null,
	jwks json null,
	jwks_uri text null,
	redirect_uris text[] not null default '{}',
	launch_url text null,
	grant_types text[] not null,
	scopes text null,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	constraint client_auth_method_check check (auth_method in ('none', 'client_secret_basic', 'private_key_jwt')),
	constraint client_secret_check check ((auth_method = 'client_secret_basic') = (secret_hash is not null)),
	constraint client_keys_check check ((auth_method = 'private_key_jwt') = (num_nonnulls(jwks, jwks_uri) = 1))
);

-- What oidc-provider keeps: codes, tokens, sessions, grants. Ids are kept as SHA-256 only. json, since a client's state may hold U+0000.
create table auth.record (
	model text not null,
	id bytea not null,
	payload json not null,
	grant_id text null,
	uid text null,
	consumed_at timestamptz(3) null,
	expires_at timestamptz(3) not null,
	primary key (model, id)
);
create index record_grant on auth.record (grant_id) where grant_id is not null;
create index record_uid on auth.record (uid) where uid is not null;
create index record_expires on auth.record (expires_at);

-- What a person granted an app, and for whom: every token and code names its grant.
create table auth.app_grant (
	id text primary key,
	client_id text not null,
	user_id integer not null,
	patient_id integer null,
	encounter text null,
	scopes text not null,
	granted_at timestamptz(3) not null default now(),
	constraint app_grant_client_id_foreign foreign key (client_id) references auth.client (id) on delete cascade,
	constraint app_grant_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade,
	constraint app_grant_patient_id_foreign foreign key (patient_id) references public.patients (id) on delete cascade
);
create index app_grant_user on auth.app_grant (user_id, client_id);
create index app_grant_client on auth.app_grant (client_id);
create index app_grant_patient on auth.app_grant (patient_id);

-- Launches from here (SMART App Launch, EHR launch): for one person, one app, one patient, once.
create table auth.launch (
	hash bytea primary key,
	client_id text not null,
	user_id integer not null,
	patient_id integer not null,
	encounter text null,
	created_at timestamptz(3) not null default now(),
	expires_at timestamptz(3) not null,
	used_at timestamptz(3) null,
	constraint launch_client_id_foreign foreign key (client_id) references auth.client (id) on delete cascade,
	constraint launch_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade,
	constraint launch_patient_id_foreign foreign key (patient_id) references public.patients (id) on delete cascade
);
create index launch_client on auth.launch (client_id);
create index launch_user on auth.launch (user_id);
create index launch_patient on auth.launch (patient_id);
create index launch_expires on auth.launch (expires_at);

-- Keys that ID tokens are signed with; sealed is the private JWK under TOKEN_ENCRYPTION_KEY. Retired ones are still published.
create table auth.signing_key (
	kid text primary key,
	alg text not null,
	sealed text not null,
	created_at timestamptz(3) not null default now(),
	retired_at timestamptz(3) null
);

do $$
declare
	target text;
begin
	foreach target in array array['client', 'record', 'app_grant', 'launch', 'signing_key'] loop
		execute format('grant select, insert, update, delete on auth.%I to heart_system', target);
		execute format('alter table auth.%I enable row level security', target);
		execute format('create policy %I on auth.%I to heart_system using (true) with check (true)', target || '_system', target);
	end loop;
end
$$;

-- Servers remember whose token is whose (0005): told when one ends early, not of every code and sign-in.
create function auth.tell_of_records() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	if exists (select from gone where model in ('AccessToken', 'ClientCredentials', 'Session') and expires_at > now()) then
		perform pg_notify('auth_changed', '');
	end if;
	return null;
end
$$;
create trigger tell after delete on auth.record referencing old table as gone
	for each statement execute function auth.tell_of_records();
create trigger tell after delete or update on auth.app_grant for each statement execute function auth.tell();
create trigger tell after delete or update on auth.client for each statement execute function auth.tell();

create function auth.tell_of_keys() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_notify('auth_keys_changed', '');
	return null;
end
$$;
create trigger tell after insert or delete or update on auth.signing_key for each statement execute function auth.tell_of_keys();
`;
