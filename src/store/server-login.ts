import { hkdfSync } from "node:crypto";

/**
 * The password of the login role `heart_server`, from the newest token encryption key: every server with that key knows it,
 * and it is written nowhere.
 */
export function serverPassword(key: Buffer): string {
	return Buffer.from(hkdfSync("sha256", key, "", "heart_server login", 32)).toString("base64url");
}

/** The address the running server connects to: the owner's database as `heart_server`, who owns nothing and bypasses nothing. */
export function serverUrl(ownerUrl: string, key: Buffer): string {
	const url = new URL(ownerUrl);
	url.username = "heart_server";
	url.password = serverPassword(key);
	return url.href;
}
