import { type RawBuilder, sql } from "kysely";
import t from "tap";
import { type Caller, callerOfApp } from "../../../src/access/caller.ts";
import { parseScopes } from "../../../src/access/scopes.ts";
import { parseSearch } from "../../../src/search/parse.ts";
import type { Transaction } from "../../../src/store/database.ts";
import { eventsAround } from "../../../src/store/event-rows.ts";
import { listRows } from "../../../src/store/list-rows.ts";
import { locateToChange, lockEntriesOfRows } from "../../../src/store/locate.ts";
import { occurrenceBranches } from "../../../src/store/occurrence-branch.ts";
import { readResource, searchResources } from "../../../src/store/resources.ts";
import { branchesOf, branchQuery } from "../../../src/store/search-branches.ts";
import { type Composed, compose } from "../../../src/store/statement.ts";
import { VitalsSamples } from "../../../src/tables/vitals-samples.ts";
import { base, openClinic } from "../../support/clinic.ts";
import { genericPlan } from "../../support/plans.ts";

// Plans under the real roles: what a chart asks must end at an index that begins with the person, and never look at others' rows.

const clinic = await openClinic(t);
// A third of one patient's came from devices.
await clinic.owner(`insert into vitals_samples (user_id, recorded_at, heart_rate, weight, device_connection_id, device_record)
	select 3 + n % 3, timestamptz '2025-01-01' + n * interval '1 minute', 60 + n % 40, 80,
		case when n % 9 = 0 then 1 + n % 2 end, case when n % 9 = 0 then 'samsung heart-rate id-' || n end from generate_series(1, 30000) n`);
await clinic.owner(`insert into fhir.resource (type, id, user_id, created_by, at, terms, body)
	select 'Observation', 'whole-' || n, 3 + n % 3, 1, timestamptz '2025-01-01' + n * interval '1 minute',
		array['code http://loinc.org|2345-7', 'code |2345-7', 'code 2345-7', 'subject Patient/' || (1 + n % 3)], '{}'
	from generate_series(1, 20000) n`);
await clinic.owner(`insert into calendars (user_id, name) select 3 + n, 'c' from generate_series(0, 2) n`);
await clinic.owner(`insert into calendar_events (calendar_id, user_id, title, start_time, end_time, recurrence_rule)
	select c.id, c.user_id, 'e', timestamptz '2015-01-01' + n * interval '12 hours', timestamptz '2015-01-01' + n * interval '12 hours' + interval '1 hour',
		case when n % 500 = 0 then 'FREQ=DAILY' end
	from generate_series(1, 8000) n, calendars c`);
// Residues of every fourth row of one patient, of which every fortieth overrides what a chart asks; other patients have none.
await clinic.owner(`insert into fhir.resource (type, id, user_id, created_by, table_name, row_id, part, terms, overrides, body)
	select 'Observation', 'vs-' || v.id || '-hr', v.user_id, 1, 'vitals_samples', v.id, 'hr',
		case when v.id % 40 = 0 then array['code http://loinc.org 8867-4'] else '{}' end,
		case when v.id % 40 = 0 then array['code'] else '{}' end, '{"exact":{"issued":{"fixed":true}}}'
	from vitals_samples v where v.user_id = 4 and v.id % 4 = 0`);
await clinic.owner(`insert into devices.provenance (user_id, device_connection_id, vendor, source, action, targets, updated_at)
	select 3 + n % 3, 1, 'samsung', 's', 'CREATE', jsonb_build_array('Observation/vs-' || n || '-hr', 'Observation/vs-' || n + 1 || '-hr'),
		timestamptz '2025-01-01' + n * interval '1 minute' from generate_series(1, 20000) n`);
await clinic.owner("analyze");

const callers: [string, Caller][] = [
	["patient", clinic.patient],
	["therapist", clinic.therapist],
	["system", clinic.system],
];

const app = (userId: number, role: "patient" | "therapist"): Caller =>
	callerOfApp(
		{ id: userId, role },
		{ clientId: "app", grant: "g", scopes: parseScopes("patient/*.rs"), patientId: 1, fhirUser: undefined },
	);

for (const [name, caller] of [
	...callers,
	["patient's app", app(3, "patient")],
	["therapist's app", app(1, "therapist")],
] as [string, Caller][]) {
	t.test(`${name}: the latest vitals of a patient`, async (t) => {
		for (const query of [
			"patient=1&_sort=-date&_count=50",
			"patient=1&code=http://loinc.org|8867-4&_sort=-date&_count=50",
			"patient=1&date=ge2025-01-05&_sort=-date&_count=50",
			"subject=Patient/1&_count=50",
		]) {
			for (const { plan, table } of await plans(caller, "Observation", query)) {
				t.notMatch(plan, /Seq Scan on (vitals_samples|resource)/, `${query}: ${table} by an index`);
				const read = [...plan.matchAll(/Scan.* on (?:vitals_samples|resource).*rows=(\d+)(?:\.\d+)? loops/g)];
				t.ok(Math.max(0, ...read.map(([, rows]) => Number(rows))) <= 11_000, `${query}: only theirs are read`);
			}
		}
	});
}

for (const [name, caller] of callers) {
	t.test(`${name}: what came from a device, by the vendor's id and by its Device`, async (t) => {
		for (const [query, most] of [
			["identifier=id-90", 2],
			["device=dev-2&_sort=-date&_count=50", 11_000],
		] as const) {
			for (const { plan, table } of await plans(caller, "Observation", query)) {
				if (table !== "native" || !plan.includes("vitals_samples")) continue;
				t.notMatch(plan, /Seq Scan on vitals_samples/, `${query}: by an index`);
				const read = [...plan.matchAll(/Scan.* on (?:vitals_samples|idx_vitals).*rows=(\d+)(?:\.\d+)? loops/g)];
				t.ok(Math.max(0, ...read.map(([, rows]) => Number(rows))) <= most, `${query}: few are read: ${plan}`);
			}
		}
	});
}

for (const [name, caller] of [
	...callers,
	["patient's app", app(3, "patient")],
	["therapist's app", app(1, "therapist")],
] as [string, Caller][]) {
	t.test(`${name}: where something came from`, async (t) => {
		for (const [query, most] of [
			["target=Observation/vs-77-hr,Observation/vs-90-hr", 10],
			["patient=1&_sort=-recorded&_count=50", 60],
		] as const) {
			for (const { plan, table } of await plans(caller, "Provenance", query)) {
				if (table !== "native") continue;
				t.notMatch(plan, /Seq Scan on provenance/, `${query}: by an index`);
				const read = [...plan.matchAll(/Scan.* on provenance.*rows=(\d+)(?:\.\d+)? loops/g)];
				t.ok(Math.max(0, ...read.map(([, rows]) => Number(rows))) <= most, `${query}: few are read: ${plan}`);
			}
		}
	});
}

for (const [name, caller] of callers) {
	t.test(`${name}: occurrences of somebody's recurring appointments`, async (t) => {
		const lines: string[] = [];
		await clinic.db.read(caller, async (tx) => {
			const query = (async (statement: RawBuilder<unknown>) => {
				const plan = await tx.query(sql<{ "QUERY PLAN": string }>`explain (analyze, timing off) ${statement}`);
				lines.push(...plan.map((row) => row["QUERY PLAN"]));
				return tx.query(statement);
			}) as typeof tx.query;
			const parsed = parseSearch("Appointment", [["patient", "1"]], { base }).query;
			const now = Date.UTC(2025, 5, 1);
			let found = 0;
			for await (const branch of occurrenceBranches({ ...tx, query }, parsed, undefined, now)) {
				const [row] = await query(sql<{ n: number }>`select count(*)::int n from ${branch.from}`);
				found += (row as { n: number }).n;
			}
			t.ok(found > 5000, `${found} occurrences`);
		});
		const plan = lines.join("\n");
		t.notMatch(plan, /Seq Scan on calendar_events/, plan);
		const read = [...plan.matchAll(/Scan.* on calendar_events.*rows=(\d+)(?:\.\d+)? loops/g)].map(([, rows]) =>
			Number(rows),
		);
		t.ok(Math.max(...read) < 50, "only the series are read");
	});

	t.test(`${name}: a week of somebody's calendar after ten years`, async (t) => {
		const window = { from: Date.UTC(2025, 5, 1), to: Date.UTC(2025, 5, 8) };
		const lines: string[] = [];
		await clinic.db.read(caller, async (tx) => {
			const query = (async (statement: RawBuilder<unknown>) => {
				const plan = await tx.query(sql<{ "QUERY PLAN": string }>`explain (analyze, timing off) ${statement}`);
				lines.push(...plan.map((row) => row["QUERY PLAN"]));
				return tx.query(statement);
			}) as typeof tx.query;
			const found = await eventsAround({ ...tx, query }, { userId: clinic.patient.userId }, window);
			t.equal(found.single.length, 14);
			t.equal(found.series.length, 15);
		});
		const plan = lines.join("\n");
		t.notMatch(plan, /Seq Scan on calendar_events/, plan);
		const read = [...plan.matchAll(/Scan.* on calendar_events.*rows=(\d+)(?:\.\d+)? loops/g)].map(([, rows]) =>
			Number(rows),
		);
		t.ok(Math.max(...read) < 50, "only the week and the series are read");
	});
}

const charts: [string, (tx: Transaction) => Promise<unknown>][] = [
	["read", (tx) => readResource(tx, "Observation", "vs-100-hr")],
	["read with a residue", (tx) => readResource(tx, "Observation", "vs-104-hr")],
	["patient", (tx) => readResource(tx, "Patient", "1")],
	["search", search("patient=1&category=vital-signs&_sort=-date&_count=50")],
	["search, residues", search("patient=2&category=vital-signs&_sort=-date&_count=50")],
	["code and date", search("patient=1&code=http://loinc.org|8867-4&date=ge2025-01-01&_count=100")],
	["code and date, residues", search("patient=2&code=http://loinc.org|8867-4&date=ge2025-01-01&_count=100")],
	[
		"native list",
		(tx) =>
			listRows(tx, VitalsSamples, {
				filters: [{ property: "userId", is: "=", value: "3" }],
				sort: { property: "recordedAt", descending: true },
				limit: 50,
			}),
	],
];

for (const [name, caller] of callers) {
	t.test(`${name}: every statement of every chart, planned once for all values`, async (t) => {
		for (const [chart, work] of charts) {
			const plans = await plansOf(caller, work);
			t.ok(plans.length > 0, `${chart}: ${plans.length} statements`);
			for (const plan of plans) {
				t.notMatch(plan, /Seq Scan on (vitals_samples|resource)\b/, `${chart}: by indexes`);
				const read = [...plan.matchAll(/Scan.* on (?:vitals_samples|resource).*rows=(\d+)(?:\.\d+)? loops/g)];
				// What overrides is looked through whole: 250 entries of one patient.
				t.ok(Math.max(0, ...read.map(([, rows]) => Number(rows))) <= 600, `${chart}: as much as is shown`);
			}
		}
	});
}

for (const [name, caller] of callers) {
	t.test(
		`${name}: what is read by its id is not planned anew each time, though it is one of many or alone`,
		async (t) => {
			const planned = (tx: Transaction) =>
				tx.query(sql<{ text: string; custom: number; all: number }>`
				select statement text, custom_plans::int custom, custom_plans::int + generic_plans::int "all" from pg_prepared_statements`);
			for (const [type, id] of [
				["Observation", "vs-77-hr"],
				["Observation", "whole-90"],
				["Patient", "1"],
			] as const) {
				await clinic.db.read(caller, async (tx) => {
					// One behind the other they share a connection. The first five plans are made to be compared with.
					const read = () => readResource(tx, type, id).catch(() => undefined);
					for (let times = 0; times < 8; times++) await read();
					const before = new Map((await planned(tx)).map((one) => [one.text, one]));
					for (let times = 0; times < 20; times++) await read();
					const used = (await planned(tx)).filter(({ text, all }) => all >= (before.get(text)?.all ?? 0) + 20);
					t.ok(used.length > 0, `${type}/${id}: ${used.length} statements`);
					for (const { text, custom } of used) t.equal(custom, before.get(text)?.custom, `${type}/${id}: ${text}`);
				});
			}
		},
	);
}

for (const [name, caller] of [...callers, ["patient's app", app(3, "patient")]] as [string, Caller][]) {
	t.test(`${name}: what is about to be changed`, async (t) => {
		const ids = ["vs-77-hr", "vs-80-hr", "whole-90", "whole-91", "own", "x"];
		const changes: [string, (tx: Transaction) => Promise<unknown>][] = [
			["many, of two types", (tx) => locateToChange(tx, new Map([...namesOf(ids), ["Appointment", ["appt-500"]]]))],
			["one", (tx) => locateToChange(tx, namesOf(["whole-90"]))],
			["a row", async (tx) => lockEntriesOfRows(tx, "vitals_samples", [80])],
		];
		for (const [what, work] of changes) {
			const plans = await plansOf(caller, work, "write");
			t.equal(plans.length, 1, what);
			for (const plan of plans) {
				t.match(plan, /LockRows/, `${what}: locked`);
				t.notMatch(plan, /Seq Scan on resource\b/, `${what}: ${plan}`);
				const read = [...plan.matchAll(/Scan.* on resource.*rows=(\d+)(?:\.\d+)? loops/g)];
				t.ok(Math.max(0, ...read.map(([, rows]) => Number(rows))) <= ids.length, `${what}: only these are read`);
			}
		}
	});
}

function namesOf(ids: readonly string[]): Map<string, readonly string[]> {
	return new Map([["Observation", ids]]);
}

function search(query: string): (tx: Transaction) => Promise<unknown> {
	return (tx) => searchResources(tx, parseSearch("Observation", [...new URLSearchParams(query)], { base }).query);
}

/** EXPLAIN ANALYZE of all statements some work makes, as a connection plans them that does not look at the values. */
async function plansOf(
	caller: Caller,
	work: (tx: Transaction) => Promise<unknown>,
	how: "read" | "write" = "read",
): Promise<string[]> {
	const statements: Composed<unknown>[] = [];
	await clinic.db[how](caller, (tx) => {
		const query: Transaction["query"] = (statement) => {
			const composed = "text" in statement ? statement : compose(statement);
			statements.push(composed);
			return tx.query(composed);
		};
		const later = (statement: Parameters<Transaction["later"]>[0]) => void query(statement);
		return work({ ...tx, query, later, find: async (lookup, key) => (await query(lookup.statement([key])))[0] });
	})
		// What a caller may not see is planned all the same.
		.catch(() => undefined);
	return clinic.db.write(caller, async (tx) => {
		const found: string[] = [];
		for (const one of statements) found.push(await genericPlan(tx, one, "(analyze, timing off)"));
		return found;
	});
}

/** EXPLAIN ANALYZE of every branch of a search. */
async function plans(caller: Caller, type: string, query: string): Promise<{ table: string; plan: string }[]> {
	const parsed = parseSearch(type, [...new URLSearchParams(query)], { base }).query;
	return clinic.db.read(caller, async (tx) => {
		const found: { table: string; plan: string }[] = [];
		for (const [index, branch] of (await branchesOf(tx, parsed)).entries()) {
			const statement = branchQuery(branch, index, parsed);
			if (statement === undefined) continue;
			const rows = await tx.query(sql<{ "QUERY PLAN": string }>`explain (analyze, timing off) ${statement}`);
			found.push({ table: branch.kind, plan: rows.map((row) => row["QUERY PLAN"]).join("\n") });
		}
		return found;
	});
}
