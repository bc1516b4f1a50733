import type { Caller } from "../access/caller.ts";
import { Failure } from "../fhir/failure.ts";
import type { Transaction } from "../store/database.ts";
import { lockExercises } from "../store/devices/records.ts";
import {
	forgetApart,
	type OtherRecord,
	otherRecords,
	placeRecord,
	recordOfRow,
	relink,
	setApart,
	type WorkoutKey,
	workoutsToldTwice,
} from "../store/devices/same-workouts.ts";
import { deleteRows, insertRows } from "../store/rows.ts";
import { ExerciseLogs } from "../tables/exercise-logs.ts";
import type { Measure } from "./measures.ts";
import type { DeviceParts } from "./parts.ts";
import { sayWhatWasWritten } from "./say-what-was-written.ts";
import { newRowOf } from "./write-measured-rows.ts";

/** What other devices told of the workout a row shows, as far as the caller, who sees the row, may know of it; asked as the system. */
export function sameWorkouts(tx: Transaction, rowId: number, { role, userId }: Caller): Promise<OtherRecord[]> {
	return otherRecords(tx, rowId, role === "system" ? null : userId);
}

/** Two devices' words on one workout, as a person is asked about it. */
export interface WorkoutPair {
	readonly exerciseLogId: number;
	readonly deviceType: OtherRecord["deviceType"];
	readonly startedAt: string;
	readonly endedAt: string;
	readonly other: Pick<
		OtherRecord,
		"deviceConnectionId" | "externalId" | "deviceType" | "startedAt" | "endedAt" | "isSame"
	>;
}

/** The newest workouts of a person of which two devices told; asked as the system, for the person themself. */
export async function workoutPairs(tx: Transaction, userId: number, limit: number): Promise<WorkoutPair[]> {
	const rows = await workoutsToldTwice(tx, userId, limit);
	return rows.map(({ rowId, other, ...own }) => ({
		exerciseLogId: rowId,
		...own,
		other: JSON.parse(other) as WorkoutPair["other"],
	}));
}

/**
 * Takes a person's word on whether another device's record is the workout a row shows. Another one gets a row of its own, which no sync to
 * come takes away; the same one goes with its row, whose history stays. What is so already stays so.
 *
 * @param row the exercise log, visible to the caller, who may write it
 * @returns the names of the rows that were made or taken away
 * @throws Failure not-found where no device told such a record of this workout
 */
export async function decideWorkout(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	row: { readonly id: number; readonly userId: number },
	key: WorkoutKey,
	isSame: boolean,
): Promise<string[]> {
	const { caller } = tx;
	const { own, others } = await tx.asSystem(async () => {
		await lockExercises(tx, row.userId);
		return { own: await recordOfRow(tx, row.id), others: await sameWorkouts(tx, row.id, caller) };
	});
	const other = others.find(
		(one) => one.deviceConnectionId === key.deviceConnectionId && one.externalId === key.externalId,
	);
	if (other === undefined || own === undefined) {
		throw new Failure("not-found", "No other device told such a record of this workout");
	}
	if (other.isSame === isSame) return [];
	return isSame ? join(tx, row, own, other) : separate(tx, parts, row, own, other);
}

async function separate(
	tx: Transaction,
	parts: Pick<DeviceParts, "note">,
	{ userId }: { readonly userId: number },
	own: WorkoutKey,
	other: OtherRecord,
): Promise<string[]> {
	const measure = JSON.parse(other.measure) as Measure;
	const { deviceConnectionId: connectionId, deviceType: vendor, feed } = other;
	const source = { connectionId, userId, vendor, feed, syncLogId: null };
	// As the system: what a row came from nobody but a pull says of it.
	const [made] = await tx.asSystem(() => insertRows(tx, ExerciseLogs, [newRowOf(source, measure)]));
	const rowId = made?.id as number;
	await tx.asSystem(async () => {
		await placeRecord(tx, other, { rowId });
		await setApart(tx, own, other);
	});
	await sayWhatWasWritten(tx, parts, source, [{ action: "CREATE", measure, rowId }]);
	return [`exercise-logs/${rowId}`];
}

async function join(
	tx: Transaction,
	{ id }: { readonly id: number },
	own: WorkoutKey,
	other: OtherRecord,
): Promise<string[]> {
	const gone = other.exerciseLogId as number;
	await deleteRows(tx, ExerciseLogs, [gone]);
	await tx.asSystem(async () => {
		await placeRecord(tx, other, { linkedTo: id });
		await relink(tx, gone, id);
		await forgetApart(tx, own, other);
	});
	return [`exercise-logs/${gone}`];
}
