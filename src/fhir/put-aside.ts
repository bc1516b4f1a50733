/**
 * Long base64 (images, documents: Binary.data, Attachment.data) of a body is never made a JavaScript string. The bytes that came are kept,
 * and a stand-in is in the resource: base64, too, so that it is valid where the data are, and needs no escaping wherever it is written,
 * be it JSON within JSON. Who sends text on – to Postgres, to a client – asks {@link piecesOf} for what it stands for.
 */
import { randomBytes } from "node:crypto";
import { typeDefinition } from "./definitions/definitions.ts";
import { isObject, type Json, type JsonObject, parseJson } from "./json.ts";

/** What a body had of long base64; in memory until it is released, after which a stand-in stands for nothing. */
export interface PutAside {
	release(): void;
}

/** Shorter base64 stays where it is, in characters: nothing but base64Binary may be that long and consist of these characters. */
const leastLength = 1024 * 1024;

/** In every stand-in, unlike anything a client sends. */
const mark = `putaside${randomBytes(12).toString("hex")}`;
const keyLength = 48;
const standIn = new RegExp(`${mark}[0-9a-f]{${keyLength}}`, "g");

const kept = new Map<string, Uint8Array>();

/**
 * Parses JSON from bytes (UTF-8) as {@link parseJson} does its text, with long base64 put aside.
 *
 * @throws Failure invalid - as parseJson
 */
export function parseJsonBytes(bytes: Buffer): { json: Json; aside: PutAside } {
	const keys: string[] = [];
	const texts: string[] = [];
	let from = 0;
	for (const [start, end] of longValues(bytes)) {
		const key = mark + randomBytes(keyLength / 2).toString("hex");
		keys.push(key);
		kept.set(key, bytes.subarray(start, end));
		texts.push(bytes.toString("utf8", from, start), key);
		from = end;
	}
	const aside = { release: () => keys.forEach((key) => void kept.delete(key)) };
	try {
		const json = parseJson(texts.length === 0 ? bytes.toString("utf8") : texts.join("") + bytes.toString("utf8", from));
		// Data of a SampledData, say, are held to the length of strings: they are what was sent.
		return { json: keys.length === 0 ? json : restored(json, "Resource"), aside };
	} catch (error) {
		aside.release();
		throw error;
	}
}

/**
 * What a text says, as text and bytes in turn; undefined where nothing in it was put aside, which is nearly always.
 *
 * @throws Error where a stand-in is not known (any more): it must never be taken for the data
 */
export function piecesOf(text: string): readonly (string | Uint8Array)[] | undefined {
	if (kept.size === 0 || text.length < keyLength || !text.includes(mark)) return undefined;
	const pieces: (string | Uint8Array)[] = [];
	let from = 0;
	for (const { 0: key, index } of text.matchAll(standIn)) {
		const bytes = kept.get(key);
		if (bytes === undefined) throw new Error("what was put aside is gone");
		pieces.push(text.slice(from, index), bytes);
		from = index + key.length;
	}
	return from === 0 ? undefined : [...pieces, text.slice(from)];
}

/** The text with what it stands for, in one. */
export function wholeText(text: string): string {
	return (
		piecesOf(text)
			?.map((piece) => (typeof piece === "string" ? piece : latin1(piece)))
			.join("") ?? text
	);
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
	return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

const [quote, backslash, colon, comma, closing] = [0x22, 0x5c, 0x3a, 0x2c, 0x7d] as const;

/**
 * Where values of members are nothing but base64 for longer than `leastLength`: between their quotes. Only every so often a byte is looked
 * at, since whatever is that long has one of these.
 */
function* longValues(bytes: Buffer): Generator<readonly [start: number, end: number]> {
	const stride = leastLength / 2;
	for (let at = stride; at < bytes.length; at += stride) {
		const start = bytes.lastIndexOf(quote, at) + 1;
		const end = bytes.indexOf(quote, at);
		if (end === -1) return;
		if (start === 0 || end - start < leastLength || bytes[start - 2] === backslash) continue;
		if (before(bytes, start - 2) !== colon || !endsMember(bytes, end + 1) || !isBase64(bytes, start, end)) continue;
		yield [start, end];
		at = end;
	}
}

function before(bytes: Buffer, at: number): number | undefined {
	let last = at;
	while (isSpace(bytes[last])) last--;
	return bytes[last];
}

function endsMember(bytes: Buffer, at: number): boolean {
	let next = at;
	while (isSpace(bytes[next])) next++;
	return bytes[next] === comma || bytes[next] === closing;
}

function isSpace(byte: number | undefined): boolean {
	return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const digits = new Uint8Array(256);
for (const digit of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") digits[digit.charCodeAt(0)] = 1;

/** In whole groups of four, with at most two signs that pad the last. */
function isBase64(bytes: Buffer, start: number, end: number): boolean {
	if ((end - start) % 4 !== 0) return false;
	const pads = bytes[end - 1] !== 0x3d ? 0 : bytes[end - 2] !== 0x3d ? 1 : 2;
	for (let at = start; at < end - pads; at++) if (digits[bytes[at] as number] !== 1) return false;
	return true;
}

/** The same value with data back in place wherever R4 has no base64Binary. */
function restored(value: Json, type: string | undefined): Json {
	if (typeof value === "string") return type === "base64Binary" ? value : wholeText(value);
	if (Array.isArray(value)) {
		for (const [at, item] of value.entries()) value[at] = restored(item, type);
		return value;
	}
	if (!isObject(value)) return value;
	const properties = definitionOf(value, type)?.properties;
	for (const [name, member] of Object.entries(value)) {
		if (member === undefined) continue;
		const known = properties?.get(name);
		value[name] = restored(member, known?.type);
	}
	return value;
}

function definitionOf(value: JsonObject, type: string | undefined) {
	const name = type === "Resource" ? value.resourceType : type;
	return typeof name === "string" ? typeDefinition(name) : undefined;
}
