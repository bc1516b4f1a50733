import type { Surgery } from "./surgeries.ts";

/** A drug as it is prescribed after heart surgery. Days count from the operation. */
export interface Drug {
	readonly name: string;
	readonly dosage: string;
	readonly frequency: string;
	readonly timeOfDay: string;
	/** When it is due, minutes after midnight. */
	readonly minutes: readonly number[];
	readonly from: number;
	/** Last day; null = for good. */
	readonly to: number | null;
	readonly isAsNeeded: boolean;
	readonly purpose: string;
	readonly sideEffects: string;
	readonly instructions: string;
	readonly isFor: (surgery: Surgery) => boolean;
}

const MORNING = 8 * 60;
const EVENING = 20 * 60;
const all = (): boolean => true;
const valve = ({ isValve }: Surgery): boolean => isValve;
const bypass = ({ isValve }: Surgery): boolean => !isValve;
const morning = { frequency: "once daily", timeOfDay: "morning", minutes: [MORNING], isAsNeeded: false };
const evening = { frequency: "once daily", timeOfDay: "evening", minutes: [EVENING], isAsNeeded: false };
const twice = {
	frequency: "twice daily",
	timeOfDay: "morning and evening",
	minutes: [MORNING, EVENING],
	isAsNeeded: false,
};
const asNeeded = { frequency: "as needed", timeOfDay: "any", minutes: [MORNING + 300, EVENING + 60], isAsNeeded: true };

/** The drugs, those that start before the operation first. */
export const drugs: readonly Drug[] = [
	{
		...evening,
		name: "Atorvastatin",
		dosage: "40mg",
		from: -400,
		to: null,
		isFor: all,
		purpose: "Lower cholesterol",
		sideEffects: "muscle pain",
		instructions: "Report unexplained muscle pain.",
	},
	{
		...morning,
		name: "Lisinopril",
		dosage: "10mg",
		from: -200,
		to: null,
		isFor: all,
		purpose: "Blood pressure",
		sideEffects: "dry cough, dizziness",
		instructions: "Get up slowly.",
	},
	{
		...morning,
		name: "Aspirin",
		dosage: "81mg",
		from: -14,
		to: null,
		isFor: all,
		purpose: "Prevent blood clots",
		sideEffects: "stomach upset, bleeding",
		instructions: "Take with food.",
	},
	{
		...twice,
		name: "Metoprolol tartrate",
		dosage: "25mg",
		from: 1,
		to: 20,
		isFor: all,
		purpose: "Heart rate and blood pressure",
		sideEffects: "tiredness, slow pulse",
		instructions: "Do not take with a pulse below 50.",
	},
	{
		...twice,
		name: "Metoprolol tartrate",
		dosage: "50mg",
		from: 21,
		to: null,
		isFor: all,
		purpose: "Heart rate and blood pressure",
		sideEffects: "tiredness, slow pulse",
		instructions: "Do not take with a pulse below 50.",
	},
	{
		...morning,
		name: "Furosemide",
		dosage: "20mg",
		from: 2,
		to: 24,
		isFor: all,
		purpose: "Remove retained fluid",
		sideEffects: "thirst, low potassium",
		instructions: "Weigh yourself every morning.",
	},
	{
		...morning,
		name: "Clopidogrel",
		dosage: "75mg",
		from: 2,
		to: 365,
		isFor: bypass,
		purpose: "Keep the grafts open",
		sideEffects: "bruising",
		instructions: "Tell every dentist and doctor.",
	},
	{
		...evening,
		name: "Warfarin",
		dosage: "5mg",
		from: 2,
		to: null,
		isFor: valve,
		purpose: "Prevent clots on the valve",
		sideEffects: "bleeding",
		instructions: "INR test as planned; keep vitamin K intake even.",
	},
	{
		...asNeeded,
		name: "Acetaminophen",
		dosage: "500mg",
		from: 3,
		to: 40,
		isFor: all,
		purpose: "Wound pain",
		sideEffects: "rare",
		instructions: "At most 3000 mg a day.",
	},
];
