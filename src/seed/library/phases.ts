/** An activity of a routine: name, description, minutes. */
export type ActivityData = readonly [string, string, number];

/** The phases of cardiac rehabilitation with their routines, in order. Weeks count from the operation. */
export const phases: readonly {
	name: string;
	weekStart: number;
	weekEnd: number;
	description: string;
	goals: string;
	restrictions: string;
	routines: readonly { name: string; frequency: string; description: string; activities: readonly ActivityData[] }[];
}[] = [
	{
		name: "Phase I: Inpatient",
		weekStart: 0,
		weekEnd: 1,
		description: "In hospital: early mobilisation under monitoring",
		goals: "Sit up, walk the hallway, climb one flight of stairs before discharge",
		restrictions: "No lifting above 5 lb, no pushing or pulling with the arms, sternal precautions",
		routines: [
			{
				name: "Bedside mobilisation",
				frequency: "3x per day",
				description: "With the physiotherapist, vital signs before and after",
				activities: [
					["Breathing exercises", "Incentive spirometer, ten breaths", 10],
					["Ankle pumps", "Twenty on each side", 5],
					["Hallway walk", "As far as comfortable", 6],
				],
			},
		],
	},
	{
		name: "Phase II: Early outpatient",
		weekStart: 2,
		weekEnd: 12,
		description: "Supervised training with monitoring, three times a week",
		goals: "30 minutes of continuous walking at 11-13 on the Borg scale",
		restrictions: "No lifting above 10 lb until week 8; no driving until week 6",
		routines: [
			{
				name: "Supervised class",
				frequency: "3x per week",
				description: "Group class in the rehabilitation centre",
				activities: [
					["Warm-up", "Easy marching and shoulder rolls", 8],
					["Aerobic training", "Bicycle or treadmill", 20],
					["Cool-down", "Slow walking, stretching", 8],
				],
			},
			{
				name: "Home walking",
				frequency: "daily",
				description: "Between classes",
				activities: [
					["Outdoor walk", "Two minutes longer each week", 15],
					["Stretching", "Calves and chest", 5],
				],
			},
		],
	},
	{
		name: "Phase III: Late outpatient",
		weekStart: 13,
		weekEnd: 24,
		description: "Less supervision, strength training begins",
		goals: "150 minutes of moderate activity a week",
		restrictions: "Stop at chest pain, dizziness or an irregular pulse",
		routines: [
			{
				name: "Strength and endurance",
				frequency: "3x per week",
				description: "In the centre or at home",
				activities: [
					["Warm-up", "Easy bicycle", 8],
					["Resistance circuit", "Elastic band and dumbbells", 18],
					["Endurance", "Treadmill or outdoor walk", 25],
				],
			},
		],
	},
	{
		name: "Phase IV: Maintenance",
		weekStart: 25,
		weekEnd: 520,
		description: "Lifelong, on one's own",
		goals: "Keep 150 minutes a week, weight and blood pressure at goal",
		restrictions: "None beyond the doctor's advice",
		routines: [
			{
				name: "Active week",
				frequency: "5x per week",
				description: "A mix that is fun",
				activities: [
					["Interval walking", "One minute quick, two minutes easy", 30],
					["Swimming or bicycle", "Steady", 25],
				],
			},
		],
	},
];
