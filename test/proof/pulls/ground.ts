import { hashSync } from "@node-rs/bcrypt";
import pg from "pg";
import { serverCaller } from "../../../src/access/caller.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { insertRows } from "../../../src/store/rows.ts";
import { Users } from "../../../src/tables/users.ts";
import { consented } from "../../support/devices.ts";
import { testPassword } from "../../support/people.ts";
import { createTestDatabase, type TestDatabase, testKey } from "../../support/postgres.ts";
import { type Session, sessionAt } from "../../support/server.ts";
import { freePort, type ServerProcess, startServerProcess } from "../../support/server-process.ts";
import { startVendor, type Vendor } from "./vendor.ts";

/** A server by name, through its deaths. */
export interface Server {
	readonly name: string;
	readonly base: string;
	process: ServerProcess;
}

/** Somebody with a connection. */
export interface Person {
	readonly userId: number;
	readonly email: string;
	/** Who they are at the vendor. */
	readonly athlete: number;
	readonly token: string;
	readonly connectionId: number;
}

/** Two servers on one database, the vendors in a process of their own, and people who are connected. */
export interface Ground {
	readonly vendor: Vendor;
	readonly servers: readonly [Server, Server];
	/** Of Strava. */
	readonly people: readonly Person[];
	/** Of Polar. */
	readonly wearer: Person;
	/** As the owner of the tables, past every policy. */
	readonly owner: pg.Pool;
	as(person: Pick<Person, "token">, server: Server): Session;
	/** Starts a server that was killed again; resolves when it is ready. */
	restart(server: Server): Promise<void>;
	/** Connects somebody to a vendor as their browser would; gives the connection. */
	connect(server: Server, email: string, vendor: "strava" | "polar", athlete: number): Promise<Person>;
	/** What servers wrote at the level of errors. */
	faults(): string[];
	close(): Promise<void>;
}

const password = hashSync(testPassword, { cost: 4 });

/** Makes it all; four people of Strava, one of Polar, another account without a device. */
export async function openGround(): Promise<Ground> {
	const place = await createTestDatabase();
	const owner = new pg.Pool({ connectionString: place.ownerUrl, max: 6 });
	await owner.query(witnesses);
	const emails = [1, 2, 3, 4, 5, 6].map((n) => `wearer${n}@test.example`);
	await addPeople(place, emails);
	const vendor = await startVendor();
	const ended: string[] = [];
	const servers = (await Promise.all(
		["a", "b"].map(async (name) => {
			const port = await freePort();
			const server = { name, base: `http://127.0.0.1:${port}`, process: spawn(name, port) };
			await server.process.ready();
			return server;
		}),
	)) as unknown as [Server, Server];
	await tellPids();

	function spawn(name: string, port: number): ServerProcess {
		return startServerProcess({
			DATABASE_URL: place.ownerUrl,
			TOKEN_ENCRYPTION_KEY: testKey.toString("base64"),
			PORT: String(port),
			BASE_URL: `http://127.0.0.1:${port}`,
			LOG_LEVEL: "error",
			STRAVA_CLIENT_ID: "app",
			STRAVA_CLIENT_SECRET: "app-secret",
			STRAVA_BASE_URL: vendor.base(name, "strava"),
			POLAR_CLIENT_ID: "app",
			POLAR_CLIENT_SECRET: "app-secret",
			POLAR_BASE_URL: vendor.base(name, "polar"),
		});
	}

	function tellPids(): Promise<void> {
		return vendor.tell({ pids: Object.fromEntries(servers.map((one) => [one.name, one.process.child.pid ?? 0])) });
	}

	const connect: Ground["connect"] = async (server, email, name, athlete) => {
		const signedIn = await sessionAt(server.base, "").post("/api/auth/login", { email, password: testPassword });
		const { token, user } = signedIn.body;
		const session = sessionAt(server.base, token);
		const { url } = (await session.get(`/api/${name}/connect`)).body;
		const back = await consented(url, { athlete: String(athlete), user: String(athlete) });
		const landed = await session.get(`${back.pathname}${back.search}`);
		if (landed.status !== 302) throw new Error(`connect: ${landed.status} ${landed.text}`);
		const [device] = (await session.get(`/api/devices?deviceType=${name}`)).body.data;
		return { userId: user.id, email, athlete, token, connectionId: device.id };
	};
	const people: Person[] = [];
	for (const [at, email] of emails.slice(0, 4).entries())
		people.push(await connect(servers[at % 2] as Server, email, "strava", 1_000_001 + at));
	const wearer = await connect(servers[0], emails[4] as string, "polar", 475);

	return {
		vendor,
		servers,
		people,
		wearer,
		owner,
		connect,
		as: ({ token }, { base }) => sessionAt(base, token),
		async restart(server) {
			ended.push(server.process.out());
			await server.process.kill();
			server.process = spawn(server.name, Number(new URL(server.base).port));
			await server.process.ready();
			await tellPids();
		},
		faults: () =>
			[...ended, ...servers.map(({ process }) => process.out())]
				.flatMap((out) => out.split("\n"))
				.filter((line) => line.includes('"level":50') || line.includes('"level":60')),
		async close() {
			for (const { process } of servers) await process.kill();
			await vendor.stop();
			await owner.end();
			await place.drop();
		},
	};
}

/** Tells on channel `proof` when a log says success, and notes which logs are of backfills. */
const witnesses = `
	create function tell_proof() returns trigger language plpgsql as $$ begin
		perform pg_notify('proof', new.id::text);
		return null;
	end $$;
	create trigger tell_proof after update on device_sync_logs for each row when (new.status = 'success' and old.status = 'pending')
		execute function tell_proof();
	create table backfills (log_id int primary key);
	create function note_backfill() returns trigger language plpgsql security definer as $$ begin
		insert into backfills values (new.backfill_log_id) on conflict do nothing;
		return null;
	end $$;
	create trigger note_backfill after insert or update on devices.connection for each row when (new.backfill_log_id is not null)
		execute function note_backfill()`;

async function addPeople(place: TestDatabase, emails: readonly string[]): Promise<void> {
	const database = await openDatabase({ url: place.serverUrl, poolSize: 1 });
	await database.write(serverCaller, (tx) =>
		insertRows(
			tx,
			Users,
			emails.map((email) => ({ email, name: "Somebody", role: "patient", password })),
		),
	);
	await database.close();
}
