import { sql } from "kysely";
import pg from "pg";
import type { Test } from "tap";
import { type Caller, callerOf, serverCaller } from "../../src/access/caller.ts";
import { type Json, type JsonObject, parseJson } from "../../src/fhir/json.ts";
import { parseSearch } from "../../src/search/parse.ts";
import { type Database, openDatabase, type Transaction } from "../../src/store/database.ts";
import type { HistoryRequest } from "../../src/store/history-page.ts";
import type {
	Change,
	ChangeResult,
	HistoryPage,
	ResourceVersion,
	SearchPage,
} from "../../src/store/resource-version.ts";
import {
	applyChanges,
	planCreates,
	readHistory,
	readResource,
	readVersion,
	searchResources,
} from "../../src/store/resources.ts";
import { createTestDatabase } from "./postgres.ts";

/** The FHIR base searches are parsed with. */
export const base = "http://clinic.example/fhir";

/** A resource as tests build it; decimals may be `JSON.rawJSON`. */
export type Resource = JsonObject & { resourceType: string };

/**
 * The store over a database of its own with two therapists and their patients. users: 1 and 2 therapists, 3 and 5 patients of
 * therapist 1, 4 of therapist 2; patients: 1 (user 3), 2 (user 4), 3 (user 5), 4 (of therapist 1, without an account).
 */
export interface Clinic {
	readonly db: Database;
	readonly therapist: Caller;
	readonly therapist2: Caller;
	/** Patient/1. */
	readonly patient: Caller;
	readonly system: Caller;
	/** Plain SQL as the owner of the tables, past every policy: what a native edit is to FHIR. */
	owner<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
	/** A search as the server runs it: `find(caller, "Observation", "patient=1&_sort=-date")`. */
	search(caller: Caller, type: string | undefined, query: string): Promise<SearchPage>;
	/** The ids of all pages. */
	find(caller: Caller, type: string | undefined, query: string): Promise<string[]>;
	version(caller: Caller, type: string, id: string): Promise<ResourceVersion>;
	read(caller: Caller, type: string, id: string): Promise<JsonObject>;
	vread(caller: Caller, type: string, id: string, versionId: string): Promise<ResourceVersion>;
	history(
		caller: Caller,
		scope: { type?: string; id?: string },
		request?: Partial<HistoryRequest>,
	): Promise<HistoryPage>;
	change(caller: Caller, ...changes: Change[]): Promise<ChangeResult[]>;
	/** Creates with ids the store gives. */
	create(caller: Caller, ...resources: Resource[]): Promise<ChangeResult[]>;
	put(caller: Caller, ...resources: Resource[]): Promise<ChangeResult[]>;
	remove(caller: Caller, ...names: string[]): Promise<ChangeResult[]>;
}

/** Opens a clinic that ends with the test. */
export async function openClinic(t: Pick<Test, "teardown">): Promise<Clinic> {
	const database = await createTestDatabase();
	const pool = new pg.Pool({ connectionString: database.ownerUrl, max: 2 });
	const owner = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
		(await pool.query<Row>(text, values)).rows;
	await owner(`insert into users (email, name, role) values
		('t1@clinic.example', 'Théa One', 'therapist'), ('t2@clinic.example', 'Tom Two', 'therapist'), ('p1@clinic.example', 'P One', 'patient'),
		('p2@clinic.example', 'P Two', 'patient'), ('p3@clinic.example', 'P Three', 'patient')`);
	await owner(`insert into patients (therapist_id, user_id, name, is_active) values
		(1, 3, 'Anne', true), (2, 4, 'Bob', true), (1, 5, 'Cleo', true), (1, null, 'Dora', true)`);
	const db = await openDatabase({ url: database.serverUrl, poolSize: 24 });
	t.teardown(async () => {
		await db.close();
		await pool.end();
		await database.drop();
	});
	const version: Clinic["version"] = (caller, type, id) => db.read(caller, (tx) => readResource(tx, type, id));
	const change: Clinic["change"] = (caller, ...changes) => db.write(caller, (tx) => applyChanges(tx, changes));
	return {
		db,
		therapist: callerOf({ id: 1, role: "therapist" }),
		therapist2: callerOf({ id: 2, role: "therapist" }),
		patient: callerOf({ id: 3, role: "patient" }),
		system: serverCaller,
		owner,
		search: (caller, type, query) => db.read(caller, (tx) => searchIn(tx, type, [...new URLSearchParams(query)])),
		find: (caller, type, query) =>
			db.read(caller, async (tx) => (await allMatches(tx, type, [...new URLSearchParams(query)])).map(({ id }) => id)),
		version,
		read: async (caller, type, id) => parseJson((await version(caller, type, id)).text) as JsonObject,
		vread: (caller, type, id, versionId) => db.read(caller, (tx) => readVersion(tx, type, id, versionId)),
		history: (caller, scope, request = {}) =>
			db.read(caller, (tx) => readHistory(tx, scope, { count: 100, total: true, ...request })),
		change,
		create: (caller, ...resources) =>
			db.write(caller, async (tx) => {
				const plans = await planCreates(
					tx,
					resources.map((resource) => ({ resource })),
				);
				return applyChanges(
					tx,
					plans.map((plan, index) => ({ kind: "create", plan, resource: resources[index] as Resource })),
				);
			}),
		put: (caller, ...resources) =>
			change(
				caller,
				...resources.map(
					(resource): Change => ({
						kind: "update",
						type: resource.resourceType,
						id: resource.id as string,
						resource,
					}),
				),
			),
		remove: (caller, ...names) =>
			change(
				caller,
				...names.map(
					(name): Change => ({ kind: "delete", type: name.split("/")[0] as string, id: name.split("/")[1] as string }),
				),
			),
	};
}

/** One page, within a transaction. */
export async function searchIn(
	tx: Transaction,
	type: string | undefined,
	parameters: readonly [string, string][],
): Promise<SearchPage> {
	return searchResources(tx, parseSearch(type, parameters, { base }).query);
}

/** All pages, within a transaction. */
export async function allMatches(
	tx: Transaction,
	type: string | undefined,
	parameters: readonly [string, string][],
): Promise<ResourceVersion[]> {
	const found: ResourceVersion[] = [];
	let cursor: string | undefined;
	do {
		const page = await searchIn(tx, type, [
			...parameters,
			...(cursor === undefined ? [] : [["_cursor", cursor] as [string, string]]),
		]);
		found.push(...page.matches);
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	return found;
}

/** A heart rate that fits its native columns, unless `extra` says otherwise. */
export function heartRate(id: string | undefined, patient: string, value: Json, extra: JsonObject = {}): Resource {
	return {
		resourceType: "Observation",
		...(id === undefined ? {} : { id }),
		status: "final",
		code: { coding: [{ system: "http://loinc.org", code: "8867-4" }] },
		subject: { reference: `Patient/${patient}` },
		effectiveDateTime: "2025-03-01T10:00:00Z",
		valueQuantity: { value, unit: "bpm", system: "http://unitsofmeasure.org", code: "/min" },
		...extra,
	};
}

/** What a caller may do with SQL of their own: a rejected promise tells the policy's answer. */
export function asCaller(clinic: Clinic, caller: Caller, statement: string): Promise<unknown> {
	return clinic.db.write(caller, (tx) => tx.query(sql.raw(statement)));
}
