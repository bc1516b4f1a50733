import { serverCaller } from "../access/caller.ts";
import { zoneOf } from "../calendar/civil-time.ts";
import { dosesOfDay, takenMedication } from "../medication/doses-of-day.ts";
import { type MedicationTaken, medicationsTaken, peopleAfter, silentPeople } from "../store/alerting/absences.ts";
import { causesOf, type Episode, episodesOf, lockPeople } from "../store/alerting/episodes.ts";
import type { Database, Transaction } from "../store/database.ts";
import { type Announce, carryOut, type Decided } from "./carry-out.ts";
import { type Decision, quietMinutes } from "./decide.ts";
import { type AlertRule, isGraver, type Severity } from "./rule.ts";
import { quietOf, standingOf } from "./situations.ts";
import { absenceOf, type Violation } from "./violation.ts";
import type { Watch } from "./watch.ts";

/** What was found about somebody by looking for what is absent. */
interface Finding {
	readonly userId: number;
	/** Undefined where all is well. */
	readonly violation: Violation | undefined;
	readonly isRecovered: boolean;
	/** The day it is about, counted from 1970: what it is a cause by. */
	readonly day: number;
	/** When it began, in milliseconds since 1970. */
	readonly at: number;
}

const dayMilliseconds = 24 * 3_600_000;

/** How many people are looked at in one transaction. */
const mostAtOnce = 500;

/** Raises alerts for what is absent: measurements for days, doses of the day before. May be repeated as often as one likes. */
export async function raiseForAbsence(
	database: Database,
	watch: Watch,
	announce: Announce,
	now: number,
	signal?: AbortSignal,
): Promise<void> {
	const rules = await watch.rules();
	const named = (id: string) => rules.find((rule) => rule.id === id);
	const [silence, doses] = [named("no-vitals"), named("missed-doses")];
	if (silence !== undefined) {
		const days = Math.min(...silence.levels.map(({ at }) => at.silentDays ?? 36_500));
		const moment = new Date(Math.max(0, now - days * dayMilliseconds)).toISOString();
		const silent = await database.read(serverCaller, (tx) => silentPeople(tx, moment));
		const findings = silent.map(({ user_id, since }) => silenceOf(silence, user_id, Date.parse(since), now));
		for (let from = 0; from < findings.length && signal?.aborted !== true; from += mostAtOnce)
			await settle(database, watch, announce, silence, findings.slice(from, from + mostAtOnce), now);
	}
	if (doses === undefined) return;
	for (let last = 0; signal?.aborted !== true; ) {
		const userIds = await database.read(serverCaller, (tx) => peopleAfter(tx, last, mostAtOnce));
		if (userIds.length === 0) return;
		last = userIds.at(-1) as number;
		const from = new Date(now - 4 * dayMilliseconds).toISOString();
		const taken = await database.read(serverCaller, (tx) =>
			medicationsTaken(tx, userIds, from, new Date(now).toISOString()),
		);
		const findings = [...Map.groupBy(taken, ({ user_id }) => user_id).values()].flatMap((list) =>
			missedOf(doses, list, now),
		);
		await settle(database, watch, announce, doses, findings, now);
	}
}

function silenceOf(rule: AlertRule, userId: number, since: number, now: number): Finding {
	const days = Math.floor((now - since) / dayMilliseconds);
	const violation = absenceOf(rule, "silentDays", days);
	return { userId, violation, isRecovered: false, day: Math.floor(since / dayMilliseconds), at: since };
}

/** Yesterday in the person's zone, once its last dose can no longer be taken. */
function missedOf(rule: AlertRule, medications: readonly MedicationTaken[], now: number): Finding[] {
	const [first] = medications;
	if (first === undefined) return [];
	const zone = zoneOf(first.timezone);
	const moment = Temporal.Instant.fromEpochMilliseconds(now);
	const date = moment.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 });
	const { missed, taken, pending } = dosesOfDay(
		medications.map((one) => takenMedication(one, zone)),
		date,
		zone,
		moment,
	);
	if (pending > 0 || missed + taken === 0) return [];
	const at = date.toZonedDateTime(zone).epochMilliseconds;
	const recovery = rule.recovery?.missedDoses;
	return [
		{
			userId: first.user_id,
			violation: absenceOf(rule, "missedDoses", missed),
			isRecovered: recovery !== undefined && missed < recovery,
			day: Temporal.PlainDate.from("1970-01-01").until(date, { largestUnit: "days" }).days,
			at,
		},
	];
}

async function settle(
	database: Database,
	watch: Watch,
	announce: Announce,
	rule: AlertRule,
	findings: readonly Finding[],
	now: number,
): Promise<void> {
	if (findings.length === 0) return;
	const userIds = findings.map(({ userId }) => userId);
	const known = await watch.load(userIds);
	// Nothing to raise and nothing that stands: most people, most days.
	const concerned = findings.filter(
		({ userId, violation }) => violation !== undefined || known.person(userId).open.has(rule.id),
	);
	if (concerned.length === 0) return;
	await database.write(serverCaller, async (tx) => {
		lockPeople(
			tx,
			concerned.map(({ userId }) => userId),
		);
		const episodes = await episodesOf(
			tx,
			concerned.map(({ userId }) => userId),
			quietMinutes,
		);
		const causes = await knownCauses(tx, rule, concerned);
		await carryOut(
			tx,
			concerned.map((finding) => decided(rule, finding, episodes, causes)),
			known,
			now,
			announce,
		);
	});
}

/** The severity each finding was a cause with already, by person and day. */
async function knownCauses(
	tx: Transaction,
	rule: AlertRule,
	findings: readonly Finding[],
): Promise<Map<string, Severity>> {
	const rows = findings.map(({ userId, day }) => ({ source: absenceSource(userId), id: day }));
	const causes = await causesOf(tx, rows, []);
	return new Map(
		causes
			.filter(({ rule_id }) => rule_id === rule.id)
			.map((cause) => [`${cause.user_id} ${cause.source_id}`, cause.severity as Severity]),
	);
}

/** There is no row that an absence is, so it is called by person and day. */
function absenceSource(userId: number): `absence ${number}` {
	return `absence ${userId}`;
}

function decided(
	rule: AlertRule,
	{ userId, violation, isRecovered, day, at }: Finding,
	episodes: readonly Episode[],
	causes: ReadonlyMap<string, Severity>,
): Decided {
	const concern = { rule, userId };
	const standing = standingOf(episodes, concern);
	const quiet = quietOf(episodes, concern);
	const before = causes.get(`${userId} ${day}`);
	const decision = ((): Decision => {
		if (violation === undefined) {
			const isOver = standing !== undefined && isRecovered && at > standing.lastAt;
			return { keep: [], drop: [], ...(isOver ? { end: "recovery" as const } : {}) };
		}
		const isNew = before === undefined || isGraver(violation.severity, before);
		if (!isNew) return { keep: [], drop: [] };
		const found = { ...violation, source: absenceSource(userId), id: day, at };
		if (standing !== undefined) {
			const isWorse = isGraver(violation.severity, standing.severity);
			const severity = isWorse ? violation.severity : standing.severity;
			const change = {
				severity,
				firstAt: standing.firstAt,
				lastAt: Math.max(standing.lastAt, at),
				...(isWorse ? { worst: found } : {}),
			};
			return { change, keep: [{ ...found, of: "standing" }], drop: [] };
		}
		if (quiet !== undefined && !isGraver(violation.severity, quiet.severity))
			return { keep: [{ ...found, of: "quiet" }], drop: [] };
		return { raise: { worst: found, firstAt: at, lastAt: at }, keep: [{ ...found, of: "raised" }], drop: [] };
	})();
	return { concern, decision, standing, quietAlertId: quiet?.alertId };
}
