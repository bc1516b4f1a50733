import type { Json } from "../src/fhir/json.ts";
import { members, type Slot, slot } from "../src/mapping/tree.ts";
import type { Unit } from "../src/mapping/unit.ts";
import { constant } from "../src/mapping/units/constant.ts";

/** Where our own extensions are defined. A canonical URL names a definition, not a server: it stays whatever BASE_URL is. */
const base = "https://heart-recovery.example/fhir/StructureDefinition";

/** An extension of ours that holds one column: `name` ends its URL, `type` ends `value…`. */
export function extension<C extends string>(name: string, type: "String" | "Code", unit: Unit<C>): Slot<C> {
	const url: Json = `${base}/${name}`;
	return slot({ url }, members<C>({ url: constant(url), [`value${type}`]: unit }));
}
