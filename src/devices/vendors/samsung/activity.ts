import type { Activity } from "../../measures.ts";

/** Samsung Health's numbers, Health Connect's numbers and words for the same few things. */
const activities: readonly (readonly [Activity, string, RegExp, readonly number[]])[] = [
	["run", "Running", /run|jog|treadmill/i, [1002, 56, 57]],
	["walk", "Walking", /walk|hik/i, [1001, 13001, 79, 37]],
	["ride", "Cycling", /cycl|bik/i, [11007, 8, 9]],
	["swim", "Swimming", /swim/i, [14001, 73, 74]],
];

/** What an exercise type means. A number means the same in exports and in Health Connect, as the two do not overlap. */
export function activityOf(type: string): { activity: Activity; title: string } {
	const found = activities.find(([, , word, numbers]) =>
		/^\d+$/.test(type) ? numbers.includes(Number(type)) : word.test(type),
	);
	if (found !== undefined) return { activity: found[0], title: found[1] };
	return { activity: "other", title: /^\d*$/.test(type) ? "Workout" : type.replaceAll("_", " ") };
}
