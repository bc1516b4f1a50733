import { isIP } from "node:net";

/** Turns the text of one setting into its value; throws an Error whose message says what is wrong, without the setting's name. */
export type Reader<T> = (text: string) => T;

const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Any non-empty text. */
export const text: Reader<string> = (value) => value;

/** A whole number from `least` to `most`; `what` names it in the error. */
export function wholeNumber(what: string, least: number, most: number): Reader<number> {
	return (value) => {
		const number = Number(value);
		if (!/^\d+$/.test(value) || number < least || number > most) {
			throw new Error(`${quoted(value)} is not ${what} (${least}-${most})`);
		}
		return number;
	};
}

/** `true` or `false`, also as 1/0, yes/no, on/off. */
export const flag: Reader<boolean> = (value) => {
	const word = value.toLowerCase();
	if (["true", "1", "yes", "on"].includes(word)) return true;
	if (["false", "0", "no", "off"].includes(word)) return false;
	throw new Error(`${quoted(value)} is neither true nor false`);
};

/** One of the given words. */
export function oneOf<const Word extends string>(words: readonly Word[]): Reader<Word> {
	return (value) => {
		const found = words.find((word) => word === value);
		if (found === undefined) throw new Error(`${quoted(value)} is not one of ${words.join(", ")}`);
		return found;
	};
}

/** An http or https address without query and fragment; a trailing slash is taken off. */
export const webAddress: Reader<string> = (value) => {
	const url = URL.parse(value);
	if (url === null || !/^https?:$/.test(url.protocol)) {
		throw new Error(`${quoted(value)} is not an http or https address`);
	}
	if (url.search !== "" || url.hash !== "" || url.username !== "") {
		throw new Error(`${quoted(value)} must be an address without query, fragment and user`);
	}
	return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
};

/** An address with one of the given schemes. The value may hold a password, so the error never repeats it. */
export function secretAddress(schemes: readonly string[]): Reader<string> {
	return (value) => {
		const url = URL.parse(value);
		if (url === null || !schemes.includes(url.protocol.replace(/:$/, ""))) {
			throw new Error(`is not an address of the form ${schemes[0] ?? ""}://…`);
		}
		return value;
	};
}

/** The issuer of an OpenID provider, exactly as it names itself: https, or http on this machine. */
export const issuer: Reader<string> = (value) => {
	const url = URL.parse(value);
	const local =
		url !== null && (url.hostname === "localhost" || url.hostname === "[::1]" || /^127\.[\d.]+$/.test(url.hostname));
	if (url === null || (url.protocol !== "https:" && !(url.protocol === "http:" && local))) {
		throw new Error(`${quoted(value)} is not an https address (http is for addresses of this machine)`);
	}
	if (url.search !== "" || url.hash !== "" || url.username !== "") {
		throw new Error(`${quoted(value)} must be an address without query, fragment and user`);
	}
	return value;
};

/** Scopes of OpenID Connect, space separated. */
export const openidScopes: Reader<string> = (value) => {
	const words = value.split(/\s+/);
	if (!words.includes("openid")) throw new Error(`${quoted(value)} has no openid among its scopes`);
	if (!words.every((word) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word)))
		throw new Error(`${quoted(value)} is not a list of scopes`);
	return words.join(" ");
};

/** A PostgreSQL connection address that names a database. */
export const databaseAddress: Reader<string> = (value) => {
	secretAddress(["postgresql", "postgres"])(value);
	if (new URL(value).pathname.length < 2)
		throw new Error("names no database (postgresql://user:password@host:5432/database)");
	return value;
};

/** Comma-separated values; empty parts are an error. */
export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
	return (value) =>
		value.split(",").map((part, index) => {
			const trimmed = part.trim();
			if (trimmed === "") throw new Error(`part ${index + 1} of the list is empty`);
			try {
				return reader(trimmed);
			} catch (error) {
				throw new Error(value.includes(",") ? `part ${index + 1} ${messageOf(error)}` : messageOf(error));
			}
		});
}

/** An IP address, a network in CIDR form, or one of the names Fastify knows for private networks. */
export const network: Reader<string> = (value) => {
	if (["loopback", "linklocal", "uniquelocal"].includes(value)) return value;
	const [address = "", bits, ...rest] = value.split("/");
	const family = isIP(address);
	const bitsFit = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
	if (family === 0 || !bitsFit || rest.length > 0) {
		throw new Error(`${quoted(value)} is not an IP address or network (10.0.0.0/8, loopback)`);
	}
	return value;
};

/** A 32-byte key in base64 (or base64url). The error never repeats it. */
export const key: Reader<Buffer> = (value) => {
	const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(value) ? Buffer.from(value, "base64") : Buffer.alloc(0);
	if (bytes.length !== 32) throw new Error("is not 32 bytes in base64 (openssl rand -base64 32)");
	return bytes;
};

/** An e-mail address, optionally with a name before it: `Heart Recovery <alerts@example.org>`. */
export const mailSender: Reader<string> = (value) => {
	if (!/^(?:[^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(value)) {
		throw new Error(`${quoted(value)} is not an e-mail address`);
	}
	return value;
};

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
