import { isObject, type JsonObject } from "../json.ts";

/** What the keywords know of the validation they are called in (their `this`). */
export interface Visit {
	readonly conditionalReferences: boolean;
	/** The resource that holds the contained ones. */
	readonly container: JsonObject;
	/** Ids of the contained resources that `#id` may name; undefined until a fragment asks for them. */
	containedIds: ReadonlySet<string> | undefined;
}

/** The validation of a resource that is not contained. */
export function newVisit(container: JsonObject, conditionalReferences: boolean): Visit {
	return { conditionalReferences, container, containedIds: undefined };
}

/** Whether the current container holds a contained resource of that id. */
export function isContainedId(visit: Visit, id: string): boolean {
	if (visit.containedIds === undefined) {
		const { contained } = visit.container;
		const ids = Array.isArray(contained) ? contained.flatMap((one) => (isObject(one) ? [one.id] : [])) : [];
		visit.containedIds = new Set(ids.filter((one) => typeof one === "string"));
	}
	return visit.containedIds.has(id);
}
