import { defineMapping, type Mapping } from "../../src/mapping/define.ts";
import { first, members, slot, slots } from "../../src/mapping/tree.ts";
import { fixed, readOnly, required } from "../../src/mapping/unit.ts";
import { constant } from "../../src/mapping/units/constant.ts";
import { instant } from "../../src/mapping/units/instant.ts";
import { type Measure, quantity } from "../../src/mapping/units/quantity.ts";
import { subject } from "../../src/mapping/units/subject.ts";
import { longText } from "../../src/mapping/units/text.ts";
import type { Row } from "../../src/tables/columns.ts";
import type { ExerciseLogs } from "../../src/tables/exercise-logs.ts";
import { category, coded, concept } from "./concepts.ts";
import { fromDevice } from "./device-record.ts";

const minutes: Measure = { code: "min", unit: "min", decimals: 0, min: 0, max: 1_000_000 };
const miles: Measure = { code: "[mi_i]", unit: "mi", decimals: 4, min: 0, max: 100_000 };
const kilocalories: Measure = { code: "kcal", unit: "kcal", decimals: 0, min: 0, max: 1_000_000 };
const rate: Measure = { code: "/min", unit: "beats/minute", decimals: 0, min: 1, max: 400 };

type Column = "duration" | "distance" | "calories" | "avgHeartRate" | "maxHeartRate";

const component = (column: Column, code: string, display: string, measure: Measure) =>
	slot(
		{ code: coded(code) },
		members({ code: constant(concept(code, display)), valueQuantity: quantity(column, measure) }),
	);

/**
 * A workout as one Observation with its measures as components. Workouts are logged natively or come from devices: what an EHR sends is stored
 * whole.
 */
export const exercise: Mapping = defineMapping<Row<typeof ExerciseLogs>>()({
	name: "observation/exercise",
	type: "Observation",
	table: "exercise_logs",
	id: { prefix: "ex-", part: "" },
	owner: "userId",
	takes: "none",
	elements: {
		...fromDevice({ exercise: "" }),
		status: required(constant("final")),
		category: category("activity", "Activity"),
		code: required(constant(concept("73985-4", "Exercise activity"))),
		subject: required(subject("userId")),
		effectiveDateTime: required(instant("completedAt")),
		issued: fixed(readOnly(instant("createdAt"))),
		note: first(members({ text: longText("notes") })),
		component: slots(
			component("duration", "55411-3", "Exercise duration", minutes),
			component("distance", "103208-5", "Distance traveled", miles),
			component("calories", "93819-1", "Calories burned in unspecified time --during activity", kilocalories),
			component("avgHeartRate", "103205-1", "Mean heart rate", rate),
			component("maxHeartRate", "101692-2", "Maximum heart rate", rate),
		),
	},
});
