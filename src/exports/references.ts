import type { ResourceVersion } from "../store/resource-version.ts";

/** Ids of a type that are remembered at most: there are few practitioners for many observations. */
const mostIds = 200_000;

/** What exported resources refer to, of some types. */
export interface References {
	/** Notes what some resources refer to. */
	readonly gather: (versions: readonly ResourceVersion[]) => void;
	/** The ids of a type noted so far, sorted. */
	take(type: string): string[];
}

/** @param types - of which references are noted */
export function referencesTo(types: readonly string[]): References {
	const ids = new Map<string, Set<string>>(types.map((type) => [type, new Set()]));
	// Within JSON text: quotes inside of strings are escaped, so this is a member and nothing that somebody wrote.
	const pattern = new RegExp(`"reference":"(${types.join("|")})/([A-Za-z0-9\\-.]{1,64})["/]`, "g");
	return {
		gather(versions) {
			if (types.length === 0) return;
			for (const { text } of versions) {
				for (const [, type = "", id = ""] of text.matchAll(pattern)) {
					const known = ids.get(type);
					if (known !== undefined && known.size < mostIds) known.add(id);
				}
			}
		},
		take: (type) => [...(ids.get(type) ?? [])].sort(),
	};
}
