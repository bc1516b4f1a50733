import type { FastifyInstance } from "fastify";
import { requireRight } from "../../../access/may.ts";
import { Failure } from "../../../fhir/failure.ts";
import { addUp } from "../../../medication/adherence.ts";
import { understand } from "../../../medication/understand.ts";
import { adherenceTo, type MedicationAdherence } from "../../../native/medication-adherence.ts";
import type { Days } from "../../../native/regularity.ts";
import type { Transaction } from "../../../store/database.ts";
import { listRows } from "../../../store/list-rows.ts";
import { medicationsOf } from "../../../store/medication-doses.ts";
import { insertRows, type RowValues, requireRow } from "../../../store/rows.ts";
import { MedicationLogs } from "../../../tables/medication-logs.ts";
import { Medications } from "../../../tables/medications.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { type AboutServices, type Person, readAbout, readAboutRow, todayOf } from "../about-person.ts";
import { civilDays } from "../civil-range.ts";
import { medicationLogs } from "../collections/medication-logs.ts";
import { medications } from "../collections/medications.ts";
import type { DeriveTools } from "../derive.ts";
import { etag } from "../etag.ts";
import { type ListParameters, listQuery, writeCursor } from "../list-query.ts";
import { present } from "../values.ts";
import { medicationSchemas as schemas } from "./medication-schemas.ts";

/** Days of adherence that are shown unless others are asked for, and the most that can be. */
const days = { defaultDays: 30, mostDays: 366 };

/** `/api/medications/…`: what is taken now, doses logged, adherence. */
export function registerMedicationRoutes(app: FastifyInstance, services: AboutServices & DeriveTools): void {
	const url = "/api/medications";

	app.get(`${url}/active`, { schema: schemas.active }, (request) =>
		readAbout(services, request, "medications/active", async (tx, person) => {
			const rows = (await medicationsOf(tx, person.userId)).filter((row) => isTakenOn(row, todayOf(person)));
			return { data: rows.map((row) => ({ ...present(medications, row, services), regimen: regimenOf(row) })) };
		}),
	);

	app.get(`${url}/adherence`, { schema: schemas.allAdherence }, (request) =>
		readAbout(services, request, "medications/adherence", async (tx, person) =>
			adherenceOfAll(tx, person, asked(request.query, person)),
		),
	);

	app.get(`${url}/:id/adherence`, { schema: schemas.adherence }, (request) =>
		readAboutRow(services, request, Medications, "medications/:id/adherence", async (tx, person, row) => {
			const range = asked(request.query, person);
			const [found] = await adherenceTo(tx, person.userId, [row], range);
			return { ...rangeOf(range), ...shown(found as MedicationAdherence) };
		}),
	);

	app.get(`${url}/:id/logs`, { schema: schemas.logs }, (request) =>
		readAboutRow(services, request, Medications, "medications/:id/logs", async (tx, _person, row) => {
			const query = listQuery(medicationLogs, { ...(request.query as ListParameters), medicationId: row.id as number });
			const page = await listRows(tx, MedicationLogs, query);
			return {
				data: page.rows.map((log) => present(medicationLogs, log, services)),
				nextCursor: page.next === undefined ? null : writeCursor(medicationLogs, query, page.next),
			};
		}),
	);

	app.post(`${url}/:id/log`, { schema: schemas.log }, async (request, reply) => {
		const caller = await request.caller();
		const { id } = request.params as { id: number };
		const given = (request.body ?? {}) as RowValues;
		const log = await services.database.write(caller, async (tx) => {
			const medication = await requireRow(tx, Medications, id);
			requireRight(caller, "medication_logs", "create");
			const [row] = await insertRows(tx, MedicationLogs, [logOf(medication, given, services.now())]);
			if (row === undefined) throw new Failure("fault", "The dose was not kept");
			const returned = [`medication-logs/${row.id}`];
			const patients = [row.userId as number];
			const target = `medications/${id}/log`;
			services.accessLog.include(tx, { caller, action: "create", target, returned, patients, outcome: "success" });
			return row;
		});
		reply.code(201).header("location", `/api/medication-logs/${log.id}`).header("etag", etag(log.version));
		return present(medicationLogs, log, services);
	});

	for (const path of ["active", "adherence", ":id/adherence", ":id/logs"])
		refuseOtherMethods(app, `${url}/${path}`, ["GET"]);
	refuseOtherMethods(app, `${url}/:id/log`, ["POST"]);
}

/** The doses of everything a person takes, together. */
export async function adherenceSumsOf(tx: Transaction, { userId }: Person, range: Days): Promise<object> {
	const found = await adherenceTo(tx, userId, await medicationsOf(tx, userId), range);
	return { ...rangeOf(range), ...addUp(found) };
}

/** The adherence to everything a person takes or took within some days: each medication for itself, and all doses together. */
async function adherenceOfAll(tx: Transaction, { userId, zone }: Person, range: Days): Promise<object> {
	const rows = await medicationsOf(tx, userId);
	const found = await adherenceTo(tx, userId, rows, range);
	const concerned = found.filter(
		(one, index) => one.expected + one.pending + one.extra > 0 || isTakenWithin(rows[index] as RowValues, range),
	);
	return {
		userId,
		timezone: zone,
		...rangeOf(range),
		...addUp(concerned),
		medications: concerned.map((one) => ({ ...shown(one), doses: undefined })),
	};
}

function asked(query: unknown, { zone, now }: Person): Days {
	return { zone, now, ...civilDays(query as { from?: string; to?: string }, zone, now, days) };
}

function rangeOf({ from, to }: Days): object {
	return { from: from.toString(), to: to.toString() };
}

function shown({ regimen, ...adherence }: MedicationAdherence): object {
	return { ...adherence, regimen: { remarks: [], ...regimen } };
}

function regimenOf({ frequency, timeOfDay }: RowValues): object {
	return { remarks: [], ...understand(frequency as string | null, timeOfDay as string | null) };
}

function isTakenOn(row: RowValues, day: Temporal.PlainDate): boolean {
	return isTakenWithin(row, { from: day, to: day });
}

/** Whether a medication is not ended, and its dates have a day in common with some days. */
function isTakenWithin(row: RowValues, { from, to }: Pick<Days, "from" | "to">): boolean {
	const { startDate, endDate } = row as { startDate: string | null; endDate: string | null };
	const begun = startDate === null || startDate <= to.toString();
	return row.isActive !== false && begun && (endDate === null || endDate >= from.toString());
}

/** The log of a dose: now, and as much as is prescribed, unless the request says otherwise. */
function logOf(medication: RowValues, given: RowValues, now: Temporal.Instant): RowValues {
	return {
		medicationId: medication.id,
		userId: medication.userId,
		takenAt: given.takenAt ?? now.toString({ smallestUnit: "millisecond" }),
		dosageTaken: given.dosageTaken === undefined ? medication.dosage : given.dosageTaken,
		notes: given.notes ?? null,
	};
}
