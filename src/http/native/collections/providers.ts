import { Providers } from "../../../tables/providers.ts";
import { type Collection, everything } from "../descriptor.ts";

/** `/api/providers`: care providers. */
export const providers: Collection = {
	path: "providers",
	entity: Providers,
	title: "care provider",
	rights: { patient: everything, therapist: everything, admin: everything },
};
