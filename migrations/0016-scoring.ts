import { Migration } from "@mikro-orm/migrations";

/** What daily scores need beside their documented table (schema scoring). */
export class Scoring extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- One score for each person and day; of several the newest stays.
delete from public.daily_scores a using public.daily_scores b
	where a.user_id = b.user_id and a.date = b.date and a.id < b.id;
alter table public.daily_scores add constraint daily_scores_user_date_unique unique (user_id, date);

create schema scoring;
grant usage on schema scoring to heart_person, heart_therapist, heart_app, heart_system;

-- How a score came about.
create table scoring.explanation (
	user_id integer not null,
	date date not null,
	-- What src/scores/daily-score.ts gave.
	parts jsonb not null,
	zone text not null,
	computed_at timestamptz(3) not null default now(),
	primary key (user_id, date)
);

-- Days about which something was written when they were over already. day: in UTC, so that of the person may be one beside it; reach: how
-- many days from it on are concerned. Written without looking whether it is there, as that would make writers wait for one another.
create table scoring.late (
	user_id integer not null,
	day date not null,
	reach integer not null,
	at timestamptz(3) not null default clock_timestamp()
);
create index late_at on scoring.late (at);

grant select, insert, update, delete on scoring.explanation, scoring.late to heart_system;
grant select on scoring.explanation to heart_person, heart_therapist;
grant insert on scoring.late to heart_person, heart_therapist, heart_app;
alter table scoring.explanation enable row level security;
create policy explanation_system on scoring.explanation to heart_system using (true) with check (true);
create policy explanation_person on scoring.explanation for select to heart_person
	using (user_id = (nullif(current_setting('app.user_id', true), ''))::integer);
create policy explanation_therapist on scoring.explanation for select to heart_therapist
	using (user_id = any (array(select v.user_id from access.visible v)));
alter table scoring.late enable row level security;
create policy late_system on scoring.late to heart_system using (true) with check (true);
create policy late_write on scoring.late for insert to heart_person, heart_therapist, heart_app with check (true);
`;
