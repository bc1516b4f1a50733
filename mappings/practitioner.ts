import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { first, members, slot, slots } from "../src/mapping/tree.ts";
import { readOnly } from "../src/mapping/unit.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { fullName } from "../src/mapping/units/names.ts";
import { text } from "../src/mapping/units/text.ts";
import type { Row } from "../src/tables/columns.ts";
import type { Users } from "../src/tables/users.ts";

/**
 * A therapist's account as Practitioner, so that Patient.generalPractitioner leads somewhere. Accounts are made natively, never by
 * FHIR: a Practitioner an EHR sends is stored whole. The address is what the person signs in with, so it is shown but not written.
 */
export const practitioner: Mapping = defineMapping<Row<typeof Users>>()({
	name: "practitioner",
	type: "Practitioner",
	table: "users",
	id: { prefix: "user-", part: "" },
	onlyWhere: { role: ["therapist"] },
	owner: "id",
	takes: "none",
	elements: {
		name: first(members({ text: fullName("name") })),
		telecom: slots(
			slot({ system: "phone" }, members({ system: constant("phone"), value: text("phoneNumber") })),
			slot({ system: "email" }, members({ system: constant("email"), value: readOnly(text("email")) })),
		),
	},
});
