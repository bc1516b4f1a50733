/** A vendor's JSON object; nothing in it is certain. */
export type Payload = Readonly<Record<string, unknown>>;

/** A reply that is not what the vendor documents: the pull fails and says so, and nothing of the page is taken. */
export class UnreadablePayload extends Error {
	/** What it is that cannot be read, in words that hold no data. */
	readonly what: string;

	constructor(message: string, { what = message, cause }: { what?: string; cause?: unknown } = {}) {
		super(message, { cause });
		this.what = what;
	}
}

/** More than is read of one thing, by mistake or meant to fill the memory. */
export class TooMuch extends UnreadablePayload {}

/** As {@link UnreadablePayload}. @param what in words that hold no data */
export function unreadable(what: string): UnreadablePayload {
	return new UnreadablePayload(`the answer cannot be read: ${what}`, { what });
}

/**
 * The items of a list, each by itself: one that cannot be read does not keep the others away. Where none can, it is no such list.
 *
 * @param otherwise what becomes of an item that cannot be read
 * @throws UnreadablePayload
 */
export function readEach<T>(
	items: readonly unknown[],
	read: (item: unknown) => T,
	otherwise: (item: unknown, what: string) => T,
): T[] {
	let unread = 0;
	return items.map((item) => {
		try {
			return read(item);
		} catch (error) {
			if (!(error instanceof UnreadablePayload) || ++unread === items.length) throw error;
			return otherwise(item, error.what);
		}
	});
}

/** @throws UnreadablePayload */
export function asObject(value: unknown, what: string): Payload {
	if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable(`${what} is not an object`);
	return value as Payload;
}

/** @throws UnreadablePayload */
export function asList(value: unknown, what: string): readonly unknown[] {
	if (!Array.isArray(value)) throw unreadable(`${what} is not a list`);
	return value;
}

/** An object, or an empty one for what is missing or of another kind. */
export function objectAt(payload: Payload, name: string): Payload {
	const value = payload[name];
	return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

/** A finite number, also where the vendor writes it as text; undefined for anything else. */
export function numberAt(payload: Payload, name: string): number | undefined {
	const value = payload[name];
	const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
	return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A number above zero: vendors write 0 for what they did not measure. */
export function positiveAt(payload: Payload, name: string): number | undefined {
	const number = numberAt(payload, name);
	return number !== undefined && number > 0 ? number : undefined;
}

/** Text that is not empty, without what PostgreSQL has no place for: U+0000 and halves of surrogate pairs. */
export function textAt(payload: Payload, name: string): string | undefined {
	const value = payload[name];
	const text = typeof value === "string" ? value.replaceAll("\u0000", "").toWellFormed() : "";
	return text === "" ? undefined : text;
}

/** An id, which vendors write as a number or as text. */
export function idAt(payload: Payload, name: string): string | undefined {
	const value = payload[name];
	if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
	return textAt(payload, name);
}

/** Leaves out what is undefined, so that optional properties are absent. */
export function given<T extends object>(values: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
