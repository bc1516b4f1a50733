import { type JsonObject, parseJson, stringify } from "../fhir/json.ts";
import {
	type AccountResidue,
	type Body,
	bodiesOf,
	lockAccount,
	type Revoked,
	type Rewritten,
	type RewrittenResidue,
	redactRows,
	residuesOf,
	revokeAll,
	rewritePast,
	rowsOfAccount,
} from "../store/anonymise.ts";
import { editRows } from "../store/change/edit-rows.ts";
import { indexWhole } from "../store/change/index-columns.ts";
import type { Transaction } from "../store/database.ts";
import { mapParts } from "../store/row-residue.ts";
import { type RowValues, requireRow } from "../store/rows.ts";
import type { Entity } from "../tables/all.ts";
import { DeviceConnections } from "../tables/device-connections.ts";
import { Patients } from "../tables/patients.ts";
import { Providers } from "../tables/providers.ts";
import { Users } from "../tables/users.ts";
import { scrubResource } from "./scrub-resource.ts";

/** What of an account says who somebody is. */
const ofUser = ["phoneNumber", "emergencyContact", "emergencyPhone", "doctorName", "doctorPhone", "profilePhoto"];
/** What of a profile does, beside names and the day of birth. */
const ofPatient = [
	...["firstName", "lastName", "email", "primaryPhone", "primaryPhoneType", "alternatePhone", "preferredContactMethod"],
	...["bestTimeToContact", "streetAddress", "city", "postalCode", "occupation", "primaryCaregiver"],
	...["emergencyContact1Name", "emergencyContact1Relationship", "emergencyContact1Phone"],
	...["emergencyContact2Name", "emergencyContact2Phone"],
	...["insuranceProvider", "insurancePolicyNumber", "insuranceGroupNumber", "preferredPharmacy", "pharmacyPhone"],
];
const ofProvider = ["phone", "email", "address", "notes"];
const ofDevice = ["deviceName", "accessToken", "refreshToken", "tokenExpiry", "settings"];

/** What was done. */
export interface Anonymised {
	readonly revoked: Revoked;
	readonly patients: number;
	readonly contacts: number;
	readonly resources: number;
}

/**
 * Takes out of an account, its profiles, contacts, resources and all their past what says whose they are, and ends everything that acts
 * for it. Clinical rows stay, with their history. As the system; undefined where the account has another password than the one compared.
 *
 * @throws Failure conflict - patients or administrators would be left with nobody
 */
export async function anonymiseAccount(
	tx: Transaction,
	id: number,
	password: string | null,
): Promise<Anonymised | undefined> {
	if (!(await lockAccount(tx, id, password))) return undefined;
	const { patients, providers, devices } = await rowsOfAccount(tx, id);
	const account = await requireRow(tx, Users, id);
	const profiles = await Promise.all(patients.map((one) => requireRow(tx, Patients, one)));
	const words = wordsOf([account, ...profiles]);

	// First: a password that changes ends sessions by itself, uncounted.
	const revoked = await revokeAll(tx, id, devices);
	const bodies = await bodiesOf(tx, id);
	const edit = (entity: Entity, ids: readonly number[], changes: (id: number) => RowValues) =>
		editRows(
			tx,
			entity,
			ids.map((one) => ({ id: one, changes: changes(one) })),
		);
	await edit(Users, [id], () => ({
		...nulls(ofUser),
		email: `deleted-${id}@deleted.invalid`,
		name: "Deleted account",
		password: null,
	}));
	await edit(Patients, patients, (one) => ({
		...nulls(ofPatient),
		name: "Deleted patient",
		dateOfBirth: yearOf(profiles.find((profile) => profile.id === one)?.dateOfBirth),
		isActive: false,
	}));
	await edit(Providers, providers, () => nulls(ofProvider));
	await edit(DeviceConnections, devices, () => ({ ...nulls(ofDevice), isActive: false }));
	await redactRows(tx, id, patients, patternOf(words));
	// Only now: what was just edited is past, too.
	const residues = await residuesOf(tx, id, patients);
	const pattern = new RegExp(patternOf(words), "gi");
	const redact = (text: string) => text.replace(pattern, "[removed]");
	const rewritten = {
		bodies: bodies.map((body) => rewrittenBody(body, redact)),
		residues: residues.map((residue) => rewrittenResidue(residue, redact)),
	};
	await rewritePast(tx, id, patients, rewritten, patternOf(words));
	return {
		revoked,
		patients: patients.length,
		contacts: providers.length,
		resources: new Set([
			...bodies.map(({ type, id: of }) => `${type}/${of}`),
			...residues.map(({ table_name, row_id }) => `${table_name} ${row_id}`),
		]).size,
	};
}

function nulls(properties: readonly string[]): RowValues {
	return Object.fromEntries(properties.map((property) => [property, null]));
}

/** The year of a date: more would say too much, less would take the age. */
function yearOf(date: unknown): string | null {
	return typeof date === "string" ? `${date.slice(0, 4)}-01-01` : null;
}

/** The person's own words, as long as they are hardly anybody else's. */
function wordsOf(rows: readonly RowValues[]): string[] {
	const properties = ["name", "email", ...ofUser, ...ofPatient];
	const given = rows.flatMap((row) => [
		...properties.map((property) => row[property]),
		[row.firstName, row.lastName].filter(Boolean).join(" "),
	]);
	const notWords = new Set(["mobile", "home", "work", "phone", "email", "text", "morning", "afternoon", "evening"]);
	const words = given.filter((word): word is string => typeof word === "string" && word.trim().length >= 5);
	return [...new Set(words.map((word) => word.trim()))].filter((word) => !notWords.has(word));
}

/** A pattern that is the same to JavaScript and to PostgreSQL: one of the words; nothing where there are none. */
function patternOf(words: readonly string[]): string {
	const escaped = words.map((word) =>
		word.replace(/[^\p{L}\p{N} ]/gu, (sign) => (sign.charCodeAt(0) < 128 ? `\\${sign}` : sign)),
	);
	return escaped.length === 0
		? "nothing to take out of any text"
		: escaped.sort((a, b) => b.length - a.length).join("|");
}

/** Bodies are kept without what their row says: type, id and version. */
function rewrittenBody(given: Body, redact: (text: string) => string): Rewritten {
	const whole = { ...(parseJson(given.body) as JsonObject), resourceType: given.type };
	const { resourceType: _, ...kept } = scrubResource(whole, redact) as JsonObject;
	const index = given.version === 0 ? { index: indexWhole({ ...kept, resourceType: given.type, id: given.id }) } : {};
	return { ...given, body: stringify(kept), ...index };
}

/** A profile's or an account's is what the sender said of the person beyond the columns: nothing of it is clinical. */
function rewrittenResidue(given: AccountResidue, redact: (text: string) => string): RewrittenResidue {
	const isOfPerson = given.table_name === "patients" || given.table_name === "users";
	const residue = mapParts(given.residue, ({ id, meta, body }) => ({
		...(id === undefined ? {} : { id }),
		...(meta === undefined || isOfPerson ? {} : { meta }),
		...(body === undefined || isOfPerson ? {} : { body: stringify(scrubResource(parseJson(body), redact)) }),
	}));
	return { ...given, residue };
}
