import type { Client } from "pg";

/**
 * The schema of a migrated database as text that is the same for the same schema, for migrations/schema.sql: to be read and
 * compared, not to be run. Made of catalog queries, so that it needs no pg_dump.
 */
export async function snapshotSchema(client: Client): Promise<string> {
	const lines: string[] = [
		"-- Written by test/src/store/migrate.test.ts from the catalog of a migrated database; see README.md.",
	];
	// Unqualified names would otherwise depend on who asks.
	await client.query("set search_path = ''");
	for (const [title, query] of parts) {
		const { rows } = await client.query<{ line: string }>(query);
		lines.push("", `-- ${title}`, ...rows.map((row) => row.line));
	}
	await client.query("reset search_path");
	return `${lines.join("\n")}\n`;
}

const ours = "n.nspname in ('public', 'fhir', 'access', 'app', 'auth', 'audit', 'devices', 'alerting', 'scoring')";

const parts: readonly (readonly [string, string])[] = [
	[
		"columns",
		`select format('%s.%s %s %s%s%s%s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
			case when a.attnotnull then ' not null' else '' end,
			coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
			case a.attidentity when 'a' then ' generated always as identity' else '' end) as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
		left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
		where ${ours} and c.relkind in ('r', 'c') and a.attnum > 0 and not a.attisdropped
		order by n.nspname, c.relname, a.attnum`,
	],
	[
		"constraints",
		`select format('%s.%s %s %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid)) as line
		from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
		where ${ours} and k.contype <> 'n' order by n.nspname, c.relname, k.conname`,
	],
	[
		"indexes",
		`select i.indexdef as line from pg_indexes i join pg_namespace n on n.nspname = i.schemaname
		where ${ours} order by i.schemaname, i.tablename, i.indexname`,
	],
	[
		"row-level security",
		`select format('%s.%s %s %s to %s using (%s) check (%s)', p.schemaname, p.tablename, p.policyname, lower(p.cmd),
			array_to_string(p.roles, ', '), p.qual, p.with_check) as line
		from pg_policies p join pg_namespace n on n.nspname = p.schemaname
		where ${ours} order by p.schemaname, p.tablename, p.policyname`,
	],
	[
		"tables without row-level security",
		`select format('%s.%s', n.nspname, c.relname) as line from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where ${ours} and c.relkind = 'r' and not c.relrowsecurity order by 1`,
	],
	[
		"triggers",
		`select pg_get_triggerdef(t.oid) as line from pg_trigger t join pg_class c on c.oid = t.tgrelid
		join pg_namespace n on n.oid = c.relnamespace where ${ours} and not t.tgisinternal
		order by n.nspname, c.relname, t.tgname`,
	],
	[
		"functions",
		`select pg_get_functiondef(f.oid) as line from pg_proc f join pg_namespace n on n.oid = f.pronamespace
		where ${ours} order by n.nspname, f.proname`,
	],
	[
		"grants on tables",
		`select format('%s.%s %s: %s', n.nspname, c.relname, g.grantee::regrole,
			string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)) as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join aclexplode(c.relacl) g
		where ${ours} and g.grantee <> c.relowner and g.grantee <> 0
		group by n.nspname, c.relname, g.grantee::regrole order by n.nspname, c.relname, g.grantee::regrole::text`,
	],
	[
		"grants on columns",
		`select format('%s.%s %s %s: %s', n.nspname, c.relname, g.grantee::regrole, lower(g.privilege_type),
			string_agg(a.attname, ', ' order by a.attnum)) as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
		cross join aclexplode(a.attacl) g where ${ours} and g.grantee <> c.relowner
		group by n.nspname, c.relname, g.grantee::regrole, g.privilege_type
		order by n.nspname, c.relname, g.grantee::regrole::text, g.privilege_type`,
	],
];
