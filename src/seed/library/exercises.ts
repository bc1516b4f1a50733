/** An exercise of the library and how it is prescribed and felt. */
export interface ExerciseKind {
	readonly name: string;
	readonly category: "cardio" | "strength" | "flexibility" | "breathing" | "balance";
	readonly description: string;
	readonly instructions: string;
	readonly difficulty: "beginner" | "intermediate" | "advanced";
	readonly targetMuscles: string;
	readonly equipment: string | null;
	/** First and last week after the operation in which it is prescribed. */
	readonly weeks: readonly [number, number];
	/** Minutes of one session when it is new. */
	readonly minutes: number;
	/** Miles an hour; 0 where no distance is covered. */
	readonly speed: number;
	/** kcal a minute */
	readonly burn: number;
	/** Beats a minute above rest. */
	readonly effort: number;
}

const kind = (
	name: string,
	category: ExerciseKind["category"],
	difficulty: ExerciseKind["difficulty"],
	weeks: readonly [number, number],
	[minutes, speed, burn, effort]: readonly [number, number, number, number],
	targetMuscles: string,
	equipment: string | null,
	instructions: string,
): ExerciseKind => ({
	name,
	category,
	description: `${name}: ${category} exercise for ${difficulty === "beginner" ? "early" : "later"} recovery`,
	instructions,
	difficulty,
	targetMuscles,
	equipment,
	weeks,
	minutes,
	speed,
	burn,
	effort,
});

/** The exercises, easiest first. */
export const exerciseKinds: readonly ExerciseKind[] = [
	kind(
		"Deep breathing with spirometer",
		"breathing",
		"beginner",
		[0, 4],
		[10, 0, 1.5, 4],
		"diaphragm",
		"incentive spirometer",
		"Ten slow breaths every waking hour; hold the pillow to the chest when coughing.",
	),
	kind(
		"Ankle pumps",
		"flexibility",
		"beginner",
		[0, 2],
		[5, 0, 1.5, 5],
		"calves",
		null,
		"Point and flex both feet twenty times, several times a day.",
	),
	kind(
		"Hallway walk",
		"cardio",
		"beginner",
		[0, 3],
		[6, 1.2, 2.4, 14],
		"legs",
		null,
		"Walk slowly with somebody beside you; stop when short of breath.",
	),
	kind(
		"Outdoor walk",
		"cardio",
		"beginner",
		[2, 30],
		[15, 2.2, 3.6, 26],
		"legs",
		"walking shoes",
		"Flat ground; you should be able to talk in full sentences.",
	),
	kind(
		"Shoulder rolls",
		"flexibility",
		"beginner",
		[3, 14],
		[6, 0, 1.8, 6],
		"shoulders, chest",
		null,
		"Roll both shoulders backwards, arms below shoulder height.",
	),
	kind(
		"Sit to stand",
		"strength",
		"beginner",
		[4, 20],
		[8, 0, 3, 20],
		"thighs, hips",
		"chair",
		"Stand up without using the arms; no breath holding.",
	),
	kind(
		"Heel-to-toe balance",
		"balance",
		"beginner",
		[5, 24],
		[6, 0, 2, 10],
		"legs, trunk",
		"wall for support",
		"Ten steps heel to toe beside a wall.",
	),
	kind(
		"Stationary bicycle",
		"cardio",
		"intermediate",
		[6, 60],
		[20, 9, 5.2, 34],
		"legs",
		"stationary bicycle",
		"Five minutes warming up, then steady at 11-13 on the Borg scale.",
	),
	kind(
		"Treadmill walking",
		"cardio",
		"intermediate",
		[7, 120],
		[22, 2.8, 4.8, 34],
		"legs",
		"treadmill",
		"Incline at most 3 % until week 12.",
	),
	kind(
		"Elastic band rowing",
		"strength",
		"intermediate",
		[10, 120],
		[12, 0, 4, 24],
		"back, arms",
		"elastic band",
		"After the breastbone has healed; two sets of twelve.",
	),
	kind(
		"Light dumbbell circuit",
		"strength",
		"intermediate",
		[13, 160],
		[18, 0, 4.6, 30],
		"whole body",
		"dumbbells 2-5 lb",
		"Breathe out while lifting.",
	),
	kind(
		"Swimming",
		"cardio",
		"advanced",
		[16, 300],
		[25, 1.1, 7, 42],
		"whole body",
		"pool",
		"Once the wound has closed completely and the surgeon agrees.",
	),
	kind(
		"Interval walking",
		"cardio",
		"advanced",
		[18, 300],
		[30, 3.3, 5.8, 46],
		"legs",
		"walking shoes",
		"One minute quick, two minutes easy, ten times.",
	),
];
