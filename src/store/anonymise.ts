import { sql } from "kysely";
import { Failure } from "../fhir/failure.ts";
import { entities } from "../tables/all.ts";
import { columnsOf, tableName } from "../tables/columns.ts";
import { authChanged } from "./auth-channel.ts";
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
	readonly table_name: string | null;
	readonly body: string;
}

/** All bodies and residues of a person, the current ones first. */
export async function bodiesOf(tx: Transaction, id: number, patients: readonly number[]): Promise<Body[]> {
	const whose = (alias: string) => sql`(${sql.ref(`${alias}.user_id`)} = ${id}::int
		or (${sql.ref(`${alias}.table_name`)} = 'patients' and ${sql.ref(`${alias}.row_id`)} = any(${sql.val([...patients])}::int[])))`;
	return tx.query(sql<Body>`
		select r.key::text, 0 as version, r.type, r.id, r.table_name, r.body from fhir.resource r
		where ${whose("r")} and r.body is not null
		union all
		select '', h.version, h.type, h.id, h.table_name, h.body from fhir.resource_history h
		where ${whose("h")} and h.body is not null`);
}

/** What of a body is kept in its place; null for nothing. `index`: the index columns that belong to it, of current ones. */
export interface Rewritten extends Omit<Body, "body" | "table_name"> {
	readonly body: string | null;
	readonly index?: object;
}

/** Puts bodies in the place of others, as if they had never been different; then the past of the person's rows. */
export async function rewritePast(
	tx: Transaction,
	id: number,
	rewritten: readonly Rewritten[],
	pattern: string,
): Promise<void> {
	for (let at = 0; at < rewritten.length; at += 500) {
		await tx.query(sql`select app.rewrite_bodies(${JSON.stringify(rewritten.slice(at, at + 500))}::json)`);
	}
	await tx.query(sql`select app.forget_device_records(${id}::int)`);
	await tx.query(sql`select app.anonymise_history(${id}::int, ${pattern})`);
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
	await tx.query(sql`update devices.connection set state = 'disconnected', secrets = null, vendor_user_id = null, next_sync_at = null,
		lease_holder = null, lease_until = null where connection_id = ${ids}`);
	// Answers kept for retries hold what was sent.
	await tx.query(sql`select app.forget_answers(${id}::int)`);
	await tx.query(sql`select app.forget_exports(${id}::int)`);
	return { sessions, apps, calendarFeeds, devices: devices.length };
}
