import { Users } from "../../../tables/users.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/users`: accounts. */
export const users: Collection = {
	path: "users",
	entity: Users,
	one: "account",
	many: "accounts",
	rights: { patient: ["read", "update"], therapist: ["read", "update"], admin: everything },
	hidden: ["password"],
	readOnlyFor: { patient: ["role", "email"], therapist: ["role", "email"] },
	accounts: true,
	derive: "account",
};
