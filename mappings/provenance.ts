import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { first, members, slot, slots } from "../src/mapping/tree.ts";
import { readOnly, required } from "../src/mapping/unit.ts";
import { code } from "../src/mapping/units/code.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { instant } from "../src/mapping/units/instant.ts";
import { references } from "../src/mapping/units/references.ts";
import { subject } from "../src/mapping/units/subject.ts";
import { text } from "../src/mapping/units/text.ts";
import { userReference } from "../src/mapping/units/user-reference.ts";
import type { Row } from "../src/tables/columns.ts";
import type { DeviceProvenance } from "../src/tables/device-provenance.ts";

const participant = (name: string, display: string) => ({
	coding: [{ system: "http://terminology.hl7.org/CodeSystem/provenance-participant-type", code: name, display }],
});

/**
 * What a sync made, changed or took away, one Provenance for each of the three and each commit: the connection's Device told it on behalf of the
 * patient, this server put it together. Made by syncs alone; a Provenance an EHR sends is stored whole.
 */
export const provenance: Mapping = defineMapping<Row<typeof DeviceProvenance>>()({
	name: "provenance",
	type: "Provenance",
	schema: "devices",
	table: "provenance",
	id: { prefix: "sync-", part: "" },
	owner: "userId",
	takes: "none",
	isServers: true,
	elements: {
		target: references("targets", "Observation", "devices.provenance_of"),
		recorded: required(readOnly(instant("updatedAt"))),
		activity: members({
			coding: first(
				members({
					system: constant("http://terminology.hl7.org/CodeSystem/v3-DataOperation"),
					code: readOnly(code("action", { CREATE: "CREATE", UPDATE: "UPDATE", DELETE: "DELETE" })),
				}),
			),
		}),
		agent: slots(
			slot(
				{ type: { coding: [{ code: "author" }] } },
				members({
					type: constant(participant("author", "Author")),
					who: readOnly(userReference("deviceConnectionId", "Device", "dev-")),
					onBehalfOf: readOnly(subject("userId")),
				}),
			),
			slot(
				{ type: { coding: [{ code: "assembler" }] } },
				members({
					type: constant(participant("assembler", "Assembler")),
					who: members({ display: readOnly(text("software")) }),
				}),
			),
		),
		entity: first(
			members({
				role: constant("source"),
				what: members({ display: readOnly(text("source")) }),
			}),
		),
	},
});
