import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, json, version } from "./column-types.ts";

/**
 * What a sync wrote, a row for each kind of change of each of its commits: no documented table but one of ours, `devices.provenance`, which the
 * FHIR face shows like one. Written once by the server, never changed.
 */
export const DeviceProvenance = defineEntity({
	name: "DeviceProvenance",
	tableName: "provenance",
	schema: "devices",
	properties: {
		id: p.integer().primary(),
		userId: p.integer(),
		deviceConnectionId: p.integer(),
		vendor: p.string(),
		source: p.string(), // What of the vendor's it was read from, and by which sync, in words
		software: p.string().default("Heart recovery FHIR server, device pulls"), // What put it together
		deviceSyncLogId: p.integer().nullable(),
		action: p.enum(["CREATE", "UPDATE", "DELETE"]),
		targets: json(), // References, as a list of texts
		updatedAt: currentInstant(),
		version: version(),
	},
});
