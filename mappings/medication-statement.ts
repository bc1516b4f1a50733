import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { first, members, slot, slots } from "../src/mapping/tree.ts";
import { required } from "../src/mapping/unit.ts";
import { cases } from "../src/mapping/units/cases.ts";
import { code } from "../src/mapping/units/code.ts";
import { conceptText } from "../src/mapping/units/concept-text.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { date } from "../src/mapping/units/date.ts";
import { dosageText, dose } from "../src/mapping/units/dose.ts";
import { subject } from "../src/mapping/units/subject.ts";
import { longText, text } from "../src/mapping/units/text.ts";
import type { Row } from "../src/tables/columns.ts";
import type { Medications } from "../src/tables/medications.ts";

/** A medication of the regimen. Statuses without a native counterpart (on-hold, entered-in-error, …) are stored whole. */
export const medicationStatement: Mapping = defineMapping<Row<typeof Medications>>()({
	name: "medication-statement",
	type: "MedicationStatement",
	table: "medications",
	id: { prefix: "med-", part: "" },
	owner: "userId",
	elements: {
		status: required(
			cases(
				[
					{ code: "active", when: { isActive: [true, null] }, set: { isActive: true } },
					{ code: "completed", when: { endDate: "filled" }, set: { isActive: false } },
					{ code: "stopped", when: {}, set: { isActive: false } },
				],
				"http://hl7.org/fhir/CodeSystem/medication-statement-status",
			),
		),
		medicationCodeableConcept: required(conceptText("name")),
		subject: required(subject("userId")),
		effectivePeriod: members({ start: date("startDate"), end: date("endDate") }),
		informationSource: members({ display: text("prescribedBy") }),
		reasonCode: first(members({ text: text("purpose") })),
		note: first(members({ text: text("sideEffects") })),
		dosage: first(
			members({
				text: dosageText("dosage", "frequency", "timeOfDay"),
				patientInstruction: longText("instructions"),
				timing: members({
					repeat: members({
						when: slots(
							slot(
								"MORN",
								code("timeOfDay", { morning: "MORN", afternoon: "AFT", evening: "EVE", night: "NIGHT", bedtime: "HS" }),
							),
						),
					}),
					code: members({ text: text("frequency") }),
				}),
				doseAndRate: slots(
					slot(
						{ doseQuantity: {} },
						members({
							type: constant({
								coding: [
									{
										system: "http://terminology.hl7.org/CodeSystem/dose-rate-type",
										code: "ordered",
										display: "Ordered",
									},
								],
							}),
							doseQuantity: dose("dosage"),
						}),
					),
				),
			}),
		),
	},
});
