/**
 * `npm run keys -- rotate`: new keys to sign ID tokens with; running servers take them up at once, the old ones are published for a week.
 * `npm run keys -- reencrypt`: seals everything anew that is not sealed with the newest TOKEN_ENCRYPTION_KEY.
 */
import { resealSigningKeys, rotateSigningKeys } from "../auth/server/signing-keys.ts";
import { resealConnections } from "../devices/reseal.ts";
import type { Sealer } from "../secrets/sealer.ts";
import type { Database } from "../store/database.ts";
import { onGround } from "./on-ground.ts";

/** Everything that is sealed: what it is, and how to seal it anew. */
const sealed: readonly (readonly [what: string, reseal: (database: Database, sealer: Sealer) => Promise<number>])[] = [
	["signing keys", resealSigningKeys],
	["device connections", resealConnections],
];

const usage = "usage: npm run keys -- rotate | reencrypt";

const [command] = process.argv.slice(2);
await onGround(usage, command === "rotate" || command === "reencrypt", async ({ database }, sealer) => {
	if (command === "rotate") {
		const kids = await rotateSigningKeys(database, sealer);
		process.stdout.write(`new signing keys: ${kids.join(", ")}\n`);
		return;
	}
	for (const [what, reseal] of sealed) process.stdout.write(`${what}: ${await reseal(database, sealer)} sealed anew\n`);
});
