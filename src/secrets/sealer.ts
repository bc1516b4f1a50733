import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from "node:crypto";
import { Failure } from "../fhir/failure.ts";

/** Bytes of the nonce and of the tag of AES-256-GCM (NIST SP 800-38D). */
const nonceBytes = 12;
const tagBytes = 16;

/** The form sealed text has; changes with the algorithm. */
const form = "s1";

/** Keeps secrets as text that only this server can read, and only where it was meant to stand. */
export interface Sealer {
	/**
	 * Seals text for one place: `s1.<key id>.<base64url>`. `place` names row and column (`device_connections/7/access_token`) and is
	 * not kept: the same text moved to another row does not open there.
	 */
	seal(secret: string, place: string): string;
	/** The text sealed for this place. @throws Failure fault when it was altered, moved, or its key is not among ours */
	open(sealed: string, place: string): string;
	/** Whether it should be sealed anew, because a newer key is there. */
	isStale(sealed: string): boolean;
}

/** One key under which things are sealed, and the name it goes by. */
interface SealingKey {
	readonly id: string;
	readonly key: Buffer;
}

/**
 * Seals with the first key, opens with any.
 *
 * @param keys 32 bytes each, newest first (TOKEN_ENCRYPTION_KEY)
 * @param random bytes nobody can guess, used once each
 */
export function sealer(keys: readonly Buffer[], random: (size: number) => Buffer = randomBytes): Sealer {
	const known = keys.map(sealingKey);
	const [newest] = known;
	if (newest === undefined) throw new Error("a sealer needs a key");
	return {
		seal(secret, place) {
			const nonce = random(nonceBytes);
			const cipher = createCipheriv("aes-256-gcm", newest.key, nonce, { authTagLength: tagBytes });
			cipher.setAAD(boundTo(newest.id, place));
			const body = Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
			return `${form}.${newest.id}.${body.toString("base64url")}`;
		},
		open(sealed, place) {
			const { id, body } = parts(sealed);
			const used = known.find((one) => one.id === id);
			if (used === undefined) throw unreadable("its key is not among TOKEN_ENCRYPTION_KEY");
			if (body.length < nonceBytes + tagBytes) throw unreadable("it is too short");
			const decipher = createDecipheriv("aes-256-gcm", used.key, body.subarray(0, nonceBytes), {
				authTagLength: tagBytes,
			});
			decipher.setAAD(boundTo(id, place));
			decipher.setAuthTag(body.subarray(-tagBytes));
			try {
				const text = Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]);
				return text.toString("utf8");
			} catch {
				throw unreadable("it was altered, or belongs somewhere else");
			}
		},
		isStale: (sealed) => parts(sealed).id !== newest.id,
	};
}

/** The key itself stays out of use here: what it also protects (the database login) must not depend on this cipher. */
function sealingKey(key: Buffer): SealingKey {
	if (key.length !== 32) throw new Error("a sealing key has 32 bytes");
	const derived = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(0), "heart sealing key, aes-256-gcm", 32));
	return { key: derived, id: hash("sha256", derived, "buffer").subarray(0, 6).toString("base64url") };
}

/** What the tag also covers: form, key and place. */
function boundTo(id: string, place: string): Buffer {
	return Buffer.from(`${form}.${id}.${place}`, "utf8");
}

function parts(sealed: string): { id: string; body: Buffer } {
	const [given, id, body, ...rest] = sealed.split(".");
	if (given !== form || id === undefined || body === undefined || rest.length > 0 || !/^[\w-]*$/.test(body)) {
		throw unreadable("it has not the form of one");
	}
	return { id, body: Buffer.from(body, "base64url") };
}

function unreadable(why: string): Failure {
	return new Failure("fault", "A stored secret cannot be read", { detail: new Error(`sealed text: ${why}`) });
}
