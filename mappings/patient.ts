import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { first, members, slot, slots } from "../src/mapping/tree.ts";
import { boolean } from "../src/mapping/units/boolean.ts";
import { code } from "../src/mapping/units/code.ts";
import { labelledConcept } from "../src/mapping/units/concept-text.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { date } from "../src/mapping/units/date.ts";
import { lines } from "../src/mapping/units/lines.ts";
import { fullName, givenNames } from "../src/mapping/units/names.ts";
import { standIn } from "../src/mapping/units/subject.ts";
import { text } from "../src/mapping/units/text.ts";
import { userReference } from "../src/mapping/units/user-reference.ts";
import type { Row } from "../src/tables/columns.ts";
import type { Patients } from "../src/tables/patients.ts";
import { extension } from "./extensions.ts";

const emergency = {
	coding: [
		{
			system: "http://terminology.hl7.org/CodeSystem/v2-0131",
			code: "C",
			display: "Emergency Contact",
		},
	],
};
const isEmergency = { coding: [{ system: "http://terminology.hl7.org/CodeSystem/v2-0131", code: "C" }] };

/** A patients row as Patient. One that arrives by FHIR also gets a users row (store/change/people.ts). */
export const patient: Mapping = defineMapping<Row<typeof Patients>>()({
	name: "patient",
	type: "Patient",
	table: "patients",
	id: { prefix: "", part: "" },
	owner: "userId",
	takes: "all",
	elements: {
		extension: slots(
			extension(
				"preferred-contact-method",
				"Code",
				code("preferredContactMethod", { phone: "phone", email: "email", text: "text" }),
			),
			extension(
				"best-time-to-contact",
				"Code",
				code("bestTimeToContact", { morning: "morning", afternoon: "afternoon", evening: "evening" }),
			),
			extension("preferred-pharmacy", "String", text("preferredPharmacy")),
			extension("pharmacy-phone", "String", text("pharmacyPhone")),
		),
		active: boolean("isActive"),
		name: first(
			members({
				text: fullName("name"),
				family: text("lastName"),
				given: givenNames("firstName"),
			}),
		),
		telecom: slots(
			slot(
				{ system: "phone" },
				members({
					system: constant("phone"),
					value: text("primaryPhone"),
					use: code("primaryPhoneType", { mobile: "mobile", home: "home", work: "work" }),
				}),
			),
			slot(
				{ system: "phone" },
				members({ system: constant("phone"), value: text("alternatePhone"), rank: constant(2) }),
			),
			slot({ system: "email" }, members({ system: constant("email"), value: text("email") })),
		),
		gender: code(
			"gender",
			{ male: "male", female: "female", other: "other" },
			"http://hl7.org/fhir/administrative-gender",
		),
		birthDate: date("dateOfBirth"),
		address: first(
			members({
				line: lines("streetAddress"),
				city: text("city"),
				state: text("state"),
				postalCode: text("postalCode"),
				country: text("country"),
			}),
		),
		contact: slots(
			slot(
				{ relationship: [isEmergency] },
				members({
					relationship: slots(slot(isEmergency, labelledConcept("emergencyContact1Relationship", emergency))),
					name: members({ text: text("emergencyContact1Name") }),
					telecom: slots(
						slot({ system: "phone" }, members({ system: constant("phone"), value: text("emergencyContact1Phone") })),
					),
				}),
			),
			slot(
				{ relationship: [isEmergency] },
				members({
					relationship: first(constant(emergency)),
					name: members({ text: text("emergencyContact2Name") }),
					telecom: slots(
						slot({ system: "phone" }, members({ system: constant("phone"), value: text("emergencyContact2Phone") })),
					),
				}),
			),
			slot(
				{ relationship: [{ text: "Primary caregiver" }] },
				members({
					relationship: first(constant({ text: "Primary caregiver" })),
					name: members({ text: text("primaryCaregiver") }),
				}),
			),
		),
		link: slots(slot({ type: "seealso" }, members({ other: standIn(), type: constant("seealso") }))),
		generalPractitioner: first(userReference("therapistId", "Practitioner", "user-")),
	},
});
