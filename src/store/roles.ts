import type { Client } from "pg";

/**
 * Makes the cluster's roles as they must be: `heart_person`, `heart_therapist`, `heart_app` and `heart_system`, which the policies are for,
 * and `heart_server`, the login the server connects as, which may become any of the four and is nothing by itself.
 * Roles are shared by all databases of a cluster, so another migration may be doing the same right now: retried.
 *
 * @throws Error in one line when the connected owner may not create roles
 */
export async function ensureRoles(owner: Client, serverPassword: string): Promise<void> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await makeRoles(owner, serverPassword);
		} catch (error) {
			const code = (error as { code?: string }).code ?? "";
			if (code === "42501") throw new Error(notAllowed, { cause: error });
			if (attempt === 20 || !meanwhile.has(code)) throw error;
			await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
		}
	}
}

/** duplicate_object, unique_violation, serialisation, deadlock, and "tuple concurrently updated" (internal_error). */
const meanwhile: ReadonlySet<string> = new Set(["42710", "23505", "40001", "40P01", "XX000"]);

const notAllowed =
	"the database owner may not create or grant the roles heart_person, heart_therapist, heart_app, heart_system and heart_server; " +
	"give it CREATEROLE (ALTER ROLE <owner> CREATEROLE) or let a superuser run the migration once";

const groups = ["heart_person", "heart_therapist", "heart_app", "heart_system"];

async function makeRoles(owner: Client, serverPassword: string): Promise<void> {
	const existing = await owner.query<{ rolname: string }>(
		"select rolname from pg_roles where rolname like 'heart\\_%'",
	);
	const known = new Set(existing.rows.map((row) => row.rolname));
	for (const role of groups) {
		if (!known.has(role)) await owner.query(`create role ${role} nologin nobypassrls`);
	}
	const password = owner.escapeLiteral(serverPassword);
	await owner.query(
		known.has("heart_server")
			? `alter role heart_server password ${password}`
			: `create role heart_server login noinherit nobypassrls password ${password}`,
	);
	const memberships = await owner.query<{ role: string }>(
		`select r.rolname as role from pg_auth_members m join pg_roles r on r.oid = m.roleid
		where m.member = 'heart_server'::regrole`,
	);
	const granted = new Set(memberships.rows.map((row) => row.role));
	// Before PostgreSQL 16 the options do not exist, and NOINHERIT of the role means the same.
	const options = (await serverVersion(owner)) >= 160000 ? " with inherit false, set true" : "";
	for (const role of groups) {
		if (!granted.has(role)) await owner.query(`grant ${role} to heart_server${options}`);
	}
}

/** The server's version as a number, 180004 for 18.4. */
export async function serverVersion(client: Client): Promise<number> {
	const answer = await client.query<{ version: number }>(
		"select current_setting('server_version_num')::integer as version",
	);
	return answer.rows[0]?.version ?? 0;
}
