import { defineEntity, p } from "@mikro-orm/core";
import { currentInstant, id, instant, references, version } from "./column-types.ts";
import { owned } from "./policies.ts";
import { Users } from "./users.ts";

/** Healthcare providers associated with patients. */
export const Providers = defineEntity({
	name: "Providers",
	tableName: "providers",
	properties: {
		id: id(),
		userId: references(() => Users, "user_id"),
		name: p.string(),
		specialty: p.string().nullable(),
		phone: p.string().nullable(),
		email: p.string().nullable(),
		address: p.string().nullable(),
		notes: p.text().nullable(),
		nextAppointment: instant().nullable(),
		createdAt: currentInstant(),
		updatedAt: currentInstant(),
		version: version(),
	},
	indexes: [{ name: "idx_providers_user", properties: ["userId"] }],
	policies: owned("providers"),
	rowLevelSecurity: true,
});
