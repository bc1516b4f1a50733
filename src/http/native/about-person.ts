import type { FastifyRequest } from "fastify";
import type { AccessLog } from "../../audit/access-log.ts";
import type { Database, Transaction } from "../../store/database.ts";
import { personZone } from "../../store/person-zone.ts";
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
export async function readAbout<T>(
	services: AboutServices,
	request: FastifyRequest,
	target: string,
	work: (tx: Transaction, person: Person) => Promise<T>,
): Promise<T> {
	const caller = await request.caller();
	const { userId: asked } = request.query as { userId?: number };
	const { userId, answer } = await services.database.read(caller, async (tx) => {
		const userId = await personAsked(tx, asked);
		const zone = await personZone(tx, userId);
		return { userId, answer: await work(tx, { userId, zone, now: services.now() }) };
	});
	await services.accessLog.record({
		caller,
		action: "read",
		target,
		returned: [target],
		patients: [userId],
		outcome: "success",
	});
	return answer;
}
