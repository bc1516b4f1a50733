import type { FastifyRequest } from "fastify";
import type { AccessLog } from "../../audit/access-log.ts";
import type { Database, Transaction } from "../../store/database.ts";
import { personZone } from "../../store/person-zone.ts";
import { type RowValues, requireRow } from "../../store/rows.ts";
import type { Entity } from "../../tables/all.ts";
import { Patients } from "../../tables/patients.ts";
import { personAsked } from "./person-asked.ts";

/** What routes that read about one person need. */
export interface AboutServices {
	readonly database: Database;
	readonly accessLog: AccessLog;
	readonly now: () => Temporal.Instant;
}

/** Whom a request is about, and where and when they live. */
export interface Person {
	/** users.id. */
	readonly userId: number;
	/** IANA name. */
	readonly zone: string;
	readonly now: Temporal.Instant;
}

/**
 * Reads about the person a request names (`?userId=`), and records it as a read of `target` before it resolves.
 *
 * @throws Failure as {@link personAsked}
 */
export function readAbout<T>(
	services: AboutServices,
	request: FastifyRequest,
	target: string,
	work: (tx: Transaction, person: Person) => Promise<T>,
): Promise<T> {
	const { userId } = request.query as { userId?: number };
	return recorded(services, request, target, async (tx) => {
		const person = await personOf(tx, await personAsked(tx, userId), services.now());
		return [person.userId, await work(tx, person)];
	});
}

/**
 * Reads about the person whose the row `:id` is, and records it as a read of `path`.
 *
 * @param path - of the answer, with `:id`, e.g. `medications/:id/logs`
 * @throws Failure not-found where the row is not there or may not be seen
 */
export function readAboutRow<T>(
	services: AboutServices,
	request: FastifyRequest,
	entity: Entity,
	path: string,
	work: (tx: Transaction, person: Person, row: RowValues) => Promise<T>,
): Promise<T> {
	const { id } = request.params as { id: number };
	return recorded(services, request, path.replace(":id", String(id)), async (tx) => {
		const row = await requireRow(tx, entity, id);
		const person = await personOf(tx, row.userId as number, services.now());
		return [person.userId, await work(tx, person, row)];
	});
}

/**
 * Reads about a patient by the id of the profile, and records it as a read of `path`. A patient without an account has no data but the
 * profile, and lives where the therapist does.
 *
 * @param path - of the answer, with `:id`, e.g. `patients/:id/summary`
 * @param patientOf - finds the profile where `:id` is not its id
 * @throws Failure not-found where the profile is not there or may not be seen
 */
export function readAboutPatient<T>(
	services: AboutServices,
	request: FastifyRequest,
	path: string,
	work: (tx: Transaction, person: Person | null, row: RowValues, at: Omit<Person, "userId">) => Promise<T>,
	patientOf: (tx: Transaction, id: number) => Promise<number> = async (_tx, id) => id,
): Promise<T> {
	const { id } = request.params as { id: number };
	return recorded(services, request, path.replace(":id", String(id)), async (tx) => {
		const row = await requireRow(tx, Patients, await patientOf(tx, id));
		const userId = row.userId as number | null;
		const { zone, now } = await personOf(tx, userId ?? (row.therapistId as number), services.now());
		return [userId, await work(tx, userId === null ? null : { userId, zone, now }, row, { zone, now })];
	});
}

/** Where and when somebody lives. */
async function personOf(tx: Transaction, userId: number, now: Temporal.Instant): Promise<Person> {
	return { userId, zone: await personZone(tx, userId), now };
}

/** Today, where somebody lives. */
export function todayOf({ zone, now }: Omit<Person, "userId">): Temporal.PlainDate {
	return now.toZonedDateTimeISO(zone).toPlainDate();
}

/** `work` gives whom it was about (users.id; null for nobody with an account) and the answer. */
async function recorded<T>(
	{ database, accessLog }: AboutServices,
	request: FastifyRequest,
	target: string,
	work: (tx: Transaction) => Promise<[userId: number | null, answer: T]>,
): Promise<T> {
	const caller = await request.caller();
	const [userId, answer] = await database.read(caller, work);
	const patients = userId === null ? [] : [userId];
	await accessLog.record({ caller, action: "read", target, returned: [target], patients, outcome: "success" });
	return answer;
}
