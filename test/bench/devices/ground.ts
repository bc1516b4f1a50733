import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { placeOf } from "../../../src/devices/parts.ts";
import { openQueue } from "../../../src/jobs/queue.ts";
import { backfillDevice } from "../../../src/jobs/tasks/sync-devices.ts";
import { sealer } from "../../../src/secrets/sealer.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { serverUrl } from "../../../src/store/server-login.ts";
import { freePort } from "../../support/server-process.ts";
import { startedWith } from "../bench.ts";
import { type Place, preparePlace } from "../place.ts";
import { processorSeconds, type Running, residentMb, start } from "../processes.ts";
import type { Athletes } from "./athletes.ts";

/** A server, the vendors and a PostgreSQL, each a process of its own, whose time is moved forward together. */
export interface DevicesGround extends AsyncDisposable {
	readonly place: Place;
	/** The server's time now; epoch milliseconds. */
	now(): Promise<number>;
	/** Moves the time of server and vendors forward. */
	advance(milliseconds: number): Promise<void>;
	/** Hands out whatever is due, as the tick of every minute does. */
	tick(): Promise<void>;
	/** Begins to get what a vendor has from before. */
	addBackfill(connectionId: number): Promise<void>;
	vendor(order: { limits?: readonly [number, number]; athletes?: Athletes }): Promise<void>;
	/** Connects so many new people, as if they had done so by themselves; due at once. Gives their connections. */
	connect(vendor: "strava" | "polar", athletes: { from: number; count: number }): Promise<number[]>;
	/** Resolves when no job of this kind waits for its turn or runs; what is put off is left. */
	quiet(kind: "sync-device" | "backfill-device"): Promise<void>;
	read(): Promise<Reading>;
}

/** What has been used and done so far. */
export interface Reading {
	readonly at: number;
	readonly server: number;
	readonly vendor: number;
	readonly postgres: number;
	readonly statements: number;
	readonly transactions: number;
	readonly requests: number;
	readonly refused: number;
	/** Logs that have ended. */
	readonly pulls: number;
	readonly rssMb: number;
}

/** As src/main.js has it; what compiles TypeScript would stay in memory otherwise. */
const compiled = fileURLToPath(new URL("../../../node_modules/.cache/heart-compiled", import.meta.url));

/** Starts everything; gone when it is disposed. */
export async function openDevicesGround(say: (line: string) => void): Promise<DevicesGround> {
	say("making a database");
	const place = await preparePlace();
	const key = Buffer.from(place.env.TOKEN_ENCRYPTION_KEY ?? "", "base64");
	const seal = sealer([key]);
	const running: Running[] = [];
	const database = await openDatabase({ url: serverUrl(place.ownerUrl, key), poolSize: 1 });
	const log = { debug: () => undefined, warn: () => undefined, error: () => undefined };
	const queue = openQueue({ connection: database.queue, log });
	const close = async () => {
		process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
		await database.close();
		for (const one of running) await one.stop();
		await place.remove();
	};
	const interrupted = () => void close().finally(() => process.exit(130));
	process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
	try {
		const vendor = await start({
			script: "test/bench/devices/vendor.ts",
			env: {},
			logFile: `${place.folder}/vendor.log`,
			readyPath: "/control",
		});
		running.push(vendor);
		const controlPort = await freePort();
		const app = (name: string) => ({
			[`${name}_CLIENT_ID`]: "app",
			[`${name}_CLIENT_SECRET`]: "app-secret",
			[`${name}_BASE_URL`]: `${vendor.base}/${name.toLowerCase()}`,
		});
		const { options, env } = startedWith();
		const server = await start({
			script: "test/bench/devices/server.ts",
			env: {
				...env,
				...place.env,
				...app("STRAVA"),
				...app("POLAR"),
				CONTROL_PORT: String(controlPort),
				NODE_COMPILE_CACHE: compiled,
			},
			logFile: `${place.folder}/server.log`,
			readyPath: "/health/ready",
			nodeOptions: options,
		});
		running.push(server);
		const control = async (query = "") =>
			(await (await fetch(`http://127.0.0.1:${controlPort}/${query}`)).json()) as { statements: number; now: number };
		const tell = async (order?: object) => {
			const body = order === undefined ? {} : { body: JSON.stringify(order), method: "POST" };
			return (await (await fetch(`${vendor.base}/control`, body)).json()) as { requests: number; refused: number };
		};
		return {
			place,
			now: async () => (await control()).now,
			async advance(milliseconds) {
				await Promise.all([control(`?advance=${milliseconds}`), tell({ advance: milliseconds })]);
			},
			async tick() {
				await queue.add({ name: "pull-due-devices", policy: "exclusive" }, [{ data: {} }]);
				for (;;) {
					const { rowCount } = await place.owner.query(
						"select from jobs.job where name = 'pull-due-devices' and state in ('created', 'active', 'retry') limit 1",
					);
					if (rowCount === 0) return;
					await sleep(20);
				}
			},
			addBackfill: async (connectionId) => void (await queue.add(backfillDevice, [{ data: { connectionId } }])),
			vendor: async (order) => void (await tell(order)),
			async connect(name, { from, count }) {
				const { now } = await control();
				const { rows } = await place.owner.query<{ id: number }>(
					`with people as (insert into users (email, name, role)
						select $1 || n || '@bench.example', 'Wearer ' || n, 'patient' from generate_series($2::int, $3::int) n returning id)
					insert into device_connections (user_id, device_type, device_name, is_active, token_expiry)
					select id, $1, $1, true, case when $1 = 'strava' then $4::timestamptz end from people order by id returning id`,
					[name, from, from + count - 1, new Date(now + 6 * 3_600_000).toISOString()],
				);
				const ids = rows.map(({ id }) => id);
				const sealed = (what: "access_token" | "refresh_token") =>
					ids.map((id, at) => seal.seal(`sandbox-${from + at}-${what}`, placeOf(id, what)));
				await place.owner.query(
					`update device_connections d set access_token = t.access, refresh_token = case when device_type = 'strava' then t.refresh end
					from unnest($1::int[], $2::text[], $3::text[]) t(id, access, refresh) where d.id = t.id`,
					[ids, sealed("access_token"), sealed("refresh_token")],
				);
				await place.owner.query(
					`insert into devices.connection (connection_id, vendor_user_id, state, next_sync_at)
					select id, $2::int + n - 1, 'connected', $3 from unnest($1::int[]) with ordinality u(id, n)`,
					[ids, from, new Date(now).toISOString()],
				);
				return ids;
			},
			async quiet(kind) {
				for (;;) {
					const { rowCount } = await place.owner.query(
						`select from jobs.job where name = $1 and (state = 'active' or (state in ('created', 'retry') and start_after <= now())) limit 1`,
						[kind],
					);
					if (rowCount === 0) return;
					await sleep(50);
				}
			},
			async read() {
				const [{ statements }, { requests, refused }] = await Promise.all([control(), tell()]);
				const { rows } = await place.owner.query<{ pulls: number; transactions: number }>(
					`select (select count(*) from device_sync_logs where status <> 'pending')::int as pulls,
						(select xact_commit from pg_stat_database where datname = current_database())::int as transactions`,
				);
				return {
					at: performance.now() / 1000,
					server: processorSeconds(server.pid) ?? 0,
					vendor: processorSeconds(vendor.pid) ?? 0,
					postgres: processorSeconds(place.postgresPid) ?? 0,
					rssMb: residentMb(server.pid) ?? 0,
					...{ statements, requests, refused },
					...(rows[0] ?? { pulls: 0, transactions: 0 }),
				};
			},
			[Symbol.asyncDispose]: close,
		};
	} catch (error) {
		await close();
		throw error;
	}
}
