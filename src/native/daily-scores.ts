import { serverCaller } from "../access/caller.ts";
import { components } from "../scores/daily-score.ts";
import { peopleAfter } from "../store/alerting/absences.ts";
import type { Database, Transaction } from "../store/database.ts";
import { personZones } from "../store/person-zone.ts";
import { forgetLate, lateDays } from "../store/scoring/late-days.ts";
import { computedDays, keepScores, lockScores, scoredDays } from "../store/scoring/scores.ts";
import { type PersonDay, scoresOf } from "./day-scores.ts";

/** How many people, or late days, are looked at in one transaction. */
const mostAtOnce = 200;

/** A day is computed so long after it ended where the person lives; what comes later marks it (late-marks.ts). */
const afterMidnightMinutes = 15;

/** Nights that nobody computed, as no server ran, are made up for so many days. */
const daysBack = 3;

/** Late rows about days longer ago than this change only scores that are there. */
const lateDaysBack = 31;

/** Computes the scores of days that have ended where people live. May be repeated as often as one likes. */
export async function computeDue(database: Database, now: Temporal.Instant, signal?: AbortSignal): Promise<void> {
	for (let last = 0; signal?.aborted !== true; ) {
		const userIds = await database.read(serverCaller, (tx) => peopleAfter(tx, last, mostAtOnce));
		if (userIds.length === 0) return;
		last = userIds.at(-1) as number;
		await database.write(serverCaller, async (tx) => {
			const zones = await personZones(tx, userIds);
			const ended = userIds.flatMap((userId) => endedDays(userId, zones.get(userId) ?? "UTC", now));
			const done = await computedDays(tx, ended.map(keyOf));
			await compute(
				tx,
				ended.filter((day) => !done.has(nameOf(day))),
				now,
			);
		});
	}
}

/** Computes anew the days about which something came late. */
export async function computeLate(
	database: Database,
	now: Temporal.Instant,
	signal?: AbortSignal,
	settledSeconds = 300,
): Promise<void> {
	while (signal?.aborted !== true) {
		const count = await database.write(serverCaller, async (tx) => {
			const { days: marks, before } = await lateDays(tx, settledSeconds, mostAtOnce);
			if (marks.length === 0) return 0;
			const userIds = [...new Set(marks.map(({ user_id }) => user_id))];
			const zones = await personZones(tx, userIds);
			const days = new Map<string, PersonDay>();
			for (const { user_id: userId, day, reach } of marks) {
				const zone = zones.get(userId) ?? "UTC";
				const last = lastEnded(zone, now);
				// The UTC day may be the one before or after where the person lives.
				for (let ahead = -1; ahead <= reach; ahead++) {
					const date = Temporal.PlainDate.from(day).add({ days: ahead });
					if (Temporal.PlainDate.compare(date, last) > 0) continue;
					days.set(nameOf({ userId, date }), { userId, date, zone });
				}
			}
			const all = [...days.values()];
			const scored = await scoredDays(tx, all.map(keyOf));
			const isRecent = ({ date, zone }: PersonDay) => date.until(lastEnded(zone, now)).days < lateDaysBack;
			await compute(
				tx,
				all.filter((day) => isRecent(day) || scored.has(nameOf(day))),
				now,
			);
			await forgetLate(tx, marks, before);
			return marks.length;
		});
		if (count < mostAtOnce) return;
	}
}

/** The last day that is over where the person lives, and time enough has passed. */
function lastEnded(zone: string, now: Temporal.Instant): Temporal.PlainDate {
	const local = now.subtract({ minutes: afterMidnightMinutes }).toZonedDateTimeISO(zone);
	return local.toPlainDate().subtract({ days: 1 });
}

function endedDays(userId: number, zone: string, now: Temporal.Instant): PersonDay[] {
	const last = lastEnded(zone, now);
	return Array.from({ length: daysBack }, (_, back) => ({ userId, zone, date: last.subtract({ days: back }) }));
}

async function compute(tx: Transaction, days: readonly PersonDay[], now: Temporal.Instant): Promise<void> {
	if (days.length === 0) return;
	lockScores(
		tx,
		days.map(({ userId }) => userId),
	);
	const scores = await scoresOf(tx, days, now);
	const there = await scoredDays(tx, days.map(keyOf));
	await keepScores(
		tx,
		days.flatMap((day, index) => {
			const score = scores[index];
			// Of a day nobody knows anything about nothing is said, unless something was.
			if (score === undefined || (score.overall === null && !there.has(nameOf(day)))) return [];
			const parts = Object.fromEntries(
				components.map((component) => [`${component}Score`, score.parts[component].score]),
			);
			return [
				{
					userId: day.userId,
					date: String(day.date),
					columns: { overallScore: score.overall, ...parts },
					parts: JSON.stringify(score.parts),
					zone: day.zone,
				},
			];
		}),
	);
}

function keyOf({ userId, date }: Pick<PersonDay, "userId" | "date">) {
	return { user_id: userId, date: String(date) };
}

function nameOf({ userId, date }: Pick<PersonDay, "userId" | "date">): string {
	return `${userId} ${date}`;
}
