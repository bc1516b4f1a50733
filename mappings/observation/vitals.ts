import { defineMapping, type Mapping } from "../../src/mapping/define.ts";
import { first, members, slot, slots } from "../../src/mapping/tree.ts";
import { fixed, readOnly, required } from "../../src/mapping/unit.ts";
import { constant } from "../../src/mapping/units/constant.ts";
import { instant } from "../../src/mapping/units/instant.ts";
import { absentReason, type Measure, quantity } from "../../src/mapping/units/quantity.ts";
import { subject } from "../../src/mapping/units/subject.ts";
import { longText } from "../../src/mapping/units/text.ts";
import type { Row } from "../../src/tables/columns.ts";
import type { VitalsSamples } from "../../src/tables/vitals-samples.ts";
import { category, coded, concept } from "./concepts.ts";
import { fromDevice } from "./device-record.ts";

const define = defineMapping<Row<typeof VitalsSamples>>();
const loinc = "http://loinc.org";
const vitalSigns = "http://hl7.org/fhir/StructureDefinition/vitalsigns";
const usCore = (name: string) => `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`;

/** The elements all vital signs of a row share. */
const shared = {
	status: required(constant("final", { among: ["final", "amended", "corrected"] })),
	category: category("vital-signs", "Vital Signs"),
	subject: required(subject("userId")),
	effectiveDateTime: required(instant("recordedAt")),
	issued: fixed(readOnly(instant("createdAt"))),
	note: first(members({ text: longText("notes") })),
} as const;

const pressure: Measure = { code: "mm[Hg]", unit: "mmHg", decimals: 0, min: 1, max: 400 };
const rate: Measure = { code: "/min", unit: "beats/minute", decimals: 0, min: 1, max: 400 };
const saturation: Measure = { code: "%", unit: "%", decimals: 0, min: 1, max: 100 };
const pounds: Measure = {
	code: "[lb_av]",
	unit: "lb",
	decimals: 2,
	min: 0.01,
	max: 1499.99,
	from: { kg: { factor: 1 / 0.45359237 }, g: { factor: 0.001 / 0.45359237 }, "[oz_av]": { factor: 0.0625 } },
};
const fahrenheit: Measure = {
	code: "[degF]",
	unit: "°F",
	decimals: 2,
	min: 70,
	max: 120,
	from: { Cel: { factor: 1.8, offset: 32 }, K: { factor: 1.8, offset: -459.67 } },
};

/** Systolic and diastolic pressure: one Observation with two components. */
export const bloodPressure: Mapping = define({
	name: "observation/blood-pressure",
	type: "Observation",
	table: "vitals_samples",
	id: { prefix: "vs-", part: "bp" },
	profiles: [vitalSigns, usCore("blood-pressure")],
	presentWhenAny: ["systolicBP", "diastolicBP"],
	owner: "userId",
	elements: {
		...shared,
		...fromDevice({ "blood-pressure": "" }),
		code: required(
			constant(concept("85354-9", "Blood pressure panel with all children optional"), {
				match: [coded("85354-9"), coded("55284-4")],
			}),
		),
		component: slots(
			slot(
				{ code: coded("8480-6") },
				members({
					code: constant(concept("8480-6", "Systolic blood pressure")),
					valueQuantity: quantity("systolicBP", pressure),
					dataAbsentReason: absentReason("systolicBP"),
				}),
			),
			slot(
				{ code: coded("8462-4") },
				members({
					code: constant(concept("8462-4", "Diastolic blood pressure")),
					valueQuantity: quantity("diastolicBP", pressure),
					dataAbsentReason: absentReason("diastolicBP"),
				}),
			),
		),
	},
});

export const heartRate: Mapping = define({
	name: "observation/heart-rate",
	type: "Observation",
	table: "vitals_samples",
	id: { prefix: "vs-", part: "hr" },
	profiles: [vitalSigns, usCore("heart-rate")],
	presentWhenAny: ["heartRate"],
	owner: "userId",
	elements: {
		...shared,
		...fromDevice({ "heart-rate": "", "blood-pressure": "/pulse" }),
		code: required(constant(concept("8867-4", "Heart rate"), { match: [coded("8867-4")] })),
		valueQuantity: required(quantity("heartRate", rate)),
	},
});

export const bodyWeight: Mapping = define({
	name: "observation/body-weight",
	type: "Observation",
	table: "vitals_samples",
	id: { prefix: "vs-", part: "wt" },
	profiles: [vitalSigns, usCore("body-weight")],
	presentWhenAny: ["weight"],
	owner: "userId",
	elements: {
		...shared,
		...fromDevice({ "body-weight": "" }),
		code: required(constant(concept("29463-7", "Body weight"), { match: [coded("29463-7")] })),
		valueQuantity: required(quantity("weight", pounds)),
	},
});

/** Two codes in one concept, as US Core wants; either is taken. */
export const oxygenSaturation: Mapping = define({
	name: "observation/oxygen-saturation",
	type: "Observation",
	table: "vitals_samples",
	id: { prefix: "vs-", part: "spo2" },
	profiles: [vitalSigns, usCore("pulse-oximetry")],
	presentWhenAny: ["oxygenSaturation"],
	owner: "userId",
	elements: {
		...shared,
		...fromDevice({ "oxygen-saturation": "" }),
		code: required(
			constant(
				{
					coding: [
						{ system: loinc, code: "59408-5", display: "Oxygen saturation in Arterial blood by Pulse oximetry" },
						{ system: loinc, code: "2708-6", display: "Oxygen saturation in Arterial blood" },
					],
					text: "Oxygen saturation",
				},
				{ match: [coded("59408-5"), coded("2708-6")] },
			),
		),
		valueQuantity: required(quantity("oxygenSaturation", saturation)),
	},
});

export const bodyTemperature: Mapping = define({
	name: "observation/body-temperature",
	type: "Observation",
	table: "vitals_samples",
	id: { prefix: "vs-", part: "temp" },
	profiles: [vitalSigns, usCore("body-temperature")],
	presentWhenAny: ["temperature"],
	owner: "userId",
	elements: {
		...shared,
		...fromDevice({ "body-temperature": "" }),
		code: required(constant(concept("8310-5", "Body temperature"), { match: [coded("8310-5")] })),
		valueQuantity: required(quantity("temperature", fahrenheit)),
	},
});
