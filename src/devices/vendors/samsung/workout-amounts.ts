import { instantOf, instantText } from "../../civil-time.ts";
import { asList, asObject, numberAt, objectAt, type Payload, textAt } from "../../payload.ts";
import type { VendorReply, VendorRequest, Window } from "../../vendor.ts";

/*
 * Health Connect keeps how far somebody went and what they burned in records of their own, which say nothing of a workout: they belong to one
 * by time and by the app that wrote both.
 */

/** What is looked for beside sessions: the bridge's type, where a record has its amount, and what each unit is in the one we keep. */
const kinds = [
	{
		type: "distance",
		member: "distance",
		unit: "inMeters",
		units: { inMeters: 1, inKilometers: 1000, inMiles: 1609.344 },
	},
	{
		type: "totalCaloriesBurned",
		member: "energy",
		unit: "inKilocalories",
		units: { inKilocalories: 1, inCalories: 0.001, inKilojoules: 1 / 4.184, inJoules: 1 / 4184 },
	},
	{
		type: "activeCaloriesBurned",
		member: "energy",
		unit: "inKilocalories",
		units: { inKilocalories: 1, inCalories: 0.001, inKilojoules: 1 / 4.184, inJoules: 1 / 4184 },
	},
] as const;

const day = 86_400_000;

/** Requests for those records; a session at the edge of a window has some beyond it. */
export function amountRequests({ from, to }: Window): readonly VendorRequest[] {
	return kinds.map(({ type }) => ({
		method: "POST",
		path: `/api/v2/fetch/${type}`,
		json: { queries: { start: { $gte: instantText(from - day), $lte: instantText(to + day) } } },
	}));
}

/** One record: how much, from when to when (epoch milliseconds), and who wrote it. */
export interface Amount {
	readonly app: string | undefined;
	readonly from: number;
	readonly to: number;
	readonly amount: number;
}

/** A session with what it does not say itself: amounts of the same app in its time. All energy counts before only what activity burned. */
export function withAmounts(session: Payload, replies: readonly VendorReply[]): Payload {
	const [start, end] = ["start", "end"].map((name) => Date.parse(instantOf(textAt(session, name)) ?? ""));
	if (start === undefined || end === undefined || !(end > start)) return session;
	const data = objectAt(session, "data");
	const found: Record<string, object> = {};
	for (const [at, kind] of kinds.entries()) {
		const { member, unit } = kind;
		if (data[member] !== undefined || found[member] !== undefined) continue;
		if (member === "energy" && data.calories !== undefined) continue;
		const amount = amountWithin(amountsOf(replies[at], kind), { app: textAt(session, "app"), from: start, to: end });
		if (amount !== undefined) found[member] = { [unit]: amount };
	}
	return { ...session, data: { ...data, ...found } };
}

function amountsOf(reply: VendorReply | undefined, { type, member, units }: (typeof kinds)[number]): Amount[] {
	return asList(reply?.body ?? [], `the bridge's ${type}`).flatMap((item) => {
		const record = asObject(item, type);
		const from = Date.parse(instantOf(textAt(record, "start")) ?? "");
		const to = Date.parse(instantOf(textAt(record, "end")) ?? "");
		const value = objectAt(objectAt(record, "data"), member);
		const amounts = Object.entries(units).map(([unit, factor]) => [numberAt(value, unit), factor] as const);
		const [given, factor] = amounts.find(([number]) => number !== undefined) ?? [];
		if (given === undefined || factor === undefined || given < 0 || !(to >= from)) return [];
		return [{ app: textAt(record, "app"), from, to, amount: given * factor }];
	});
}

/** How far two clocks' ends of the same thing may lie apart; milliseconds. */
const sameMoment = 1000;

/** How much of a record must lie within a workout to be of it: a day's total is not. */
const leastShare = 0.5;

/**
 * How much of some records is of a stretch of time, by the app that wrote it; undefined where none is. A record of just that time says it
 * all; else what does not overlap is added up, of a record that reaches out as much as lies within.
 */
export function amountWithin(
	records: readonly Amount[],
	{ app, from, to }: Pick<Amount, "app" | "from" | "to">,
): number | undefined {
	const own = records.filter((one) => one.app === app);
	const whole = own.find((one) => Math.abs(one.from - from) <= sameMoment && Math.abs(one.to - to) <= sameMoment);
	if (whole !== undefined) return whole.amount;
	let until = Number.NEGATIVE_INFINITY;
	let sum: number | undefined;
	for (const one of own.sort((a, b) => a.from - b.from || a.to - b.to)) {
		const length = one.to - one.from;
		const common = Math.min(one.to, to) - Math.max(one.from, from);
		const share = length === 0 ? (common === 0 ? 1 : 0) : common / length;
		if (share < leastShare || one.from < until) continue;
		sum = (sum ?? 0) + one.amount * share;
		until = one.to;
	}
	return sum;
}
