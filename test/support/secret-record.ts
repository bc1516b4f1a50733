import pg from "pg";
import type { Entity } from "../../src/tables/all.ts";
import { entities } from "../../src/tables/all.ts";
import { type Column, columnsOf, tableName } from "../../src/tables/columns.ts";
import type { People } from "./people.ts";
import type { Session, TestServer } from "./server.ts";

/** A word that is in every text of the record, and nowhere else. */
export const marker = "Zwqxk";

/** One person's whole record: a row in every table that belongs to people, and FHIR resources beside them, all texts marked. */
export interface SecretRecord {
	/** Row ids by SQL name of the table. */
	readonly rows: ReadonlyMap<string, number>;
	/** `Type/id` of resources: what the rows yield, and bodies stored whole under given and chosen ids. */
	readonly resources: readonly string[];
}

/** Tables everybody may read. */
const shared = new Set(
	"food_categories food_items exercises event_templates physical_therapy_phases therapy_routines activities".split(" "),
);

/** Fills everything about `patient`, as their therapist would; `session` is that therapist's. */
export async function secretRecord(server: TestServer, session: Session): Promise<SecretRecord> {
	const client = new pg.Client({ connectionString: server.ownerUrl });
	await client.connect();
	const rows = await fillTables(client, server.people).finally(() => client.end());
	const about = { subject: { reference: `Patient/${server.people.profiles.patient}` } };
	const coded = { code: { text: `${marker} code`, coding: [{ system: "urn:secret", code: marker }] } };
	const bodies: Record<string, unknown>[] = [
		{ resourceType: "Observation", status: "final", ...coded, ...about, identifier: [{ value: marker }] },
		{ resourceType: "Condition", ...coded, ...about },
		{ resourceType: "Encounter", status: "finished", class: { code: "AMB" }, ...about, reasonCode: [coded.code] },
	];
	const resources: string[] = [];
	for (const [index, body] of bodies.entries()) {
		const made = await session.post(`/fhir/${body.resourceType}`, body);
		const chosen = `${body.resourceType}/chosen-${index}`;
		const put = await session.put(`/fhir/${chosen}`, { ...body, id: chosen.split("/")[1] });
		if (made.status !== 201 || put.status !== 201) throw new Error(`${made.text} ${put.text}`);
		resources.push(`${body.resourceType}/${made.body.id}`, chosen);
	}
	const row = (table: string) => rows.get(table) as number;
	resources.push(
		`Patient/${server.people.profiles.patient}`,
		...["bp", "hr", "wt"].map((part) => `Observation/vs-${row("vitals_samples")}-${part}`),
		`MedicationStatement/med-${row("medications")}`,
		`Appointment/ev-${row("calendar_events")}`,
	);
	return { rows, resources };
}

async function fillTables(client: pg.Client, people: People): Promise<Map<string, number>> {
	const rows = new Map<string, number>([
		["users", people.patient],
		["patients", people.profiles.patient],
	]);
	await client.query(
		`update users set name = '${marker} name', phone_number = '${marker} 1' where id = ${people.patient}`,
	);
	await client.query(
		`update patients set first_name = '${marker} a', last_name = '${marker} b', name = '${marker} c', email = '${marker}@x.example', city = '${marker}' where id = ${people.profiles.patient}`,
	);
	const waiting: Entity[] = entities.filter((entity) => !rows.has(tableName(entity)));
	while (waiting.length > 0) {
		const ready = waiting.findIndex((entity) =>
			columnsOf(entity).every(
				({ references, nullable }) => nullable || references === undefined || rows.has(references),
			),
		);
		if (ready === -1) throw new Error("tables refer to one another");
		const [entity] = waiting.splice(ready, 1) as [Entity];
		rows.set(tableName(entity), await insertRow(client, entity, people, rows));
	}
	return rows;
}

async function insertRow(
	client: pg.Client,
	entity: Entity,
	people: People,
	rows: ReadonlyMap<string, number>,
): Promise<number> {
	const table = tableName(entity);
	const given = columnsOf(entity).filter(
		({ property }) => !["id", "version", "createdAt", "updatedAt"].includes(property),
	);
	const values = given.map((column) => cellOf(column, people, rows, shared.has(table)));
	const { rows: inserted } = await client.query<{ id: number }>(
		`insert into ${table} (${given.map(({ column }) => `"${column}"`).join()}) values (${given.map((_, at) => `$${at + 1}`).join()}) returning id`,
		values,
	);
	return inserted[0]?.id as number;
}

function cellOf(column: Column, people: People, rows: ReadonlyMap<string, number>, isShared: boolean): unknown {
	if (column.references === "users") return column.property === "therapistId" ? people.therapist : people.patient;
	if (column.references !== undefined) return rows.get(column.references) ?? null;
	switch (column.type) {
		case "integer":
		case "float":
			// Fits every range there is.
			return column.property === "temperature" ? 98 : 3;
		case "boolean":
			return true;
		case "date":
			return "2026-01-05";
		case "instant":
			return "2026-01-05T08:00:00Z";
		case "enum":
			return column.values?.[0];
		case "json":
			return JSON.stringify({ text: isShared ? "shared" : marker });
		default:
			return isShared ? "shared" : `${marker} ${column.property}`.slice(0, column.maxLength ?? 1000);
	}
}
