/** Each connection keeps every statement that has a name, so hostile variety must not give names without end. */
const mostNames = 1000;

const names = new Map<string, string>();
const seenOnce = new Set<string>();

/**
 * The name under which connections prepare a statement, so that Postgres parses and plans it once; undefined for the first sight of a
 * text and when there are too many already.
 */
export function statementName(text: string): string | undefined {
	const known = names.get(text);
	if (known !== undefined) return known;
	if (names.size >= mostNames) return undefined;
	if (!seenOnce.delete(text)) {
		if (seenOnce.size >= mostNames) seenOnce.clear();
		seenOnce.add(text);
		return undefined;
	}
	const name = `s${names.size}`;
	names.set(text, name);
	return name;
}
