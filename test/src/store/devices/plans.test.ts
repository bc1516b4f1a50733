import t from "tap";
import { type Caller, serverCaller } from "../../../../src/access/caller.ts";
import type { Transaction } from "../../../../src/store/database.ts";
import { budgetLeft, noteLimits, spendRequests } from "../../../../src/store/devices/budgets.ts";
import {
	claimDueConnections,
	connectionById,
	connectionsAtVendor,
	connectionsOf,
	countSynced,
	endAbandonedLogs,
	endLease,
	endLeftBehind,
	keepLease,
	saveConnectionState,
	sealedOfConnections,
	takeLease,
} from "../../../../src/store/devices/connections.ts";
import { cursorOf, dropCursors, moveCursor } from "../../../../src/store/devices/cursors.ts";
import { forgetEvents, isNewEvent } from "../../../../src/store/devices/handshakes.ts";
import { connectionHealth } from "../../../../src/store/devices/health.ts";
import { syncProgress } from "../../../../src/store/devices/progress.ts";
import {
	forgetPayloads,
	knownRecords,
	linkedRecords,
	overlappingExercises,
	payloadsAfter,
	recordsWithin,
	saveRecords,
	undetailedRecords,
} from "../../../../src/store/devices/records.ts";
import {
	otherRecords,
	placeRecord,
	recordOfRow,
	relink,
	workoutsToldTwice,
} from "../../../../src/store/devices/same-workouts.ts";
import { listRows } from "../../../../src/store/list-rows.ts";
import { compose } from "../../../../src/store/statement.ts";
import { DeviceConnections } from "../../../../src/tables/device-connections.ts";
import { DeviceSyncLogs } from "../../../../src/tables/device-sync-logs.ts";
import { openClinic } from "../../../support/clinic.ts";
import { genericPlan } from "../../../support/plans.ts";

// Two thousand connections with their logs, records and payloads: whatever concerns one of them looks at its own.

const clinic = await openClinic(t);
const now = "2026-03-01T00:00:00Z";
await clinic.owner(
	`insert into users (email, name, role) select 'w' || n || '@test.example', 'W', 'patient' from generate_series(1, 2000) n`,
);
await clinic.owner(`insert into device_connections (user_id, device_type, is_active, access_token)
	select id, case when id % 3 = 0 then 'polar' else 'strava' end, true, 's1.x' from users where role = 'patient'`);
await clinic.owner(`insert into devices.connection (connection_id, vendor_user_id, next_sync_at)
	select id, 1000000 + id, timestamptz '${now}' + (id - 20) * interval '1 minute' from device_connections`);
await clinic.owner(`insert into devices.cursor (connection_id, feed, complete_until)
	select id, f, '${now}' from device_connections, unnest(array['activities', 'exercises', 'nights']) f`);
await clinic.owner(`insert into device_sync_logs (device_connection_id, sync_started_at, sync_completed_at, status, records_synced)
	select d.id, timestamptz '${now}' - n * interval '6 hours', timestamptz '${now}' - n * interval '6 hours', 'success', 0
	from generate_series(1, 60) n, device_connections d`);
// One of them has synced every quarter of an hour for a year.
await clinic.owner(`insert into device_sync_logs (device_connection_id, sync_started_at, sync_completed_at, status, records_synced)
	select 1, timestamptz '${now}' - n * interval '15 minutes', timestamptz '${now}' - n * interval '15 minutes', 'success', 0
	from generate_series(1, 35000) n`);
await clinic.owner(`insert into devices.payload (connection_id, feed, sealed, keep_until)
	select id, 'activities', 's1.x', timestamptz '${now}' + n * interval '1 day' from device_connections, generate_series(1, 20) n`);
await clinic.owner(`insert into devices.record (connection_id, kind, external_id, user_id, feed, table_name, row_id, state, linked_to, at, ended_at,
		measure, detailed)
	select id, 'exercise', n, user_id, 'activities', 'exercise_logs', case when n % 20 > 0 then id * 100 + n end,
		case when n % 20 > 0 then 'shown' else 'linked' end, case when n % 20 = 0 then id * 100 + 1 end,
		timestamptz '${now}' - n * interval '8 hours', timestamptz '${now}' - n * interval '7 hours', '{}', n % 10 > 0
	from device_connections, generate_series(1, 60) n`);
await clinic.owner(`insert into devices.event (vendor, digest, received_at)
	select 'strava', sha256(n::text::bytea), now() - n * interval '1 minute' from generate_series(1, 20000) n`);
await clinic.owner("analyze");

const key = [{ kind: "exercise", externalId: "7" }];
const record = {
	...{
		kind: "exercise",
		externalId: "7",
		feed: "activities",
		table: "exercise_logs",
		rowId: 107,
		state: "shown" as const,
	},
	...{
		linkedTo: null,
		at: now,
		endedAt: now,
		changedAt: null,
		measure: "{}",
		listed: null,
		detailed: true,
		payload: null,
	},
};
const window = { from: "2026-02-20T00:00:00Z", to: now };
const holder = "00000000-0000-4000-8000-000000000000";

const work: Record<string, (tx: Transaction) => unknown> = {
	claimDueConnections: (tx) => claimDueConnections(tx, { now, again: now, limit: 500, requestsATurn: 10 }),
	connectionById: (tx) => connectionById(tx, 1),
	"connectionById, locked": (tx) => connectionById(tx, 1, true),
	connectionsOf: (tx) => connectionsOf(tx, 10, "strava"),
	connectionsAtVendor: (tx) => connectionsAtVendor(tx, "strava", "1000001"),
	saveConnectionState: (tx) => saveConnectionState(tx, 1, { failures: 1, nextSyncAt: now }),
	sealedOfConnections: (tx) => sealedOfConnections(tx, 1, 50),
	takeLease: (tx) => takeLease(tx, 1, { holder, logId: 1, seconds: 40 }),
	keepLease: (tx) => keepLease(tx, 1, holder, 40),
	endLease: (tx) => endLease(tx, 1, holder, { requests: 12, ahead: 8, now }),
	endLeftBehind: (tx) => endLeftBehind(tx, 1, now),
	endAbandonedLogs: (tx) => endAbandonedLogs(tx, 1, now, now),
	countSynced: (tx) => countSynced(tx, 1, 5),
	cursorOf: (tx) => cursorOf(tx, 1, "activities"),
	moveCursor: (tx) => moveCursor(tx, 1, "activities", { completeUntil: now }),
	dropCursors: (tx) => dropCursors(tx, 1),
	knownRecords: (tx) => knownRecords(tx, 1, key),
	recordsWithin: (tx) => recordsWithin(tx, 1, "activities", window),
	undetailedRecords: (tx) => undetailedRecords(tx, 1, "activities", 30),
	overlappingExercises: (tx) => overlappingExercises(tx, 10, 1, [{ externalId: "7", ...window }]),
	linkedRecords: (tx) => linkedRecords(tx, [101]),
	otherRecords: (tx) => otherRecords(tx, 101, null),
	workoutsToldTwice: (tx) => workoutsToldTwice(tx, 10, 20),
	recordOfRow: (tx) => recordOfRow(tx, 101),
	placeRecord: (tx) => placeRecord(tx, { deviceConnectionId: 1, externalId: "7" }, { linkedTo: 101 }),
	relink: (tx) => relink(tx, 101, 102),
	saveRecords: (tx) => saveRecords(tx, { id: 1, userId: 10, vendor: "strava" }, [record], [], 1),
	forgetPayloads: (tx) => forgetPayloads(tx, "2026-03-02T00:00:00Z"),
	payloadsAfter: (tx) => payloadsAfter(tx, 1, 0, 200),
	isNewEvent: (tx) => isNewEvent(tx, "strava", Buffer.alloc(32)),
	forgetEvents: (tx) => forgetEvents(tx),
	budgetLeft: (tx) => budgetLeft(tx, "strava", { connectionId: 1, made: 5 }, now),
	spendRequests: (tx) => spendRequests(tx, "strava", now, 1),
	noteLimits: (tx) => noteLimits(tx, "strava", now, [{ name: "day", limit: 1, used: 1, endsAt: now }]),
};

/** Whatever grows with people and time. */
const large = /Seq Scan on (?:\w+\.)?(connection|device_connections|cursor|record|payload|event|device_sync_logs)\b/;

t.test("the system: every statement of pulls finds its rows by an index, whatever the values", async (t) => {
	for (const [name, one] of Object.entries(work)) {
		const plans = await plansOf(serverCaller, one);
		t.ok(plans.length > 0, name);
		for (const plan of plans) t.notMatch(plan, large, `${name}\n${plan}`);
	}
	const [due = ""] = await plansOf(serverCaller, work.claimDueConnections as never);
	t.match(due, /Index Scan using connection_due/, due);
	const [abandoned = ""] = await plansOf(serverCaller, work.endAbandonedLogs as never);
	t.match(abandoned, /idx_device_sync_logs_pending/, "a year of logs is not looked through");
});

const people: [string, Caller][] = [
	["patient", clinic.patient],
	["therapist", clinic.therapist],
	["system", clinic.system],
];
for (const [name, caller] of people) {
	t.test(`${name}: how a connection is, and how its syncs went`, async (t) => {
		const asked: Record<string, (tx: Transaction) => unknown> = {
			health: (tx) => connectionHealth(tx, 1, "strava"),
			progress: (tx) => syncProgress(tx, 1),
			connections: (tx) =>
				listRows(tx, DeviceConnections, {
					filters: [{ property: "userId", is: "=", value: "3" }],
					sort: { property: "id", descending: false },
					limit: 50,
				}),
			logs: (tx) =>
				listRows(tx, DeviceSyncLogs, {
					filters: [{ property: "deviceConnectionId", is: "=", value: "1" }],
					sort: { property: "syncStartedAt", descending: true },
					limit: 50,
				}),
		};
		for (const [what, one] of Object.entries(asked))
			for (const plan of await plansOf(caller, one)) t.notMatch(plan, large, `${what}\n${plan}`);
	});
}

/** The plans of what some work asks, for these values and for any; nothing of it stays. */
async function plansOf(caller: Caller, run: (tx: Transaction) => unknown): Promise<string[]> {
	const found: string[] = [];
	const undo = new Error("undo");
	await clinic.db
		.write(caller, async (tx) => {
			const query: Transaction["query"] = async (statement) => {
				const { text, values } = "text" in statement ? statement : compose(statement);
				const rows = await tx.query<{ "QUERY PLAN": string }>({ text: `explain ${text}`, values });
				found.push(rows.map((row) => row["QUERY PLAN"]).join("\n"), await genericPlan(tx, { text, values }));
				return tx.query(statement);
			};
			const later: Promise<unknown>[] = [];
			await run({ ...tx, query, later: (statement) => void later.push(query(statement)) });
			await Promise.all(later);
			throw undo;
		})
		.catch((error: unknown) => {
			if (error !== undo) throw error;
		});
	return found;
}
