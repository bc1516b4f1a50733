/** Elements a narrative may use (R4 narrative 2.4.0.1: HTML 4.0 chapters 7-11 and 15, a, img and style). */
const allowedElements = new Set(
	(
		"a abbr acronym address b big blockquote br caption center cite code col colgroup dd del dfn div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd " +
		"li map area ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var bdo"
	).split(" "),
);

/** A comment, CDATA or processing instruction, or a tag with its attributes. Attribute values are quoted, so `>` may be in them. */
const markup = /<!--[\s\S]*?-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|</g;

/**
 * What is wrong with the div of a narrative, in words; undefined when nothing is. Well-formed as far as tags go, only elements R4
 * allows, nothing that could run.
 */
export function xhtmlProblem(text: string): string | undefined {
	const trimmed = text.trim();
	if (!/^<div[\s>/]/.test(trimmed)) return "must be XHTML whose root is <div>";
	const open: string[] = [];
	let ended = false;
	let last = 0;
	for (const found of trimmed.matchAll(markup)) {
		const [whole, slash, name, attributes, empty] = found;
		if (ended || (open.length === 0 && found.index > 0)) return "must have one root only";
		last = found.index + whole.length;
		if (name === undefined) {
			if (whole === "<") return "must be well-formed XHTML: tags closed, attributes quoted";
			continue;
		}
		const problem = slash === "/" ? closing(open, name) : opening(name, attributes ?? "");
		if (problem !== undefined) return problem;
		if (slash !== "/" && empty !== "/") open.push(name);
		ended = open.length === 0;
	}
	return ended && last === trimmed.length ? undefined : "must be well-formed XHTML: every tag closed";
}

function closing(open: string[], name: string): string | undefined {
	return open.pop() === name ? undefined : `must be well-formed XHTML: </${name.slice(0, 20)}> closes nothing`;
}

function opening(name: string, attributes: string): string | undefined {
	if (!allowedElements.has(name)) return `must not have <${name.slice(0, 20)}> (R4 txt-1)`;
	if (/\son[a-z]+\s*=/i.test(attributes)) return "must not have event attributes (R4 txt-1)";
	if (/\s(?:href|src)\s*=\s*["']\s*(?:javascript|vbscript)\s*:/i.test(attributes))
		return "must not have scripts (R4 txt-1)";
	return undefined;
}
