import { serverCaller } from "../access/caller.ts";
import { openEpisodes } from "../store/alerting/episodes.ts";
import type { Database } from "../store/database.ts";
import type { Announce } from "./carry-out.ts";
import { evaluate } from "./evaluate.ts";
import type { Watch } from "./watch.ts";

/** How many people are looked at in one transaction. */
const mostAtOnce = 200;

/** Ends alerts whose recovery was written in the moment between two servers' knowing of them. May be repeated as often as one likes. */
export async function endRecovered(
	database: Database,
	watch: Watch,
	announce: Announce,
	now: number,
	signal?: AbortSignal,
): Promise<void> {
	const rules = new Map((await watch.rules()).filter(({ id }) => id !== "missed-doses").map((rule) => [rule.id, rule]));
	const open = await database.read(serverCaller, (tx) => openEpisodes(tx, [...rules.keys()]));
	const people = [...Map.groupBy(open, ({ user_id }) => user_id)];
	for (let from = 0; from < people.length && signal?.aborted !== true; from += mostAtOnce) {
		const some = people.slice(from, from + mostAtOnce);
		const known = await watch.load(some.map(([userId]) => userId));
		const concerns = some.flatMap(([userId, episodes]) =>
			episodes.flatMap(({ rule_id }) => {
				const rule = rules.get(rule_id);
				return rule === undefined ? [] : [{ rule, userId }];
			}),
		);
		await database.write(serverCaller, (tx) => evaluate(tx, concerns, [], known, now, announce));
	}
}
