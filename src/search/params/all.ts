import type { SearchParameter } from "../../fhir/definitions/definitions.ts";
import { date } from "./date.ts";
import type { ParameterKind } from "./kind.ts";
import { number, quantity } from "./quantity.ts";
import { reference } from "./reference.ts";
import { string } from "./string.ts";
import { token } from "./token.ts";
import { uri } from "./uri.ts";

/** How each type of search parameter is done. */
export const kinds: Readonly<Record<SearchParameter["type"], ParameterKind>> = {
	token,
	reference,
	string,
	date,
	number,
	quantity,
	uri,
};
