import { Migration } from "@mikro-orm/migrations";

/** What FHIR needs beside the documented tables: residue, history images, claimed ids, who is which Patient. */
export class Fhir extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create schema fhir;
grant usage on schema fhir to heart_person, heart_therapist, heart_system;

create type fhir.string_value as (param text, norm text, exact text);
create type fhir.date_value as (param text, lo timestamptz, hi timestamptz);
create type fhir.number_value as (param text, lo numeric, hi numeric, value numeric, system text, code text, unit text);

-- Sparse: a resource without native columns, what native columns cannot hold of a mapped one, or an id a client chose.
create table fhir.resource (
	key bigint generated always as identity primary key,
	type text not null,
	id text not null,
	version integer not null default 1,
	last_updated timestamptz(3) not null default now(),
	user_id integer null,
	-- 0 where it is about nobody known: searched like what is about somebody. A column, since row-level security keeps expressions such as
	-- coalesce() from an index.
	owner integer not null generated always as (coalesce(user_id, 0)) stored,
	created_by integer null,
	shared boolean not null default false,
	table_name text null,
	row_id integer null,
	part text null,
	deleted boolean not null default false,
	meta text null,
	body text null,
	overrides text[] not null default '{}',
	-- Columns for the same reason as owner. What charts ask is apart: a hospital's vital signs all override something (encounter, say).
	overridden boolean not null generated always as (overrides <> '{}') stored,
	chart_overridden boolean not null generated always as (overrides && '{category,code,date,effective,status}'::text[]) stored,
	guards jsonb null,
	at timestamptz null,
	terms text[] not null default '{}',
	strings fhir.string_value[] not null default '{}',
	dates fhir.date_value[] not null default '{}',
	numbers fhir.number_value[] not null default '{}',
	constraint resource_type_id_unique unique (type, id)
);
create index resource_owner_type_at on fhir.resource (owner, type, at desc nulls last, key desc) where table_name is null;
create index resource_type_key on fhir.resource (type, key) where table_name is null;
create index resource_row on fhir.resource (table_name, row_id) where table_name is not null;
create index resource_overridden on fhir.resource (table_name, type, owner) where overridden;
create index resource_chart_overridden on fhir.resource (table_name, type, owner) where chart_overridden;
create index resource_terms on fhir.resource using gin (terms);
create index resource_type_updated on fhir.resource (type, last_updated);

-- Superseded images of fhir.resource.
create table fhir.resource_history (
	type text not null,
	id text not null,
	version integer not null,
	last_updated timestamptz(3) not null,
	user_id integer null,
	created_by integer null,
	shared boolean not null,
	table_name text null,
	row_id integer null,
	part text null,
	deleted boolean not null,
	meta text null,
	body text null,
	-- About somebody else than the resource is now: only the system still sees it.
	sealed boolean not null default false,
	primary key (type, id, version)
);
create index resource_history_user on fhir.resource_history (user_id, type, last_updated desc);
create index resource_history_type on fhir.resource_history (type, last_updated desc);
create index resource_history_row on fhir.resource_history (table_name, row_id) where table_name is not null;

-- Superseded images (U) and tombstones (D) of the documented tables' rows. therapist_id is that of patients and what hangs on them, so
-- that a therapist still sees the history of a patient who is deleted or never had an account; it goes with the patient to the next one.
create table fhir.row_history (
	table_name text not null,
	row_id integer not null,
	version integer not null,
	op char(1) not null,
	at timestamptz(3) not null,
	user_id integer null,
	therapist_id integer null,
	image jsonb null,
	-- As in fhir.resource_history.
	sealed boolean not null default false,
	primary key (table_name, row_id, version),
	constraint row_history_op_check check (op in ('U', 'D'))
);
create index row_history_user on fhir.row_history (user_id, at desc);
create index row_history_table on fhir.row_history (table_name, at desc);

-- Ids of the natural form of a table's rows that a client took first; no row may get them any more.
create table fhir.claim (
	table_name text not null,
	row_id integer not null,
	primary key (table_name, row_id)
);

-- Which FHIR Patient is which patients row, and which of a user's rows represents the user.
create table fhir.person (
	patient_id integer primary key,
	fhir_id text not null,
	user_id integer null,
	subject boolean not null default false,
	constraint person_fhir_id_unique unique (fhir_id)
);
create unique index person_subject on fhir.person (user_id) where subject;
create index person_user on fhir.person (user_id);

grant select, insert, update, delete on fhir.resource to heart_person, heart_therapist, heart_system;
grant select on fhir.resource_history, fhir.row_history, fhir.person to heart_person, heart_therapist, heart_system;
grant insert on fhir.claim to heart_person, heart_therapist, heart_system;

alter table fhir.resource enable row level security;
create policy resource_system on fhir.resource to heart_system using (true) with check (true);
create policy resource_person on fhir.resource to heart_person
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer or (user_id is null and (shared or created_by = (nullif(current_setting('app.user_id', true), ''))::integer)))
	with check (not shared and (user_id = (nullif(current_setting('app.user_id', true), ''))::integer or (user_id is null and created_by = (nullif(current_setting('app.user_id', true), ''))::integer)));
create policy resource_therapist on fhir.resource to heart_therapist
	using (user_id = any ((select access.visible_users())::integer[]) or (user_id is null and (shared or created_by = (nullif(current_setting('app.user_id', true), ''))::integer)));

alter table fhir.resource_history enable row level security;
create policy resource_history_system on fhir.resource_history for select to heart_system using (true);
create policy resource_history_person on fhir.resource_history for select to heart_person
	using (not sealed and (user_id = (nullif(current_setting('app.user_id', true), ''))::integer or (user_id is null and (shared or created_by = (nullif(current_setting('app.user_id', true), ''))::integer))));
create policy resource_history_therapist on fhir.resource_history for select to heart_therapist
	using (not sealed and (user_id = any ((select access.visible_users())::integer[]) or (user_id is null and (shared or created_by = (nullif(current_setting('app.user_id', true), ''))::integer))));

alter table fhir.row_history enable row level security;
create policy row_history_system on fhir.row_history for select to heart_system using (true);
create policy row_history_person on fhir.row_history for select to heart_person using (not sealed and (user_id = (nullif(current_setting('app.user_id', true), ''))::integer));
create policy row_history_therapist on fhir.row_history for select to heart_therapist
	using (not sealed and (user_id = any ((select access.visible_users())::integer[]) or therapist_id = (nullif(current_setting('app.user_id', true), ''))::integer or (user_id is null and therapist_id is null)));

alter table fhir.claim enable row level security;
create policy claim_insert on fhir.claim for insert to heart_person, heart_therapist, heart_system with check (true);

alter table fhir.person enable row level security;
create policy person_system on fhir.person for select to heart_system using (true);
create policy person_person on fhir.person for select to heart_person using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy person_therapist on fhir.person for select to heart_therapist
	using (user_id = any ((select access.visible_users())::integer[]) or (user_id is null and exists (select 1 from public.patients p where p.id = patient_id)));
`;
