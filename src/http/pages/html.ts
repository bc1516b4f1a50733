/** HTML that may be sent as it is: everything in it that came from outside was escaped. Made by {@link html} only. */
export class Html {
	readonly text: string;

	/** @param text - HTML as it goes out */
	constructor(text: string) {
		this.text = text;
	}
}

/** What a template may hold: text is escaped, pieces of HTML stay, lists are joined, `null`, `undefined` and `false` show nothing. */
export type Piece = string | number | Html | null | undefined | false | readonly Piece[];

/** A template whose values are escaped unless they are HTML already; values stand in text or in quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Piece[]): Html {
	return new Html(strings.map((text, at) => (at < values.length ? text + textOf(values[at] as Piece) : text)).join(""));
}

function textOf(piece: Piece): string {
	if (piece === null || piece === undefined || piece === false) return "";
	if (piece instanceof Html) return piece.text;
	if (typeof piece === "object") return piece.map(textOf).join("");
	return escaped(String(piece));
}

const escapes: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&#39;",
};

function escaped(text: string): string {
	return text.replace(/[&<>"']/g, (character) => escapes[character] as string);
}
