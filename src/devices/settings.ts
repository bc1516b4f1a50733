import { randomBytes } from "node:crypto";
import { Failure, type Issue } from "../fhir/failure.ts";
import type { ConnectionSecrets } from "./access.ts";
import { isTimeZone } from "./civil-time.ts";
import type { ConnectionSettings } from "./connection.ts";
import type { VendorName } from "./vendor.ts";

/** What people send as a connection's settings, taken apart: what may be shown, and what is sealed. */
export interface ReadSettings {
	readonly settings: Readonly<Record<string, unknown>> | null;
	/** Undefined where nothing secret was sent: what is there stays. */
	readonly secrets: ConnectionSecrets | undefined;
}

/** Members of each mode; those that are secret are sealed and never shown. */
const modes: Readonly<Record<NonNullable<ConnectionSettings["mode"]>, readonly string[]>> = {
	bridge: ["url", "username", "password"],
	export: ["url", "folder"],
	push: ["secret"],
};

/** Shortest secret a phone may bring. */
const shortestSecret = 16;

/**
 * Checks the settings of a connection. Samsung's ways in: `bridge` (url, username, password), `export` (url, folder, or neither: sent here), `push` (a secret of
 * one's own, or one is made). `timeZone` goes with each.
 *
 * @param isNew a push connection without a secret gets one
 * @throws Failure invalid naming each member, without repeating it
 */
export function readSettings(vendor: VendorName, given: unknown, isNew: boolean): ReadSettings {
	if (given === null || given === undefined) return { settings: null, secrets: undefined };
	const issues: Issue[] = [];
	const wrong = (name: string, message: string) => {
		const expression = name === "" ? "settings" : `settings.${name}`;
		issues.push({ code: "invalid", expression, diagnostics: `${expression} ${message}` });
	};
	if (typeof given !== "object" || Array.isArray(given)) {
		wrong("", "must be an object");
		throw new Failure("invalid", issues);
	}
	const members = given as Record<string, unknown>;
	const { mode, timeZone } = members;
	if (timeZone !== undefined && !(typeof timeZone === "string" && isTimeZone(timeZone)))
		wrong("timeZone", "is no time zone");
	const known =
		vendor === "samsung" && typeof mode === "string" && mode in modes ? modes[mode as keyof typeof modes] : undefined;
	if (mode !== undefined && known === undefined) {
		wrong("mode", vendor === "samsung" ? "must be bridge, export or push" : "is Samsung's only");
	}
	for (const name of Object.keys(members)) {
		// Others are kept as they are, and shown: nothing secret may be among them.
		if (known?.includes(name) !== true && /password|secret|token|key/i.test(name)) wrong(name, "does not belong here");
	}
	if (known !== undefined) checkMode(mode as keyof typeof modes, members, isNew, wrong);
	if (issues.length > 0) throw new Failure("invalid", issues);
	const { password, secret, ...settings } = members as Record<string, string>;
	const pushSecret = secret ?? (mode === "push" && isNew ? randomBytes(24).toString("base64url") : undefined);
	const secrets = password === undefined && pushSecret === undefined ? undefined : sealedParts(password, pushSecret);
	if (typeof settings.url === "string") settings.url = settings.url.replace(/\/+$/, "");
	return { settings, secrets };
}

function sealedParts(password: string | undefined, pushSecret: string | undefined): ConnectionSecrets {
	return { ...(password === undefined ? {} : { password }), ...(pushSecret === undefined ? {} : { pushSecret }) };
}

function checkMode(
	mode: keyof typeof modes,
	members: Record<string, unknown>,
	isNew: boolean,
	wrong: (name: string, message: string) => void,
): void {
	const isText = (name: string) =>
		typeof members[name] === "string" && members[name] !== "" && !String(members[name]).includes("\0");
	const needs: readonly string[] = mode === "bridge" ? ["url", "username", ...(isNew ? ["password"] : [])] : [];
	for (const name of modes[mode]) {
		if (members[name] === undefined ? needs.includes(name) : !isText(name)) wrong(name, "must be text");
	}
	if (mode === "export" && members.url !== undefined && members.folder !== undefined)
		wrong("url", "or settings.folder may be given, one of them");
	if (isText("url") && !isWebAddress(String(members.url)))
		wrong("url", "must be an http or https address without a password");
	if (isText("folder") && !/^[\w.-]+(\/[\w.-]+)*$/.test(String(members.folder)))
		wrong("folder", "must be a plain relative path");
	if (isText("folder") && String(members.folder).split("/").includes(".."))
		wrong("folder", "must not lead out of the folder for exports");
	if (mode === "push" && isText("secret") && String(members.secret).length < shortestSecret)
		wrong("secret", `must have ${shortestSecret} characters`);
}

function isWebAddress(text: string): boolean {
	const url = URL.parse(text);
	return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}
