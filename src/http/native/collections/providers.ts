import { Providers } from "../../../tables/providers.ts";
import type { Collection } from "../descriptor.ts";

/** `/api/providers`: providers. */
export const providers: Collection = {
	path: "providers",
	entity: Providers,
	one: "provider",
	many: "providers",
};
