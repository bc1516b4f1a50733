import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { members, slot, slots } from "../src/mapping/tree.ts";
import { required } from "../src/mapping/unit.ts";
import { cases } from "../src/mapping/units/cases.ts";
import { conceptText } from "../src/mapping/units/concept-text.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { endInstant, instant } from "../src/mapping/units/instant.ts";
import { recurrenceRule } from "../src/mapping/units/recurrence-rule.ts";
import { subject } from "../src/mapping/units/subject.ts";
import { longText, text } from "../src/mapping/units/text.ts";
import type { CalendarEvents } from "../src/tables/calendar-events.ts";
import type { Row } from "../src/tables/columns.ts";
import { extension } from "./extensions.ts";

/** A calendar event. A recurring one is its series, with the rule; the store shows each occurrence like an event of its own. */
export const appointment: Mapping = defineMapping<Row<typeof CalendarEvents>>()({
	name: "appointment",
	type: "Appointment",
	table: "calendar_events",
	id: { prefix: "ev-", part: "" },
	owner: "userId",
	elements: {
		extension: slots(extension("recurrence-rule", "String", recurrenceRule("recurrenceRule"))),
		status: required(
			cases(
				[
					{
						code: "booked",
						when: { status: ["pending", null] },
						set: { status: "pending" },
						takes: ["arrived", "checked-in"],
					},
					{ code: "fulfilled", when: { status: ["completed"] }, set: { status: "completed" } },
					{ code: "cancelled", when: { status: ["cancelled"] }, set: { status: "cancelled" } },
				],
				"http://hl7.org/fhir/appointmentstatus",
			),
		),
		appointmentType: conceptText("category"),
		description: required(text("title")),
		comment: longText("description"),
		start: required(instant("startTime")),
		end: endInstant("endTime", "startTime", "isAllDay"),
		participant: slots(
			slot(
				{ actor: { reference: /^Patient\// }, status: "accepted" },
				members({ actor: required(subject("userId")), status: constant("accepted") }),
			),
			slot(
				{ actor: { type: "Location" } },
				members({
					actor: members({ type: constant("Location"), display: text("location") }),
					status: constant("accepted"),
				}),
			),
		),
	},
});
