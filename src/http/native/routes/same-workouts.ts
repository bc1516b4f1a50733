import type { FastifyInstance } from "fastify";
import { type Caller, serverCaller } from "../../../access/caller.ts";
import { requireRight } from "../../../access/may.ts";
import { decideWorkout, sameWorkouts } from "../../../devices/same-workouts.ts";
import type { OtherRecord, WorkoutKey } from "../../../store/devices/same-workouts.ts";
import { type RowValues, requireRow } from "../../../store/rows.ts";
import { ExerciseLogs } from "../../../tables/exercise-logs.ts";
import { refuseOtherMethods } from "../../plugins/refuse-methods.ts";
import { exerciseLogs } from "../collections/exercise-logs.ts";
import { arrayOf, nullable, object } from "../schema/json-schema.ts";
import { idParams } from "../schema/parameters.ts";
import { routeSchema } from "../schema/route-schema.ts";
import { instant, rowId, text } from "../schema/values.ts";
import type { DeviceServices } from "./devices.ts";

/** `/api/exercise-logs/:id/same-workouts`: what other devices told of a workout, and a person's word on whether it is the same one. */
export function registerSameWorkouts(app: FastifyInstance, services: DeviceServices): void {
	const url = "/api/exercise-logs/:id/same-workouts";

	app.get(url, { schema: list }, async (request) => {
		const caller = await request.caller();
		const { id } = request.params as { id: number };
		const row = await services.database.read(caller, (tx) => requireRow(tx, ExerciseLogs, id));
		requireRight(caller, "exercise_logs", "read");
		const others = await services.database.read(serverCaller, (tx) => sameWorkouts(tx, id, caller));
		await services.accessLog.record(entryOf(caller, "read", row, [`exercise-logs/${id}`]));
		return { data: others.map(shown) };
	});

	app.post(url, { schema: decide }, async (request) => {
		const caller = await request.caller();
		const { id } = request.params as { id: number };
		const { isSame, ...key } = request.body as WorkoutKey & { isSame: boolean };
		return { data: (await takeWord(services, caller, id, key, isSame)).map(shown) };
	});

	refuseOtherMethods(app, url, ["GET", "POST"]);
}

/**
 * Takes the caller's word on whether another device's record is the workout of an exercise log.
 *
 * @returns what other devices told of the workout, as it is now
 * @throws Failure not-found; forbidden
 */
export function takeWord(
	{ database, devices, accessLog }: DeviceServices,
	caller: Caller,
	id: number,
	key: WorkoutKey,
	isSame: boolean,
): Promise<OtherRecord[]> {
	return database.write(caller, async (tx) => {
		const row = await requireRow(tx, ExerciseLogs, id, true);
		for (const operation of ["create", "update", "delete"] as const) {
			requireRight(caller, "exercise_logs", operation, row);
		}
		const names = await decideWorkout(tx, devices, { id, userId: row.userId as number }, key, isSame);
		accessLog.include(tx, entryOf(caller, "update", row, [`exercise-logs/${id}`, ...names]));
		return tx.asSystem(() => sameWorkouts(tx, id, caller));
	});
}

function shown({ deviceConnectionId, deviceType, externalId, startedAt, endedAt, isSame, exerciseLogId }: OtherRecord) {
	return { deviceConnectionId, deviceType, externalId, startedAt, endedAt, isSame, exerciseLogId };
}

function entryOf(caller: Caller, action: string, row: RowValues, returned: readonly string[]) {
	const target = `exercise-logs/${row.id}/same-workouts`;
	return { caller, action, target, returned, patients: [row.userId as number], outcome: "success" as const };
}

const others = object(
	{
		data: arrayOf(
			object(
				{
					deviceConnectionId: rowId,
					deviceType: { type: "string", enum: ["strava", "polar", "samsung"] },
					externalId: { ...text(), description: "The vendor's id of the record" },
					startedAt: instant,
					endedAt: instant,
					isSame: { type: "boolean", description: "Taken to be this workout, and not shown by itself" },
					exerciseLogId: { ...nullable(rowId), description: "Its own exercise log, where it is another workout" },
				},
				{ title: "SameWorkout" },
			),
		),
	},
	{ title: "SameWorkouts" },
);

const tag = exerciseLogs.path;

const list = routeSchema({
	operationId: "listSameWorkouts",
	tag,
	summary: "What other devices told of a workout",
	description:
		"Two devices that record the same workout make one exercise log. Listed are the other devices' records that are taken to be this one, and those that somebody has said are not.",
	params: idParams,
	answers: { 200: { description: "The records", ...others } },
	failures: [404],
});

const decide = routeSchema({
	operationId: "decideSameWorkout",
	tag,
	summary: "Say whether another device's record is this workout",
	description: [
		"`isSame: false` gives the record an exercise log of its own, which no later sync takes away; `isSame: true` takes that back:",
		"its exercise log goes, and what it said is in the history. What is so already stays so.",
	].join(" "),
	params: idParams,
	body: object(
		{
			deviceConnectionId: rowId,
			externalId: { ...text(), description: "The vendor's id of the record" },
			isSame: { type: "boolean" },
		},
		{ title: "WorkoutDecision" },
	),
	answers: { 200: { description: "The records as they are now", ...others } },
	failures: [404],
});
