import { Migration } from "@mikro-orm/migrations";

/** Who people are at a hospital's identity provider, and apps that registered themselves. */
export class HospitalSignIn extends Migration {
	override up(): void {
		this.addSql(sql);
	}
}

const sql = `
-- Somebody at an identity provider (OpenID Connect: issuer and subject together name one person for good) is an account here.
create table auth.identity_link (
	id integer generated always as identity primary key,
	issuer text not null,
	subject text not null,
	user_id integer not null,
	-- By an e-mail address the provider has verified, or by an administrator.
	made_by text not null,
	created_at timestamptz(3) not null default now(),
	used_at timestamptz(3) null,
	constraint identity_link_subject_unique unique (issuer, subject),
	constraint identity_link_made_by_check check (made_by in ('email', 'administrator')),
	constraint identity_link_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade
);
create index identity_link_user on auth.identity_link (user_id, issuer);

-- Accounts that people made themselves with an e-mail address nobody has proven to be theirs.
create table auth.unproven_address (
	user_id integer primary key,
	constraint unproven_address_user_id_foreign foreign key (user_id) references public.users (id) on delete cascade
);

-- Apps that registered themselves (RFC 7591), and the SHA-256 of the token they manage that with (RFC 7592).
alter table auth.client add column registered_itself boolean not null default false, add column registration_hash bytea null,
	add constraint client_registration_check check (registered_itself = (registration_hash is not null));

do $$
declare
	target text;
begin
	foreach target in array array['identity_link', 'unproven_address'] loop
		execute format('grant select, insert, update, delete on auth.%I to heart_system', target);
		execute format('alter table auth.%I enable row level security', target);
		execute format('create policy %I on auth.%I to heart_system using (true) with check (true)', target || '_system', target);
	end loop;
end
$$;
`;
