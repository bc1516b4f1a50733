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
	/** How many more this run may make; Infinity while no limit is known. */
	left(): number;
	/** Takes over what an answer's headers say of the limits. @throws VendorTrouble limit for a 429 */
	settle(answer: CallAnswer): Promise<void>;
}

/** Least requests of a run, however many others want some: fewer would never get through a page and its details. */
export const leastShare = 10;

/** Where much is left, requests are counted so many at a time, and headers noted as rarely: each is a write. */
const atOnce = 10;
const muchLeft = 200;

/** No vendor has a limit over more than a day, with an hour to spare; milliseconds. More requests than this count as this. */
const longestWindow = 25 * 60 * 60_000;
const mostRequests = 1_000_000_000;

/** How soon a run whose share is used up goes on, behind the others; milliseconds. */
const turnMilliseconds = 30_000;

/**
 * A run's share. Pulls divide what is left evenly among the connections whose turn it is; backfills get nothing where half of a limit is used: the
 * other half is for pulls. Who gets nothing waits until that window ends.
 */
export async function budgetOf(parts: DeviceParts, vendor: Vendor, purpose: "pull" | "backfill"): Promise<Budget> {
	const { database, now } = parts;
	const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
	const known = await database.read(serverCaller, (tx) => budgetLeft(tx, vendor.name, iso(now())));
	const { left, wanting } = known;
	const [mine, closedUntil] =
		purpose === "pull" ? [left, known.spentUntil] : [known.leftOfHalf, known.halfUntil ?? known.spentUntil];
	const usable = mine ?? Number.POSITIVE_INFINITY;
	let share = Math.max(Math.min(leastShare, usable), Math.floor(usable / Math.max(1, wanting)));
	const wait = (until: number) =>
		new VendorTrouble("limit", `${vendor.title} allows no more requests until ${iso(until)}`, { until });
	/** A slip in a header must not keep everybody away for years. */
	const believable = ({ name, limit, used, endsAt }: LimitReading): LimitReading => ({
		name,
		limit: Math.min(limit, mostRequests),
		used: Math.min(used, mostRequests),
		endsAt: Math.min(endsAt, now() + longestWindow),
	});
	let counted = 0;
	let settled = 0;
	let tight = left !== null && left < muchLeft;
	return {
		left: () => share,
		async spend() {
			if (usable <= 0 && closedUntil !== null) throw wait(Date.parse(closedUntil));
			if (share <= 0) {
				const until = now() + turnMilliseconds;
				throw new VendorTrouble("limit", `${vendor.title}: others have their turn; going on after ${iso(until)}`, {
					until,
				});
			}
			share -= 1;
			if (counted > 0) {
				counted -= 1;
				return;
			}
			const count = tight ? 1 : atOnce;
			const until = await database.write(serverCaller, (tx) => spendRequests(tx, vendor.name, iso(now()), count));
			if (until !== undefined) throw wait(Date.parse(until));
			counted = count - 1;
		},
		async settle(answer) {
			const readings = vendor.limits.read(answer.header, now()).map(believable);
			tight = readings.some(({ limit, used }) => limit - used < muchLeft);
			settled += 1;
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
			await database.write(serverCaller, (tx) => closeWindow(tx, vendor.name, "refused", iso(until)));
			throw wait(until);
		},
	};
}
