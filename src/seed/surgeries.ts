/** An operation, as far as it decides medication, training and wording. */
export interface Surgery {
	readonly type: string;
	/** Needs lifelong or temporary anticoagulation with warfarin. */
	readonly isValve: boolean;
	readonly hospitalDays: number;
	readonly conditions: string;
	readonly summary: string;
}

export const surgeries: readonly [Surgery, ...Surgery[]] = [
	{
		type: "Coronary artery bypass graft (CABG x3)",
		isValve: false,
		hospitalDays: 6,
		conditions: "Hypertension, Hyperlipidemia",
		summary: "Three-vessel bypass, uneventful course, extubated on the day of surgery.",
	},
	{
		type: "Mitral valve repair",
		isValve: true,
		hospitalDays: 7,
		conditions: "Atrial fibrillation",
		summary: "Annuloplasty ring, no residual regurgitation. Paroxysmal atrial fibrillation on day 2, converted.",
	},
	{
		type: "Aortic valve replacement",
		isValve: true,
		hospitalDays: 8,
		conditions: "Hypertension, Type 2 diabetes mellitus",
		summary: "Mechanical valve, good function in the echocardiogram. INR goal 2.0-3.0.",
	},
	{
		type: "Coronary artery bypass graft (CABG x2)",
		isValve: false,
		hospitalDays: 5,
		conditions: "Hyperlipidemia, Type 2 diabetes mellitus",
		summary: "Off-pump bypass of two vessels, left internal mammary artery to LAD.",
	},
];
