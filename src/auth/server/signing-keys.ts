import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { serverCaller } from "../../access/caller.ts";
import type { Sealer } from "../../secrets/sealer.ts";
import {
	insertSigningKey,
	listSigningKeys,
	lockSigningKeys,
	resealSigningKey,
	retireSigningKeys,
	type SigningKeyRow,
} from "../../store/authorization/signing-keys.ts";
import type { Database, Transaction } from "../../store/database.ts";

/** RS256 is what every OpenID client understands; ES256 and ES384 are there for those that ask for them. */
const algorithms = ["RS256", "ES256", "ES384"] as const;

/** How long a retired key is still published, in days: longer than any ID token lives or is cached. */
const publishedDays = 7;

/** The private keys to sign with, those for new tokens first. Made on first use, once however many servers start together. */
export async function signingKeys(database: Database, sealer: Sealer): Promise<JWK[]> {
	const known = await database.read(serverCaller, listSigningKeys);
	const rows = known.some(({ current }) => current)
		? known
		: await database.write(serverCaller, (tx) => firstKeys(tx, sealer));
	return rows.map((row) => JSON.parse(sealer.open(row.sealed, place(row.kid))) as JWK);
}

/** New keys for new tokens; the present ones are published for a week longer. All servers hear of it at once. */
export async function rotateSigningKeys(database: Database, sealer: Sealer): Promise<readonly string[]> {
	return database.write(serverCaller, async (tx) => {
		await lockSigningKeys(tx);
		await retireSigningKeys(tx, publishedDays);
		return addKeys(tx, sealer);
	});
}

/** Seals every key under the newest TOKEN_ENCRYPTION_KEY. @returns how many were not */
export async function resealSigningKeys(database: Database, sealer: Sealer): Promise<number> {
	return database.write(serverCaller, async (tx) => {
		await lockSigningKeys(tx);
		const stale = (await listSigningKeys(tx)).filter(({ sealed }) => sealer.isStale(sealed));
		for (const { kid, sealed } of stale) {
			await resealSigningKey(tx, kid, sealer.seal(sealer.open(sealed, place(kid)), place(kid)));
		}
		return stale.length;
	});
}

async function firstKeys(tx: Transaction, sealer: Sealer): Promise<SigningKeyRow[]> {
	await lockSigningKeys(tx);
	const known = await listSigningKeys(tx);
	if (known.some(({ current }) => current)) return known;
	await addKeys(tx, sealer);
	return listSigningKeys(tx);
}

async function addKeys(tx: Transaction, sealer: Sealer): Promise<string[]> {
	const kids: string[] = [];
	for (const alg of algorithms) {
		const { privateKey } = await generateKeyPair(alg, { extractable: true });
		const jwk = await exportJWK(privateKey);
		const kid = await calculateJwkThumbprint(jwk);
		const sealed = sealer.seal(JSON.stringify({ ...jwk, kid, alg, use: "sig" }), place(kid));
		await insertSigningKey(tx, { kid, alg, sealed });
		kids.push(kid);
	}
	return kids;
}

function place(kid: string): string {
	return `signing_key/${kid}/sealed`;
}
