import pg from "pg";
import { type Route, registeredRoutes } from "../../support/roads.ts";
import { marker, secretRecord } from "../../support/secret-record.ts";
import { type Session, sessionAt, type TestServer } from "../../support/server.ts";

/** Somebody who sends hostile requests. */
export interface Who {
	readonly name: string;
	/** Empty: nobody. */
	token: string;
}

/** A server to be hostile to, with somebody's record in it that none of the callers may see. */
export interface HostileGround {
	readonly base: string;
	readonly callers: readonly Who[];
	readonly routes: readonly Route[];
	readonly references: readonly string[];
	/** A word that is in every text of the hidden record, and nowhere else. */
	readonly secret: string;
	/** Counts every row written, by whomever; refused requests leave it as it is. */
	stored(): Promise<number>;
	/** Signs somebody in again, whatever they did to their account. */
	renew(who: Who): Promise<void>;
	/** Resident memory of the server in MiB; undefined where that is not known. */
	memoryMb(): number | undefined;
	/** Lines of the log about what nobody expected. */
	faults(): string[];
}

/** Prepares a test server: the hidden record, who will be hostile, and a count of everything stored. */
export async function hostileGround(
	t: { teardown(undo: () => unknown): unknown },
	server: TestServer,
	more: Pick<HostileGround, "memoryMb"> & { readonly base?: string },
): Promise<HostileGround> {
	const { people } = server;
	const base = more.base ?? server.base;
	const record = await secretRecord(server, await server.as("therapist@test.example"));
	const owner = new pg.Client({ connectionString: server.ownerUrl });
	await owner.connect();
	t.teardown(() => owner.end());
	const { rows } = await owner.query<{ password: string }>(`select password from users where id = ${people.therapist}`);
	await countWrites(owner);
	const names = { therapist2: people.therapist2, other: people.other };
	const callers: Who[] = [];
	for (const name of "therapist2 therapist2 other therapist2 other therapist2 other nobody".split(" ")) {
		const session: Session = name === "nobody" ? server.stranger : await server.as(`${name}@test.example`);
		callers.push({ name, token: session.token });
	}
	return {
		...more,
		base,
		callers,
		routes: await registeredRoutes(server),
		references: [
			`Patient/${people.profiles.other}`,
			`Practitioner/user-${people.therapist2}`,
			...record.resources,
			"Patient/0",
		],
		secret: marker,
		async stored() {
			const counted = await owner.query<{ n: string }>("select coalesce(max(id), 0) n from proof.written");
			return Number(counted.rows[0]?.n);
		},
		async renew(who) {
			const id = names[who.name as keyof typeof names];
			const role = who.name === "other" ? "patient" : "therapist";
			await owner.query("update users set email = $1, role = $2, password = $3 where id = $4", [
				`${who.name}@test.example`,
				role,
				rows[0]?.password,
				id,
			]);
			await owner.query("delete from auth.attempt");
			const body = { email: `${who.name}@test.example`, password: "heart-test-2026" };
			const answer = await sessionAt(base, "").post("/api/auth/login", body);
			if (answer.status !== 200) throw new Error(`${who.name} cannot sign in any more: ${answer.text}`);
			who.token = answer.body.token;
		},
		faults: () => server.logged.filter((line) => /"level":[56]0/.test(line)),
	};
}

/**
 * Triggers on every table of the server's: each row written and committed leaves one in proof.written. Not what the server does by itself
 * meanwhile: alerts it raises and ends on schedule (those that follow from a request are written as its sender), and the files of an export
 * that was asked for.
 */
async function countWrites(owner: pg.Client): Promise<void> {
	await owner.query(`
		create schema proof;
		create unlogged table proof.written (id bigint generated always as identity primary key);
		create function proof.count() returns trigger language plpgsql security definer as $$
		begin
			if current_setting('app.user_id', true) is distinct from '0'
				or 'alerts' not in (tg_table_name, coalesce(to_jsonb(new) ->> 'table_name', '')) then
				insert into proof.written default values;
			end if;
			return null;
		end
		$$`);
	const { rows } = await owner.query<{ name: string }>(`
		select format('%I.%I', schemaname, tablename) name from pg_tables
		where schemaname = 'public'
			or (schemaname = 'fhir' and tablename not in ('answer', 'export_file', 'export_piece'))`);
	for (const { name } of rows) {
		const when = name === "fhir.export" ? "insert" : "insert or update or delete";
		await owner.query(
			`create trigger proof_count after ${when} on ${name} for each row execute function proof.count()`,
		);
	}
}
