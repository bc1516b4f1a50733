import { Migration } from "@mikro-orm/migrations";

/** What alerts need beside their documented table (schema alerting). */
export class Alerting extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create schema alerting;
grant usage on schema alerting to heart_person, heart_therapist, heart_app, heart_system;

-- What admins changed about the rules of src/alerts/default-rules.ts.
create table alerting.rule_change (
	rule_id text primary key,
	enabled boolean not null,
	levels jsonb not null,
	recovery jsonb null,
	changed_by integer not null,
	changed_at timestamptz(3) not null default now()
);

-- Which rule raised an alert, and whether it still stands: one stands for each rule and person.
create table alerting.raised (
	alert_id integer primary key,
	rule_id text not null,
	user_id integer not null,
	open boolean not null,
	severity text not null,
	-- Times of the first and the last cause.
	first_at timestamptz(3) not null,
	last_at timestamptz(3) not null,
	-- What a rise rose from.
	baseline double precision null,
	closed_at timestamptz(3) null,
	closed_by text null,
	constraint raised_closed_by_check check (closed_by in ('people', 'recovery', 'withdrawal')),
	constraint raised_alert_foreign foreign key (alert_id) references public.alerts (id) on delete cascade
);
create unique index raised_open on alerting.raised (user_id, rule_id) where open;
create index raised_user on alerting.raised (user_id, rule_id, closed_at desc);
create index raised_open_rule on alerting.raised (rule_id) where open;

-- What each alert was raised for; a cause raises no second one. It stays when the alert is deleted.
create table alerting.cause (
	rule_id text not null,
	source_table text not null,
	source_id integer not null,
	user_id integer not null,
	alert_id integer null,
	severity text not null,
	at timestamptz(3) not null,
	primary key (rule_id, source_table, source_id),
	constraint cause_alert_foreign foreign key (alert_id) references public.alerts (id) on delete set null
);
create index cause_alert on alerting.cause (alert_id);

-- Who has read which alert.
create table alerting.read (
	alert_id integer not null,
	user_id integer not null,
	read_at timestamptz(3) not null default now(),
	primary key (user_id, alert_id),
	constraint read_alert_foreign foreign key (alert_id) references public.alerts (id) on delete cascade
);
create index read_alert on alerting.read (alert_id);

-- Each change of an alert, for those who watch. Ordered by (xid, id): what is below every transaction still under way is complete.
create table alerting.feed (
	xid xid8 not null default pg_current_xact_id(),
	id bigint generated always as identity,
	alert_id integer not null,
	user_id integer not null,
	what text not null,
	at timestamptz(3) not null default clock_timestamp(),
	primary key (xid, id)
);
create index feed_at on alerting.feed (at);
create index feed_user on alerting.feed (user_id, xid, id);

-- Each message about an alert: to whom, by which way, what became of it.
create table alerting.delivery (
	id bigint generated always as identity primary key,
	alert_id integer not null,
	user_id integer not null,
	channel text not null,
	severity text not null,
	state text not null default 'waiting',
	attempts integer not null default 0,
	reason text null,
	created_at timestamptz(3) not null default now(),
	updated_at timestamptz(3) not null default now(),
	constraint delivery_channel_check check (channel in ('mail', 'sms')),
	constraint delivery_state_check check (state in ('waiting', 'sent', 'refused', 'given-up', 'dropped')),
	constraint delivery_once unique (alert_id, user_id, channel, severity),
	constraint delivery_alert_foreign foreign key (alert_id) references public.alerts (id) on delete cascade
);

grant select, insert, update, delete on all tables in schema alerting to heart_system;
grant select, insert on alerting.read to heart_person, heart_therapist;
grant select on alerting.feed to heart_person, heart_therapist;

do $$
declare
	target text;
begin
	foreach target in array array['rule_change', 'raised', 'cause', 'delivery', 'feed'] loop
		execute format('alter table alerting.%I enable row level security', target);
		execute format('create policy %I on alerting.%I to heart_system using (true) with check (true)', target || '_system', target);
	end loop;
end
$$;
create policy feed_person on alerting.feed for select to heart_person
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy feed_therapist on alerting.feed for select to heart_therapist
	using (user_id = any (array(select v.user_id from access.visible v)));
-- What one has read is one's own, even before the system.
alter table alerting.read enable row level security;
create policy read_own on alerting.read to heart_person, heart_therapist, heart_system
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer)
	with check (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);

-- Whoever resolves or opens an alert: what its rule thinks follows.
create function alerting.follow() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	update alerting.raised r
	set open = not coalesce(new.is_resolved, false),
		closed_at = case when new.is_resolved then date_trunc('milliseconds', clock_timestamp()) end,
		closed_by = case when new.is_resolved then 'people' end
	where r.alert_id = new.id and r.open = coalesce(new.is_resolved, false);
	return null;
end
$$;
create trigger follow after update of is_resolved on public.alerts for each row execute function alerting.follow();

create function alerting.tell() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op = 'DELETE' then
		insert into alerting.feed (alert_id, user_id, what) values (old.id, old.user_id, 'deleted');
	elsif tg_op = 'INSERT' then
		insert into alerting.feed (alert_id, user_id, what) values (new.id, new.user_id, 'raised');
	else
		insert into alerting.feed (alert_id, user_id, what) values (new.id, new.user_id,
			case when new.is_resolved and not coalesce(old.is_resolved, false) then 'resolved' else 'changed' end);
	end if;
	perform pg_notify('alert_feed', '');
	return null;
end
$$;
create trigger tell after insert or update or delete on public.alerts for each row execute function alerting.tell();

-- Servers remember people's limits and standing alerts; they are told whose have changed (nobody named: everybody's).
create function alerting.changed() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
	if tg_op <> 'INSERT' and old.user_id is not null then perform pg_notify('alerting_changed', old.user_id::text); end if;
	if tg_op <> 'DELETE' and new.user_id is not null then perform pg_notify('alerting_changed', new.user_id::text); end if;
	return null;
end
$$;
create trigger alerting_changed after insert or delete on public.patients for each row execute function alerting.changed();
create trigger alerting_changed_update after update on public.patients for each row
	when ((old.user_id, old.is_active, old.max_heart_rate, old.target_heart_rate, old.resting_heart_rate, old.blood_pressure_goal, old.weight_goal)
		is distinct from (new.user_id, new.is_active, new.max_heart_rate, new.target_heart_rate, new.resting_heart_rate, new.blood_pressure_goal, new.weight_goal))
	execute function alerting.changed();
create trigger changed after insert or update of open or delete on alerting.raised for each row execute function alerting.changed();

create function alerting.changed_user() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_notify('alerting_changed', new.id::text);
	return null;
end
$$;
create trigger alerting_changed after update of timezone on public.users for each row
	when (old.timezone is distinct from new.timezone) execute function alerting.changed_user();

create function alerting.changed_rules() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
	perform pg_notify('alerting_changed', '');
	return null;
end
$$;
create trigger changed after insert or update or delete on alerting.rule_change for each statement execute function alerting.changed_rules();

revoke all on all functions in schema alerting from public;
`;
