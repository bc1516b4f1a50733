import { serverCaller } from "../access/caller.ts";
import { zoneOf } from "../calendar/civil-time.ts";
import { ruleChanges, type WatchedPerson, watchedPeople } from "../store/alerting/people.ts";
import type { Database } from "../store/database.ts";
import { effectiveRules } from "./effective-rules.ts";
import type { AlertRule, PersonalLimits } from "./rule.ts";

/** What rules need to know of a person. */
export interface Person {
	readonly limits: PersonalLimits;
	/** IANA name of their time zone. */
	readonly zone: string;
	/** Ids of rules whose alerts stand. */
	readonly open: ReadonlySet<string>;
}

/** What is known now, so that most writes need to ask nothing. */
export interface Known {
	readonly rules: readonly AlertRule[];
	person(userId: number): Person;
}

/** Rules and people, remembered as long as changes are heard of. */
export interface Watch {
	/** Undefined when somebody has to be asked for first. */
	peek(userIds: readonly number[]): Known | undefined;
	/** As committed by others; what a transaction under way has changed of them does not count. */
	load(userIds: readonly number[]): Promise<Known>;
	rules(): Promise<readonly AlertRule[]>;
}

/** How long something is remembered at most, in milliseconds: a change whose notice was lost shows after that. */
const lifeMilliseconds = 60_000;

/** Hostile variety must not fill the memory. */
const mostPeople = 20_000;

/** The database tells what changed (triggers of migrations/0014-alerting.ts); a change within the last milliseconds may be missed: sweeps find it. */
export function openWatch(database: Database): Watch {
	const people = new Map<number, { readonly person: Person; readonly until: number }>();
	let rules: { readonly list: readonly AlertRule[]; readonly until: number } | undefined;
	let generation = 0;
	const notices = database.listen("alerting_changed", (text) => {
		generation++;
		if (text === undefined || text === "") {
			rules = undefined;
			people.clear();
		} else people.delete(Number(text));
	});

	const knownRules = () =>
		rules !== undefined && rules.until > Date.now() && notices.isLive() ? rules.list : undefined;
	const known = (list: readonly AlertRule[], found: ReadonlyMap<number, Person>): Known => ({
		rules: list,
		person: (userId) => found.get(userId) ?? nobody,
	});

	async function loadRules(): Promise<readonly AlertRule[]> {
		const asked = generation;
		const list = effectiveRules(await database.read(serverCaller, ruleChanges)).filter(({ enabled }) => enabled);
		if (asked === generation && notices.isLive()) rules = { list, until: Date.now() + lifeMilliseconds };
		return list;
	}

	return {
		rules: async () => knownRules() ?? loadRules(),
		peek(userIds) {
			const list = knownRules();
			if (list === undefined) return undefined;
			const found = new Map<number, Person>();
			for (const userId of userIds) {
				const entry = people.get(userId);
				if (entry === undefined || entry.until < Date.now()) return undefined;
				found.set(userId, entry.person);
			}
			return known(list, found);
		},
		async load(userIds) {
			const asked = generation;
			const [list, rows] = await Promise.all([
				knownRules() ?? loadRules(),
				database.read(serverCaller, (tx) => watchedPeople(tx, userIds)),
			]);
			const found = new Map(rows.map((row) => [row.user_id, personOf(row)]));
			if (asked === generation && notices.isLive()) {
				if (people.size + found.size > mostPeople) people.clear();
				for (const [userId, person] of found) people.set(userId, { person, until: Date.now() + lifeMilliseconds });
			}
			return known(list, found);
		},
	};
}

const noLimits: PersonalLimits = {
	maxHeartRate: null,
	targetHeartRate: null,
	restingHeartRate: null,
	systolicGoal: null,
	diastolicGoal: null,
	weightGoal: null,
};

const nobody: Person = { limits: noLimits, zone: "UTC", open: new Set() };

function personOf(row: WatchedPerson): Person {
	const [, systolic, diastolic] = /^\s*(\d{2,3})\s*\/\s*(\d{2,3})\b/.exec(row.blood_pressure_goal ?? "") ?? [];
	return {
		limits: {
			maxHeartRate: row.max_heart_rate,
			targetHeartRate: row.target_heart_rate,
			restingHeartRate: row.resting_heart_rate,
			systolicGoal: systolic === undefined ? null : Number(systolic),
			diastolicGoal: diastolic === undefined ? null : Number(diastolic),
			weightGoal: row.weight_goal,
		},
		zone: zoneOf(row.timezone),
		open: new Set(row.open),
	};
}
