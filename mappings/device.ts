import { defineMapping, type Mapping } from "../src/mapping/define.ts";
import { first, members } from "../src/mapping/tree.ts";
import { cases } from "../src/mapping/units/cases.ts";
import { code } from "../src/mapping/units/code.ts";
import { constant } from "../src/mapping/units/constant.ts";
import { subject } from "../src/mapping/units/subject.ts";
import { text } from "../src/mapping/units/text.ts";
import type { Row } from "../src/tables/columns.ts";
import type { DeviceConnections } from "../src/tables/device-connections.ts";

/**
 * A connection to a wearable as Device: active while it brings data, so that "no exercise" and "no sync" are different things. Connections are
 * made natively, as only their owner can give access: a Device an EHR sends is stored whole. No token leaves.
 */
export const device: Mapping = defineMapping<Row<typeof DeviceConnections>>()({
	name: "device",
	type: "Device",
	table: "device_connections",
	id: { prefix: "dev-", part: "" },
	owner: "userId",
	takes: "none",
	elements: {
		status: cases(
			[
				{ code: "active", when: { isActive: [true] }, set: { isActive: true } },
				{ code: "inactive", when: {}, set: { isActive: false } },
			],
			"http://hl7.org/fhir/device-status",
		),
		manufacturer: code("deviceType", { strava: "Strava", polar: "Polar", samsung: "Samsung" }),
		deviceName: first(members({ name: text("deviceName"), type: constant("user-friendly-name") })),
		patient: subject("userId"),
	},
});
