import { sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import { mappedTypes, tablesOf } from "../mapping/registry.ts";
import { entities } from "../tables/all.ts";
import { columnsOf, tableName } from "../tables/columns.ts";
import { authChanged } from "./auth-channel.ts";
import { rewriteResidues } from "./change/rewrite-residues.ts";
import type { Transaction } from "./database.ts";

/**
 * Locks an account whose password was just compared; false where it has another one meanwhile.
 *
 * @throws Failure conflict - patients or administrators would be left with nobody
 */
export async function lockAccount(tx: Transaction, id: number, password: string | null): Promise<boolean> {
	const rows = await tx.query(sql<{ role: string | null }>`
		select u.role from public.users u where u.id = ${id}::int and u.password is not distinct from ${password} for update`);
	const [account] = rows;
	if (account === undefined) return false;
	if (account.role === "therapist") {
		const [patients] = await tx.query(sql<{ n: number }>`
			select count(*)::int as n from public.patients p where p.therapist_id = ${id}::int`);
		if ((patients?.n ?? 0) > 0) {
			const message = `${patients?.n} patients are in your care: assign each to another therapist first (POST /api/patients/:id/assign-therapist)`;
			throw new Failure("conflict", message);
		}
	}
	if (account.role === "admin") {
		await tx.query(sql`select pg_advisory_xact_lock(hashtextextended('last administrator', 0))`);
		const others = await tx.query(sql`
			select 1 from public.users u where u.role = 'admin' and u.id <> ${id}::int and u.password is not null limit 1`);
		if (others.length === 0) throw new Failure("conflict", "You are the only administrator: make another one first");
	}
	return true;
}

/** The ids of the profiles, contacts and devices that are of an account. */
export async function rowsOfAccount(
	tx: Transaction,
	id: number,
): Promise<{ patients: number[]; providers: number[]; devices: number[] }> {
	const ids = (table: string) =>
		sql`array(select t.id from ${sql.table(table)} t where t.user_id = ${id}::int order by t.id)`;
	const rows = await tx.query(sql<{ patients: number[]; providers: number[]; devices: number[] }>`
		select ${ids("public.patients")} as patients, ${ids("public.providers")} as providers, ${ids("public.device_connections")} as devices`);
	return rows[0] ?? { patients: [], providers: [], devices: [] };
}

/** Takes words out of every text of a person's rows (`pattern`: of PostgreSQL, whatever case); profile and account are not among them. */
export async function redactRows(
	tx: Transaction,
	id: number,
	patients: readonly number[],
	pattern: string,
): Promise<void> {
	for (const entity of entities) {
		const table = tableName(entity);
		const columns = columnsOf(entity).filter(({ type }) => type === "string" || type === "text");
		const owned = columnsOf(entity).some(({ property }) => property === "userId");
		if (columns.length === 0 || table === "users" || table === "patients") continue;
		if (!owned && table !== "exercise_prescriptions") continue;
		const texts = columns
			.filter(({ column }) => !["access_token", "refresh_token"].includes(column))
			.map(({ column }) => sql.ref(column));
		const whose = owned ? sql`user_id = ${id}::int` : sql`patient_id = any(${sql.val([...patients])}::int[])`;
		await tx.query(sql`
			update public.${sql.ref(table)} set ${sql.join(texts.map((text) => sql`${text} = regexp_replace(${text}, ${pattern}, '[removed]', 'gi')`))}
			where ${whose} and concat_ws(' ', ${sql.join(texts)}) ~* ${pattern}`);
	}
}

/** A body of a person's, current or past. */
export interface Body {
	readonly key: string;
	/** 0 for the current one. */
	readonly version: number;
	readonly type: string;
	readonly id: string;
	readonly body: string;
}

/** What a row of a person's does not say of its resources (row-residue.ts), now (`version` 0) or in the past. */
export interface AccountResidue {
	readonly table_name: string;
	readonly row_id: number;
	readonly version: number;
	readonly residue: string;
}

/** All bodies of a person, the current ones first. */
export async function bodiesOf(tx: Transaction, id: number): Promise<Body[]> {
	return tx.query(sql<Body>`
		select r.key::text, 0 as version, r.type, r.id, r.body from fhir.resource r
		where r.user_id = ${id}::int and r.body is not null
		union all
		select '', h.version, h.type, h.id, h.body from fhir.resource_history h
		where h.user_id = ${id}::int and h.body is not null`);
}

/** All residues of a person's rows, the current ones first. */
export async function residuesOf(tx: Transaction, id: number, patients: readonly number[]): Promise<AccountResidue[]> {
	const profiles = sql`any(${sql.val([...patients])}::int[])`;
	const sent = mappedTypes.flatMap(tablesOf).filter(({ mappings }) => mappings.some(({ isServers }) => !isServers));
	const current = [...new Set(sent.map(({ table }) => table))].map((table) => {
		const whose =
			table === "users"
				? sql`t.id = ${id}::int`
				: table === "patients"
					? sql`t.id = ${profiles}`
					: sql`t.user_id = ${id}::int`;
		return sql`select ${sql.lit(table)} table_name, t.id row_id, 0 as version, t.fhir_residue residue from public.${sql.ref(table)} t
			where ${whose} and t.fhir_residue is not null`;
	});
	return tx.query(sql<AccountResidue>`
		${sql.join(current, sql` union all `)}
		union all
		select h.table_name, h.row_id, h.version, h.image ->> 'fhir_residue' from fhir.row_history h
		where (h.user_id = ${id}::int or (h.table_name = 'patients' and h.row_id = ${profiles})) and h.image ->> 'fhir_residue' is not null`);
}

/** What of a body is kept in its place. `index`: the index columns that belong to it, of current ones. */
export interface Rewritten extends Body {
	readonly index?: object;
}

/** What of a residue is kept in its place; null for nothing. */
export interface RewrittenResidue extends Omit<AccountResidue, "residue"> {
	readonly residue: string | null;
}

/** Puts bodies and residues in the place of others, as if they had never been different; then the past of the person's rows. */
export async function rewritePast(
	tx: Transaction,
	id: number,
	patients: readonly number[],
	{ bodies, residues }: { bodies: readonly Rewritten[]; residues: readonly RewrittenResidue[] },
	pattern: string,
): Promise<void> {
	for (const some of pagesOf(bodies)) await tx.query(sql`select app.rewrite_bodies(${JSON.stringify(some)}::json)`);
	const [current, past] = [
		residues.filter(({ version }) => version === 0),
		residues.filter(({ version }) => version > 0),
	];
	for (const some of pagesOf(current)) await rewriteResidues(tx, some);
	for (const some of pagesOf(past))
		await tx.query(sql`select fhir.rewrite_past_residues(${JSON.stringify(some)}::json)`);
	// A profile is found by nothing that was sent of it beyond its columns.
	await tx.query(sql`
		update fhir.resource set terms = '{}', strings = '{}', dates = '{}', numbers = '{}', overrides = '{}', guards = null
		where table_name = 'patients' and row_id = any(${sql.val([...patients])}::int[])`);
	await tx.query(sql`select app.forget_device_records(${id}::int)`);
	await tx.query(sql`select app.anonymise_history(${id}::int, ${pattern})`);
}

function pagesOf<One>(all: readonly One[]): One[][] {
	return Array.from({ length: Math.ceil(all.length / 500) }, (_, page) => all.slice(page * 500, (page + 1) * 500));
}

/** What ended with an account. */
export interface Revoked {
	readonly sessions: number;
	readonly apps: number;
	readonly calendarFeeds: number;
	readonly devices: number;
}

/** Ends everything that acts for an account, or reads it: sessions, apps, launches, calendar feeds, devices. */
export async function revokeAll(tx: Transaction, id: number, devices: readonly number[]): Promise<Revoked> {
	tx.heard(authChanged);
	const count = async (fragment: ReturnType<typeof sql>) => (await tx.query(fragment)).length;
	const sessions =
		(await count(sql`delete from auth.token where user_id = ${id}::int returning 1`)) +
		(await count(
			sql`delete from auth.record where model = 'Session' and payload ->> 'accountId' = ${String(id)} returning 1`,
		));
	await tx.query(sql`delete from auth.record where payload ->> 'accountId' = ${String(id)}
		or grant_id in (select g.id from auth.app_grant g where g.user_id = ${id}::int)`);
	const apps = await count(sql`delete from auth.app_grant where user_id = ${id}::int returning 1`);
	await tx.query(sql`delete from auth.launch where user_id = ${id}::int`);
	await tx.query(sql`delete from auth.password_reset where user_id = ${id}::int`);
	await tx.query(sql`delete from auth.identity_link where user_id = ${id}::int`);
	const calendarFeeds = await count(sql`
		delete from calendar.feed f using public.calendars c where c.id = f.calendar_id and c.user_id = ${id}::int returning 1`);
	const ids = sql`any(${sql.val([...devices])}::int[])`;
	await tx.query(sql`delete from devices.payload where connection_id = ${ids}`);
	await tx.query(sql`delete from devices.handshake where user_id = ${id}::int`);
	// First, while it is known who they are at the vendor: their access is taken back there (devices/revoke.ts).
	await tx.query(sql`update public.device_connections set access_token = null, refresh_token = null, token_expiry = null
		where id = ${ids} and access_token is not null`);
	await tx.query(sql`update devices.connection set state = 'disconnected', secrets = null, vendor_user_id = null, next_sync_at = null,
		lease_holder = null, lease_until = null, lease_log_id = null where connection_id = ${ids}`);
	// Answers kept for retries hold what was sent.
	await tx.query(sql`select app.forget_answers(${id}::int)`);
	await tx.query(sql`select app.forget_exports(${id}::int)`);
	return { sessions, apps, calendarFeeds, devices: devices.length };
}
