import { defineMapping, type Mapping } from "../../src/mapping/define.ts";
import { first, members } from "../../src/mapping/tree.ts";
import { fixed, readOnly, required } from "../../src/mapping/unit.ts";
import { constant } from "../../src/mapping/units/constant.ts";
import { instant } from "../../src/mapping/units/instant.ts";
import { type Measure, quantity } from "../../src/mapping/units/quantity.ts";
import { subject } from "../../src/mapping/units/subject.ts";
import { longText } from "../../src/mapping/units/text.ts";
import type { Row } from "../../src/tables/columns.ts";
import type { SleepLogs } from "../../src/tables/sleep-logs.ts";
import { category, concept } from "./concepts.ts";
import { fromDevice } from "./device-record.ts";

const hours: Measure = { code: "h", unit: "h", decimals: 4, min: 0, max: 48 };

/** A night as Observation: how long somebody slept between going to bed and waking. What an EHR sends is stored whole. */
export const sleep: Mapping = defineMapping<Row<typeof SleepLogs>>()({
	name: "observation/sleep",
	type: "Observation",
	table: "sleep_logs",
	id: { prefix: "sl-", part: "" },
	presentWhenAny: ["totalHours"],
	owner: "userId",
	takes: "none",
	elements: {
		...fromDevice({ sleep: "" }),
		status: required(constant("final")),
		category: category("activity", "Activity"),
		code: required(constant(concept("93832-4", "Sleep duration"))),
		subject: required(subject("userId")),
		effectivePeriod: members({ start: instant("bedtime"), end: instant("wakeTime") }),
		issued: fixed(readOnly(instant("createdAt"))),
		note: first(members({ text: longText("notes") })),
		valueQuantity: required(quantity("totalHours", hours)),
	},
});
