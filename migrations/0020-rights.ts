import { Migration } from "@mikro-orm/migrations";

/**
 * What src/access/rights.ts says of people is also what their roles may do here, so that a mistake in a route opens nothing. An app
 * (heart_app) acts for patients and for therapists: it keeps what either may do, and the server asks for the person behind it.
 */
export class Rights extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Prescribed by therapists; worked out or noted by the server.
revoke insert, update, delete on public.exercise_prescriptions from heart_person;
revoke insert, update, delete on public.daily_scores, public.device_sync_logs from heart_person, heart_therapist, heart_app;
do $$
declare
	target text;
	columns text;
begin
	-- Column privileges outlive a revoke of the table's, so each is taken back by name.
	foreach target in array array['exercise_prescriptions', 'daily_scores', 'device_sync_logs', 'alerts', 'therapy_goals', 'patients'] loop
		select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
		from pg_attribute a where a.attrelid = ('public.' || target)::regclass and a.attnum > 0 and not a.attisdropped;
		execute format('revoke update (%s) on public.%I from heart_person', columns, target);
		if target <> 'therapy_goals' then execute format('revoke insert (%s) on public.%I from heart_person', columns, target); end if;
		if target in ('daily_scores', 'device_sync_logs') then
			execute format('revoke insert (%1$s), update (%1$s) on public.%2$I from heart_therapist, heart_app', columns, target);
		end if;
	end loop;
	-- A profile without what the clinic says of the patient, and without whose it is.
	select string_agg(quote_ident(a.attname), ', ' order by a.attnum) into columns
	from pg_attribute a where a.attrelid = 'public.patients'::regclass and a.attnum > 0 and not a.attisdropped
		and a.attname not in ('id', 'version', 'created_at', 'updated_at', 'therapist_id', 'user_id', 'age', 'post_op_week', 'surgery_date',
			'surgery_type', 'discharge_summary', 'current_stage', 'target_heart_rate', 'max_heart_rate', 'resting_heart_rate',
			'blood_pressure_goal', 'weight_goal', 'notes', 'is_active');
	execute format('grant update (%s) on public.patients to heart_person', columns);
end
$$;
revoke delete on public.alerts, public.therapy_goals, public.patients from heart_person;
grant update (is_resolved, resolved_at) on public.alerts to heart_person;
grant update (progress, status) on public.therapy_goals to heart_person;

-- A therapist sees the accounts of their patients, and changes their own.
alter policy "users_therapist" on public.users using (id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer)
	with check (id = (nullif(current_setting('app.user_id'::text, true), ''::text))::integer);
create policy "users_person_of_therapist" on public.users for select to heart_therapist
	using (id = any (array(select v.user_id from access.visible v)));
`;
