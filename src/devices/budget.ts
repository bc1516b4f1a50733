import { serverCaller } from "../access/caller.ts";
import { budgetLeft, closeWindow, noteLimits, spendRequests } from "../store/devices/budgets.ts";
import type { CallAnswer } from "./http-client.ts";
import type { DeviceParts } from "./parts.ts";
import { VendorTrouble } from "./trouble.ts";
import type { LimitReading, Vendor } from "./vendor.ts";

/** The requests one run may make: its share of what the vendor allows this app, on all servers together. */
export interface Budget {
	/** Counts a request before it is made. @throws VendorTrouble limit */
	spend(): Promise<void>;
	/** How many more this run may make, as far as is known; Infinity while no limit is. */
	left(): number;
	/** How many it has made, and how many more were counted. */
	used(): { readonly requests: number; readonly ahead: number };
	/** Takes over what an answer's headers say of the limits. @throws VendorTrouble limit for a 429 */
	settle(answer: CallAnswer): Promise<void>;
}

/** Least requests of a turn, however many others want some: fewer would never get through a page and its details. */
export const leastShare = 10;

/** Least requests a turn is prolonged by, where others want some, too: each time costs a statement. */
const leastMore = 5;

/** Where much is left, requests are counted so many at a time, and headers noted as rarely: each is a write. */
const atOnce = 10;
const muchLeft = 200;

/** No vendor has a limit over more than a day, with an hour to spare; milliseconds. More requests than this count as this. */
const longestWindow = 25 * 60 * 60_000;
const mostRequests = 1_000_000_000;

/** How soon a run whose share is used up goes on, behind the others; milliseconds. */
const turnMilliseconds = 30_000;

/**
 * A run's share, so that all that want some of a window get alike (max-min, a turn at a time): what brings it to the level all could have; but a
 * turn, at least, as turns go to those first that had least (`claimDueConnections`). Whoever has used it up goes on where the level has risen; else
 * they wait behind the others. Backfills get nothing where half of a limit is used: the other half is for pulls. Who gets nothing waits until
 * that window ends.
 */
export async function budgetOf(
	parts: DeviceParts,
	vendor: Vendor,
	connectionId: number,
	purpose: "pull" | "backfill",
): Promise<Budget> {
	const { database, now } = parts;
	const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
	const wait = (until: number) =>
		new VendorTrouble("limit", `${vendor.title} allows no more requests until ${iso(until)}`, { until });
	let made = 0;
	const look = async () => {
		const run = { connectionId, made };
		const known = await database.read(serverCaller, (tx) => budgetLeft(tx, vendor.name, run, iso(now())));
		const [left, level, closedUntil] =
			purpose === "pull"
				? [known.left, known.level, known.spentUntil]
				: [known.leftOfHalf, known.levelOfHalf, known.halfUntil ?? known.spentUntil];
		const all = Number.POSITIVE_INFINITY;
		return { ...known, usable: left ?? all, level: level ?? all, closedUntil };
	};
	let { usable, closedUntil, level, had, left } = await look();
	let share = Math.max(Math.min(leastShare, usable), level - had);
	// Where no limit is known yet, the first answers tell; until then a turn is as short as any.
	let sure = share === Number.POSITIVE_INFINITY ? leastShare : share;
	/** Looks again, once what was sure is used up. */
	const prolong = async () => {
		({ usable, closedUntil, level } = await look());
		if (usable <= 0 && closedUntil !== null) throw wait(Date.parse(closedUntil));
		share = level - had - made;
		if (share < Math.min(leastMore, usable)) {
			const until = now() + turnMilliseconds;
			throw new VendorTrouble("limit", `${vendor.title}: others have their turn; going on after ${iso(until)}`, {
				until,
			});
		}
		sure = share;
	};
	/** A slip in a header must not keep everybody away for years; what is left stays what it is. */
	const believable = ({ name, limit, used, endsAt }: LimitReading): LimitReading => {
		const most = Math.min(limit, mostRequests);
		const left = Math.min(most, Math.max(0, limit - used));
		return { name, limit: most, used: most - left, endsAt: Math.min(endsAt, now() + longestWindow) };
	};
	let counted = 0;
	// Nobody counts what is asked for before a window is known: what was counted ahead of it is counted again.
	let isCounted = true;
	let settled = 0;
	let tight = left !== null && left < muchLeft;
	return {
		left: () => share,
		used: () => ({ requests: made, ahead: isCounted ? counted : 0 }),
		async spend() {
			if (usable <= 0 && closedUntil !== null) throw wait(Date.parse(closedUntil));
			if (sure <= 0) await prolong();
			share -= 1;
			sure -= 1;
			made += 1;
			if (counted > 0) {
				counted -= 1;
				return;
			}
			const count = tight ? 1 : Math.min(atOnce, sure + 1);
			const spent = await database.write(serverCaller, (tx) => spendRequests(tx, vendor.name, iso(now()), count));
			if (spent.until !== null) throw wait(Date.parse(spent.until));
			isCounted = spent.isCounted;
			counted = count - 1;
		},
		async settle(answer) {
			const readings = vendor.limits.read(answer.header, now()).map(believable);
			tight = readings.some(({ limit, used }) => limit - used < muchLeft);
			settled += 1;
			if (readings.length > 0 && !isCounted) counted = 0;
			if (readings.length > 0 && (tight || settled % atOnce === 1)) {
				const limits = readings.map((one) => ({ ...one, endsAt: iso(one.endsAt) }));
				await database.write(serverCaller, (tx) => noteLimits(tx, vendor.name, iso(now()), limits));
			}
			if (answer.status !== 429) return;
			const spent = readings.filter(({ limit, used }) => used >= limit).map(({ endsAt }) => endsAt);
			const asked = Number(answer.header("retry-after") ?? Number.NaN);
			const told =
				spent.length > 0 ? spent : [Number.isFinite(asked) ? now() + asked * 1000 : vendor.limits.nextWindow(now())];
			const until = Math.min(Math.max(...told), now() + longestWindow);
			await database.write(serverCaller, (tx) => closeWindow(tx, vendor.name, iso(until)));
			throw wait(until);
		},
	};
}
