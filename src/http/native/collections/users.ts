import { Users } from "../../../tables/users.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/users`: accounts. */
export const users: Collection = {
	path: "users",
	entity: Users,
	one: "account",
	many: "accounts",
	hidden: ["password"],
	derive: "account",
};
