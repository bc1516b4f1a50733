/** What a check found: an issue's code and words. */
export interface Found {
	readonly code: string;
	readonly words: string;
	/** JSON pointer from the checked value to what it is about. */
	readonly member?: string;
}

/** That something is not built as its definition says. */
export function structure(words: string, member = ""): Found {
	return { code: "structure", words, member };
}

/** That an element is missing; choices are named with `[x]`. */
export function missing(type: string, name: string): Found {
	return { code: "required", words: `${type}.${name} is required`, member: `/${name.replace("[x]", "")}` };
}
