/** What a client prefers (R4 http 3.1.0.1.7, RFC 7240). Undefined: it said nothing we know. */
export interface Preferences {
	readonly return: "minimal" | "representation" | "OperationOutcome" | undefined;
	readonly handling: "strict" | "lenient" | undefined;
}

const noPreferences: Preferences = { return: undefined, handling: undefined };

const returns = ["minimal", "representation", "OperationOutcome"] as const;
const handlings = ["strict", "lenient"] as const;

/**
 * Reads the Prefer header: several preferences, separated by commas or in several headers; the first of a name counts and
 * unknown ones are ignored, as RFC 7240 section 2 demands.
 */
export function readPreferences(header: string | readonly string[] | undefined): Preferences {
	if (header === undefined) return noPreferences;
	const named = new Map<string, string>();
	for (const part of [header ?? []].flat().join(",").split(",")) {
		const [preference = ""] = part.split(";");
		const [name = "", value = ""] = preference.split("=").map((text) => text.trim().replace(/^"(.*)"$/, "$1"));
		if (name !== "" && !named.has(name.toLowerCase())) named.set(name.toLowerCase(), value);
	}
	const wanted = (name: string) => named.get(name)?.toLowerCase();
	return {
		return: returns.find((one) => one.toLowerCase() === wanted("return")),
		handling: handlings.find((one) => one === wanted("handling")),
	};
}

/** The Preference-Applied header for a single write, undefined when nothing was asked. */
export function preferenceApplied(preferences: Preferences, dryRun: boolean): string | undefined {
	const applied = [
		...(preferences.return === undefined ? [] : [`return=${preferences.return}`]),
		...(dryRun ? ["dry-run"] : []),
	];
	return applied.length === 0 ? undefined : applied.join(", ");
}
