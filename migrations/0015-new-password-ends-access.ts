import { Migration } from "@mikro-orm/migrations";

/** Whoever had an account's old password may have signed in or granted apps access: a new one ends that. */
export class NewPasswordEndsAccess extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
create index record_account on auth.record ((payload ->> 'accountId')) where model = 'Session';

create function auth.end_access() returns trigger language plpgsql security definer
	set search_path = pg_catalog, pg_temp as $$
begin
	delete from auth.record where model = 'Session' and payload ->> 'accountId' = new.id::text;
	delete from auth.record where grant_id in (select id from auth.app_grant where user_id = new.id);
	delete from auth.app_grant where user_id = new.id;
	return null;
end
$$;
revoke all on function auth.end_access() from public;
create trigger end_access after update of password on public.users for each row
	when (old.password is distinct from new.password) execute function auth.end_access();
`;
