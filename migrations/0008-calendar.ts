import { Migration } from "@mikro-orm/migrations";

/** One default calendar per person, whoever writes; what calendar programs know events and calendars by (schema calendar). */
export class Calendar extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Of several defaults the oldest stays; where there is none the oldest calendar becomes it.
update public.calendars c set is_default = false
where c.is_default and exists (
	select 1 from public.calendars o where o.user_id = c.user_id and o.is_default and o.id < c.id);
update public.calendars c set is_default = true
where not exists (select 1 from public.calendars o where o.user_id = c.user_id and (o.is_default or o.id < c.id));
create unique index calendars_default_unique on public.calendars (user_id) where is_default;

create schema calendar;
grant usage on schema calendar to heart_person, heart_therapist, heart_system;

-- A person's first calendar is the default; one that is made the default takes it from the other; it is not given up otherwise.
create function calendar.keep_one_default() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	-- What the statement below does to the other calendar.
	if pg_trigger_depth() > 1 then return new; end if;
	perform pg_advisory_xact_lock(hashtextextended('default calendar', new.user_id));
	if new.is_default then
		update public.calendars set is_default = false where user_id = new.user_id and is_default and id <> new.id;
	elsif not exists (
		select 1 from public.calendars where user_id = new.user_id and is_default and id <> new.id)
	then
		new.is_default := true;
	end if;
	return new;
end
$$;
create trigger keep_one_default before insert or update on public.calendars for each row
	execute function calendar.keep_one_default();

-- When the default is deleted the oldest that is left becomes it.
create function calendar.choose_default() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_advisory_xact_lock(hashtextextended('default calendar', old.user_id));
	update public.calendars set is_default = true
	where id = (select min(id) from public.calendars where user_id = old.user_id)
		and not exists (select 1 from public.calendars where user_id = old.user_id and is_default);
	return null;
end
$$;
create trigger choose_default after delete on public.calendars for each row when (old.is_default)
	execute function calendar.choose_default();

-- The calendar everybody begins with does not keep an account that nothing else hangs on.
create function calendar.forget_unused() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	delete from public.calendars c where c.user_id = old.id and c.version = 1 and c.is_default
		and not exists (select 1 from public.calendar_events e where e.calendar_id = c.id);
	return old;
end
$$;
create trigger forget_unused before delete on public.users for each row execute function calendar.forget_unused();

-- A window of time looks at what begins in it or shortly before, at series, and at what takes long.
create index idx_events_series on public.calendar_events (user_id) where recurrence_rule is not null;
create index idx_events_long on public.calendar_events (user_id) where end_time - start_time > interval '7 days';

-- By what name another program knows an event (RFC 5545 UID); events made here are known by their id.
create table calendar.uid (
	event_id integer primary key,
	calendar_id integer not null,
	uid text not null,
	constraint uid_calendar_uid_unique unique (calendar_id, uid),
	constraint uid_event_id_foreign foreign key (event_id) references public.calendar_events (id) on delete cascade,
	constraint uid_calendar_id_foreign foreign key (calendar_id) references public.calendars (id) on delete cascade
);
grant select, insert, update, delete on calendar.uid to heart_person, heart_therapist, heart_system;
alter table calendar.uid enable row level security;
create policy uid_system on calendar.uid to heart_system using (true) with check (true);
create policy uid_parent on calendar.uid to heart_person, heart_therapist
	using (exists (select 1 from public.calendar_events e where e.id = event_id))
	with check (exists (select 1 from public.calendar_events e where e.id = event_id));

-- Who has the token reads the calendar without signing in. hash: SHA-256.
create table calendar.feed (
	calendar_id integer primary key,
	hash bytea not null,
	created_at timestamptz(3) not null default now(),
	constraint feed_hash_unique unique (hash),
	constraint feed_calendar_id_foreign foreign key (calendar_id) references public.calendars (id) on delete cascade
);
grant select, insert, update, delete on calendar.feed to heart_person, heart_therapist, heart_system;
alter table calendar.feed enable row level security;
create policy feed_system on calendar.feed to heart_system using (true) with check (true);
create policy feed_parent on calendar.feed to heart_person, heart_therapist
	using (exists (select 1 from public.calendars c where c.id = calendar_id))
	with check (exists (select 1 from public.calendars c where c.id = calendar_id));
`;
