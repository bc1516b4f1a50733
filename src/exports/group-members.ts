import { isObject, type Json } from "../fhir/json.ts";

/** Ids of the Patients that are members of a Group now: those marked inactive are not, nor is whoever is no Patient. */
export function groupMembers(group: Json): string[] {
	const members = isObject(group) && Array.isArray(group.member) ? group.member : [];
	const ids = members.flatMap((member) => {
		if (!isObject(member) || member.inactive === true || !isObject(member.entity)) return [];
		const found = /^Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/.*)?$/.exec(String(member.entity.reference ?? ""));
		return found?.[1] === undefined ? [] : [found[1]];
	});
	return [...new Set(ids)];
}
